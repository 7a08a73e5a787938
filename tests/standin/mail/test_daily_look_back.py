"""Once a day a folder is compared with what should have been seen in it, whatever sessions did meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
import structlog

from agent.store.database import schema
from agent.store.database.engine import reading, writing
from agent.store.inbox import folders
from tests.standin.mail.test_hostile_server import hostile
from tests.support.servers.imap.hostile_imap import Prank
from tests.support.sites.mail_world import MailWorld, wait_arrivals, wait_for


def compared_at(world: MailWorld) -> datetime:
    with reading(world.engine) as conn:
        at = folders.reconciled_at(conn, folders.list_all(conn)[0].id)
    assert at is not None
    return at


def pass_one_by(world: MailWorld) -> None:
    """The position has passed a mail that no row was made of."""
    with writing(world.engine) as conn:
        conn.execute(schema.folders.update().values(last_uid=schema.folders.c.last_uid + 1))


def compared_long_ago(world: MailWorld, ago: timedelta) -> datetime:
    with writing(world.engine) as conn:
        folder = folders.list_all(conn)[0]
        at = world.context().now() - ago
        folders.note_reconciled(conn, folder.id, now=at)
    return at


@pytest.mark.parametrize("hours", [23, 25])
def test_a_mail_that_was_passed_by_is_found_by_the_next_day_though_sessions_ended(tmp_path: Path, hours: int) -> None:
    with hostile(tmp_path, Prank.NONE, idle_slice=1.0) as (world, server):
        with world.running():
            server.deliver_now(world.mail_to("A1"))
            wait_arrivals(world, 1)
        server.deliver_now(world.mail_to("A2"))
        pass_one_by(world)
        before = compared_long_ago(world, timedelta(hours=hours))
        world.account("A3")
        with structlog.testing.capture_logs() as logged, world.running():
            if hours > 24:
                wait_arrivals(world, 2)
                wait_for(lambda: compared_at(world) > before)
            server.deliver_now(world.mail_to("A3"))
            wait_arrivals(world, 3 if hours > 24 else 2)
        assert world.arrivals == (["A1", "A2", "A3"] if hours > 24 else ["A1", "A3"])
        told = [each for each in logged if each["event"] == "message.found_late" and each.get("by") == "reconcile"]
        assert len(told) == (1 if hours > 24 else 0)
