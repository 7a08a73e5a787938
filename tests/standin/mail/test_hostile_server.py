"""Every way a server has been seen to misbehave.

Nothing is lost, nothing spins, nothing is hammered.
"""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agent.store.database.engine import reading
from agent.store.inbox import folders
from fixtures.stand_in.mailbox.inbox import Inbox
from tests.support.servers.imap.hostile_imap import HostileImap, Prank
from tests.support.servers.proxy import Proxy, Weather
from tests.support.sites.mail_world import MailWorld, mail_world, make_settings, wait_arrivals, wait_for

NAME = "invites@127.0.0.1"


@contextmanager
def hostile(folder: Path, prank: Prank, **options: Any) -> Iterator[tuple[MailWorld, HostileImap]]:
    """The world with a hostile server in place of its mailbox."""
    mail = {
        name: options.pop(name)
        for name in list(options)
        if name in ("idle_slice", "read_timeout", "connect_timeout", "backoff_max")
    }
    with mail_world(folder) as world, HostileImap(prank=prank, **options) as server:
        world.settings = make_settings(folder, port=server.port, dns=world.keys.address, **mail)
        world.account("A1")
        world.account("A2")
        yield world, server


def row(world: MailWorld) -> folders.Folder | None:
    with reading(world.engine) as conn:
        return next(iter(folders.list_all(conn)), None)


def state(world: MailWorld) -> str:
    found = row(world)
    return found.state if found else "none"


def processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "prank",
    [
        Prank.EXISTS_WITH_PLUS,
        Prank.EXISTS_BEFORE_PLUS,
        Prank.SWALLOWED_EXISTS,
        Prank.SPLIT_LINE,
        Prank.EOF_IN_IDLE,
        Prank.BYE_IN_IDLE,
        Prank.IDLE_ENDED,
        Prank.TOKEN_EXPIRED,
        Prank.DROPPED_IN_FETCH,
    ],
)
def test_mail_that_arrives_at_the_worst_moment_is_not_lost(tmp_path: Path, prank: Prank) -> None:
    with hostile(tmp_path, prank, times=1, idle_slice=1.0, read_timeout=2.0) as (world, server):
        server.pending.append(world.mail_to("A1"))
        service = world.service()
        service.start()
        try:
            wait_for(lambda: row(world) is not None and state(world) == "up")
            if server.pending:
                server.deliver_now(server.pending.pop(0))
            server.deliver_now(world.mail_to("A2"))
            wait_arrivals(world, 2)
        finally:
            service.stop()
        assert len(world.arrivals) == len(set(world.arrivals))


def test_message_that_is_gone_before_it_is_fetched_stops_nobody(tmp_path: Path) -> None:
    with hostile(tmp_path, Prank.EXPUNGED_BEFORE_FETCH, times=1) as (world, server), world.running():
        server.deliver_now(world.mail_to("A1"))
        wait_for(lambda: server.played)
        server.deliver_now(world.mail_to("A2"))
        wait_arrivals(world, 1)
    assert world.arrivals == ["A2"]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("prank", [Prank.EOF_IN_IDLE, Prank.BYE_IN_IDLE])
def test_server_that_hangs_up_for_ever_is_neither_spun_on_nor_hammered(tmp_path: Path, prank: Prank) -> None:
    with hostile(tmp_path, prank) as (world, server):
        service = world.service()
        service.start()
        wait_for(lambda: server.connections >= 2)
        before, used = server.connections, processor()
        assert not threading.Event().wait(3.0)
        service.stop()
        assert server.connections - before <= 12
        assert processor() - used < 1.5


@pytest.mark.sampled(1)
@pytest.mark.parametrize("prank", [Prank.IDLE_REFUSED, Prank.NO_IDLE, Prank.TOO_MANY])
def test_server_without_idle_is_polled(tmp_path: Path, prank: Prank) -> None:
    with hostile(tmp_path, prank) as (world, server), world.running():
        server.deliver_now(world.mail_to("A1"))
        wait_arrivals(world, 1)
        server.deliver_now(world.mail_to("A2"))
        wait_arrivals(world, 2)
    assert world.events["polling"] == 1
    if prank is not Prank.NO_IDLE:
        assert world.alarms[0][0] == f"polling:{NAME}"


def test_push_that_silently_stopped_costs_one_slice(tmp_path: Path) -> None:
    with hostile(tmp_path, Prank.SILENT_PUSH, idle_slice=0.5) as (world, server), world.running():
        server.deliver_now(world.mail_to("A1"))
        wait_arrivals(world, 1, seconds=40.0)
    assert world.events["found_late"] == 1


def test_black_hole_is_found_after_slice_and_read_time_out(tmp_path: Path) -> None:
    with hostile(tmp_path, Prank.BLACK_HOLE, times=1, idle_slice=1.0, read_timeout=1.0) as (world, server):
        service = world.service()
        service.start()
        try:
            wait_for(lambda: server.played)
            server.deliver_now(world.mail_to("A1"))
            started = time.monotonic()
            wait_arrivals(world, 1)
            assert time.monotonic() - started < 40.0
        finally:
            service.stop()


