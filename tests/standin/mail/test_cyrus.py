"""The same watcher on a second real server, which announces mail in its own way and at its own time."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from agent.store.database.engine import open_database
from fixtures.stand_in.mail.letters import Composer
from fixtures.stand_in.mailbox.key_server import KeyServer
from tests.support.servers.imap.cyrus import PASSWORD, Cyrus, needs_cyrus
from tests.support.sites.mail_world import MailWorld, make_settings, new_vault, wait_arrivals

pytestmark = needs_cyrus
USERS = ("invites", "others")


@pytest.fixture(scope="module")
def cyrus() -> Iterator[Cyrus]:
    with Cyrus(*USERS) as server:
        for user in USERS:
            server.deliver(
                b"From: friend@users.example\r\nSubject: hello\r\n\r\nthe mailbox comes into being\r\n", user
            )
        yield server


@pytest.fixture(params=USERS)
def world(cyrus: Cyrus, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[MailWorld]:
    with KeyServer() as keys:
        composer = Composer(6)
        composer.publish(keys)
        settings = make_settings(tmp_path, port=cyrus.port, dns=keys.address, username=request.param)
        settings = settings.model_copy(
            update={"imap": settings.imap.model_copy(update={"password": SecretStr(PASSWORD)})}
        )
        engine = open_database(settings.database_url or "")
        yield MailWorld(settings=settings, engine=engine, vault=new_vault(), composer=composer, keys=keys, inbox=None)
        engine.dispose()


def deliver(cyrus: Cyrus, world: MailWorld, raw: bytes) -> None:
    assert world.settings.imap.username is not None
    cyrus.deliver(raw, world.settings.imap.username)


@pytest.mark.parametrize("world", USERS[:1], indirect=True)
def test_announcement_swallowed_by_another_answer_loses_nothing(world: MailWorld, cyrus: Cyrus) -> None:
    names = [f"A{number}" for number in range(40)]
    for name in names:
        world.account(name)
    draw = random.Random(4)
    with world.running():
        for name in names:
            deliver(cyrus, world, world.mail_to(name))
            assert not threading.Event().wait(draw.random() * 0.03)
        wait_arrivals(world, len(names), seconds=90.0)
    assert sorted(world.arrivals) == sorted(names)
    assert len(world.messages()) == len(names)


@pytest.mark.parametrize("world", USERS[1:], indirect=True)
def test_restarted_server_loses_nothing(world: MailWorld, cyrus: Cyrus) -> None:
    world.account("A1")
    world.account("A2")
    with world.running():
        deliver(cyrus, world, world.mail_to("A1"))
        wait_arrivals(world, 1)
        cyrus.restart()
        deliver(cyrus, world, world.mail_to("A2"))
        wait_arrivals(world, 2, seconds=90.0)
    assert world.arrivals == ["A1", "A2"]
