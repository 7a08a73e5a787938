"""The same watcher on servers with other habits.

GNU imap4d and Courier, each mail handled exactly once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from agent.store.database.engine import open_database, reading
from agent.store.inbox import folders
from fixtures.stand_in.mail.letters import Composer
from fixtures.stand_in.mailbox.key_server import KeyServer
from tests.support.servers.imap.courier import Courier, needs_courier
from tests.support.servers.imap.imap4d import Imap4d, needs_imap4d
from tests.support.sites.mail_world import MailWorld, make_settings, new_vault, wait_arrivals, wait_for


@contextmanager
def world_on(server: Imap4d | Courier, folder: Path) -> Iterator[MailWorld]:
    with KeyServer() as keys:
        composer = Composer(8)
        composer.publish(keys)
        settings = make_settings(
            folder, port=server.port, dns=keys.address, username=server.username, idle_slice=1.0, backoff_max=0.5
        )
        settings = settings.model_copy(
            update={"imap": settings.imap.model_copy(update={"password": SecretStr(server.password)})}
        )
        engine = open_database(settings.database_url or "")
        yield MailWorld(settings=settings, engine=engine, vault=new_vault(), composer=composer, keys=keys, inbox=None)
        engine.dispose()


@pytest.fixture(params=[pytest.param(Imap4d, marks=needs_imap4d), pytest.param(Courier, marks=needs_courier)])
def server(request: pytest.FixtureRequest) -> Iterator[Imap4d | Courier]:
    with request.param() as made:
        yield made


@pytest.fixture
def world(server: Imap4d | Courier, tmp_path: Path) -> Iterator[MailWorld]:
    with world_on(server, tmp_path) as made:
        yield made


def exactly_once(world: MailWorld, *names: str) -> None:
    assert sorted(world.arrivals) == sorted(names)
    accepted = [message for message in world.messages() if message.verdict == "accept"]
    assert len(accepted) == len(names)
    assert {message.verdict for message in world.messages()} <= {"accept", "duplicate"}


def epoch(world: MailWorld) -> int:
    with reading(world.engine) as conn:
        return max(folder.epoch for folder in folders.list_all(conn))


@pytest.mark.sampled(1)
def test_every_mail_is_handled_once_running_stopped_and_after_a_restart(
    world: MailWorld, server: Imap4d | Courier
) -> None:
    for number in range(4):
        world.account(f"A{number}")
    server.deliver(world.mail_to("A0"))  # before the first start: the look-back finds it
    with world.running():
        wait_arrivals(world, 1)
        server.deliver(world.mail_to("A1"))
        wait_arrivals(world, 2)
    server.deliver(world.mail_to("A2"))
    with world.running():
        wait_arrivals(world, 3)
        server.stop()
        server.deliver(world.mail_to("A3"))
        server.start()
        wait_arrivals(world, 4)
    exactly_once(world, "A0", "A1", "A2", "A3")


@pytest.mark.sampled(1)
def test_new_numbering_loses_nothing_and_starts_nothing_twice(world: MailWorld, server: Imap4d | Courier) -> None:
    for number in range(3):
        world.account(f"A{number}")
    with world.running():
        server.deliver(world.mail_to("A0"))
        wait_arrivals(world, 1)
        server.stop()
        server.deliver(world.mail_to("A1"))
        server.renew()
        server.start()
        wait_arrivals(world, 2)
        server.deliver(world.mail_to("A2"))
        wait_arrivals(world, 3)
    exactly_once(world, "A0", "A1", "A2")


@needs_courier
def test_mailbox_that_nobody_may_write_is_read_with_an_alarm_and_without_second_rows(tmp_path: Path) -> None:
    """EXAMINE alone lets Courier number a folder anew at each opening."""
    with Courier() as server, world_on(server, tmp_path) as world:
        names = [f"A{number}" for number in range(5)]
        for name in names:
            world.account(name)
        with world.running():
            for count, name in enumerate(names, start=1):
                server.deliver(world.mail_to(name), "Junk" if count % 2 else "")
                wait_arrivals(world, count)
            wait_for(lambda: epoch(world) > 5, what="some openings")
        exactly_once(world, *names)
        assert any(key.startswith("numbering:") for key, _ in world.alarms)
        assert len(world.messages()) <= 2 * len(names), "the same bytes get a new number, not a new row each time"