def test_flood_of_announcements_is_survived_and_told(tmp_path: Path) -> None:
    with hostile(tmp_path, Prank.FLOOD, times=1) as (world, server):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        server.pending.append(world.mail_to("A1"))
        service = world.service()
        service.start()
        try:
            wait_for(lambda: any(key.startswith("flood:") for key, _ in world.alarms), seconds=40.0, what="the alarm")
            if server.pending:
                server.deliver_now(server.pending.pop(0))
            wait_arrivals(world, 1, seconds=90.0)
        finally:
            service.stop()
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000


def test_server_that_names_no_uidnext_is_no_obstacle(tmp_path: Path) -> None:
    with hostile(tmp_path, Prank.NO_UIDNEXT) as (world, server):
        server.deliver_now(world.mail_to("A1"))
        with world.running():
            server.deliver_now(world.mail_to("A2"))
            wait_arrivals(world, 2)


def test_search_that_would_answer_too_much_is_never_asked(tmp_path: Path) -> None:
    with hostile(tmp_path, Prank.NONE, phantoms=200_000) as (world, server), world.running():
        server.deliver_now(world.mail_to("A1"))
        wait_arrivals(world, 1)
        assert not [command for command in server.commands if command.startswith("UID SEARCH ALL")]


def test_idling_connection_sends_nothing_but_examine_and_idle(tmp_path: Path) -> None:
    with hostile(tmp_path, Prank.NONE) as (world, server), world.running():
        server.deliver_now(world.mail_to("A1"))
        wait_arrivals(world, 1)
        assert not [
            command for command in server.commands if command.startswith(("SELECT", "STORE", "UID STORE", "EXPUNGE"))
        ]


def test_hanging_greeting_ends_by_time_out_and_stop_is_not_delayed(tmp_path: Path) -> None:
    with hostile(tmp_path, Prank.HANGING_GREETING, connect_timeout=0.5) as (world, server):
        service = world.service()
        service.start()
        wait_for(lambda: server.connections >= 2, what="a second try")
        started = time.monotonic()
        service.stop()
        assert time.monotonic() - started < 30.0
        assert state(world) == "down"


def test_mailbox_that_stays_down_is_an_alarm_and_its_return_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.mail.imap.watcher.ALARM_DOWN_AFTER", 0.3)
    with (
        hostile(tmp_path, Prank.HANGING_GREETING, times=5, connect_timeout=0.2, backoff_max=0.1) as (world, _),
        world.running(),
    ):
        key = f"mailbox:{NAME}"
        wait_for(lambda: world.fine == [key], what="the end of the alarm")
    assert {found for found, _ in world.alarms} == {key}
    assert 1 <= len(world.alarms) < world.events["lost_down"], "the first failures are no alarm"


def test_refused_login_waits_minutes(tmp_path: Path) -> None:
    with hostile(tmp_path, Prank.LOGIN_REFUSED) as (world, server):
        service = world.service()
        service.start()
        wait_for(lambda: state(world) == "auth_failed")
        assert not threading.Event().wait(1.0)
        service.stop()
        assert server.connections == 1


def test_wrong_mailbox_is_a_matter_of_configuration(tmp_path: Path) -> None:
    with hostile(tmp_path, Prank.NOT_CONNECTED) as (world, server):
        service = world.service()
        service.start()
        wait_for(lambda: state(world) == "config")
        assert not threading.Event().wait(1.0)
        service.stop()
        assert server.connections <= 2
        assert any(key == f"mailbox:{NAME}" for key, _ in world.alarms)


@contextmanager
def proxied(folder: Path, **mail: Any) -> Iterator[tuple[MailWorld, Inbox, Proxy]]:
    """The world with a proxy ahead of its mailbox."""
    with mail_world(folder) as world:
        assert world.inbox is not None
        with Proxy(world.inbox.port) as proxy:
            world.settings = make_settings(folder, port=proxy.port, dns=world.keys.address, **mail)
            world.account("A1")
            world.account("A2")
            yield world, world.inbox, proxy


def test_stream_in_pieces_is_read(tmp_path: Path) -> None:
    with proxied(tmp_path) as (world, inbox, proxy):
        proxy.set(Weather.SPLIT)
        with world.running():
            inbox.deliver_now(world.mail_to("A1"))
            wait_arrivals(world, 1)


def test_dropped_lines_lose_nothing(tmp_path: Path) -> None:
    with proxied(tmp_path) as (world, inbox, proxy), world.running():
        proxy.drop()
        inbox.deliver_now(world.mail_to("A1"))
        wait_arrivals(world, 1)
        proxy.half_close()
        inbox.deliver_now(world.mail_to("A2"))
        wait_arrivals(world, 2)


def test_stalled_line_is_found_and_left(tmp_path: Path) -> None:
    with proxied(tmp_path, idle_slice=0.5, read_timeout=1.0) as (world, inbox, proxy), world.running():
        proxy.set(Weather.STALLED)
        wait_for(lambda: state(world) == "down", what="the discovery")
        proxy.set(Weather.FAIR)
        inbox.deliver_now(world.mail_to("A1"))
        wait_arrivals(world, 1, seconds=90.0)


def test_stop_is_prompt_on_a_stalled_line(tmp_path: Path) -> None:
    with proxied(tmp_path) as (world, _, proxy):
        service = world.service()
        service.start()
        wait_for(lambda: world.is_watched(NAME))
        proxy.set(Weather.STALLED)
        started = time.monotonic()
        service.stop()
        assert time.monotonic() - started < 30.0
