"""A worker's heartbeat: one statement says that it is alive, and tells it who else is and who paused everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.clock import utc_now
from agent.store.database.engine import reading, writing
from agent.store.database.schema import workers as table
from agent.store.processes import leases, switches, workers
from agent.store.vault.keys import Vault
from agent.worker.heartbeat import Heartbeat
from tests.support.visits.worker_context import make_context

_LEASE = timedelta(seconds=15)


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What is asked of the database meanwhile, without the beginning and the end of its transactions."""
    asked: list[str] = []

    def hear(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)


async def test_a_beat_is_one_statement(any_engine: Engine, vault: Vault, tmp_path: Path) -> None:
    heartbeat = Heartbeat(context=make_context(any_engine, vault, tmp_path), roles="work")
    await heartbeat.start()
    with statements(any_engine) as asked:
        heartbeat._beat(False)
    assert len(asked) == 1, asked
    assert "INSERT INTO workers" in asked[0]


def say(engine: Engine, worker: str, *, roles: str = "work", ago: timedelta = timedelta()) -> workers.Beat:
    """Let a worker beat; of a time ago, where the server's clock stands above what is given."""
    with writing(engine) as conn:
        told = workers.beat(conn, worker, roles=roles, host="here", now=utc_now(), lease=_LEASE)
        if ago:
            at = leases.shared_now(conn, utc_now()) - ago
            conn.execute(sa.update(table).where(table.c.id == worker).values(beat=at))
    return told


def test_it_tells_who_is_alive_and_who_is_not(any_engine: Engine) -> None:
    assert say(any_engine, "w1").living == {"w1"}
    say(any_engine, "silent", ago=_LEASE + timedelta(seconds=5))
    say(any_engine, "late", ago=_LEASE - timedelta(seconds=10))
    assert say(any_engine, "w2").living == {"w1", "w2", "late"}


def test_a_worker_that_was_silent_for_long_is_alive_with_its_next_beat(any_engine: Engine) -> None:
    say(any_engine, "w1", ago=timedelta(hours=1))
    assert say(any_engine, "w1").living == {"w1"}
    assert say(any_engine, "w2").living == {"w1", "w2"}


def test_a_second_beat_changes_what_is_said_and_not_since_when_it_runs(any_engine: Engine) -> None:
    say(any_engine, "w1", roles="mail")
    with reading(any_engine) as conn:
        (first,) = workers.list_all(conn)
    say(any_engine, "w1", roles="mail,work")
    with reading(any_engine) as conn:
        (second,) = workers.list_all(conn)
    assert (second.started_at, second.roles, second.beat > first.beat) == (first.started_at, "mail,work", True)


def test_it_tells_who_paused_everything(any_engine: Engine) -> None:
    assert say(any_engine, "w1").paused_by is None
    with writing(any_engine) as conn:
        switches.pause_all(conn, now=utc_now(), who="on-call")
    assert say(any_engine, "w1").paused_by == "on-call"


@pytest.mark.postgres
@pytest.mark.parametrize("any_engine", ["postgres"], indirect=True)
def test_a_worker_whose_own_clock_is_wrong_beats_by_the_servers(any_engine: Engine) -> None:
    with writing(any_engine) as conn:
        wrong = utc_now() - timedelta(hours=1)
        workers.beat(conn, "w1", roles="work", host="here", now=wrong, lease=_LEASE)
    assert say(any_engine, "w2").living == {"w1", "w2"}
