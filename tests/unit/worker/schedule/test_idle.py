"""What a daemon costs that has nothing to do: its transactions, as PostgreSQL counts them, and what it asks for.

And how often its threads wake, as the kernel counts it.
"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.settings.groups.operation import WebSettings
from agent.settings.groups.visits import WorkSettings
from agent.store.database.engine import open_database
from agent.store.vault.keys import Vault, new_key
from agent.worker import engine
from agent.worker.daemon import run_daemon
from fixtures.stand_in.mailbox.inbox import Inbox
from tests.support.process_table import threads_of_this_process, wakes_of
from tests.support.processes.told_daemon import HOUR, PATIENCE, look_seldom, settings_for, working
from tests.support.servers.postgres import Postgres
from tests.support.sites.mail_world import PASSWORD, make_settings

_WINDOW = 3.0  # seconds; what polls does so in each of them
_TRIES = 10  # windows until what starting costs is over, on a busy machine too
_A_SECOND = 3
_WAKES_A_SECOND = 10  # four to eleven, window by window; one thread that looks ten times a second doubles it
_BEATS = 10
_OF_A_BEAT = "INSERT INTO workers"


def transactions(url: str) -> int:
    """How many have ended in this database, without the connection that asks."""
    server, _, name = url.rpartition("/")
    query = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = %s"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as conn:
        row = conn.execute(query, [name]).fetchone()
    assert row is not None
    return int(row[0])


def is_idle(ended: int, woken: int) -> bool:
    """Whether so many transactions and wakes in one window are little enough."""
    return ended <= _A_SECOND * _WINDOW and woken <= _WAKES_A_SECOND * _WINDOW


@pytest.mark.sampled(1, of="what an idle daemon costs")
@pytest.mark.postgres
async def test_an_idle_daemon_makes_at_most_three_transactions_a_second_and_wakes_at_most_ten_times(
    postgres: Postgres, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_TAKING_UP", 0.5)  # taking up what was cut off is over
    url = postgres.new_database()
    opened = open_database(url)
    stop = asyncio.Event()
    with Inbox("agent", PASSWORD) as inbox:
        settings = make_settings(tmp_path, port=inbox.port, dns="127.0.0.1:9", username="agent", junk_interval=60.0)
        settings = settings.model_copy(update={"web": WebSettings(address="127.0.0.1:0", key=SecretStr(new_key()))})
        others = threads_of_this_process() - {threading.get_native_id()}  # the mailbox's, and the tests' own
        running = asyncio.create_task(run_daemon(settings, engine=opened, vault=vault, stop=stop))
        seen: list[tuple[int, int]] = []
        while len(seen) < _TRIES and not (seen and is_idle(*seen[-1])):
            before = await asyncio.to_thread(transactions, url)
            its = threads_of_this_process() - others
            woken = wakes_of(its)
            await asyncio.sleep(_WINDOW)
            woken = wakes_of(its) - woken
            seen.append((await asyncio.to_thread(transactions, url) - before, woken))
        stop.set()
        await running
    await asyncio.get_running_loop().shutdown_default_executor()  # a thread's connection would never be closed
    opened.dispose()
    assert any(ended for ended, _ in seen)
    assert is_idle(*seen[-1]), seen


@pytest.mark.sampled(1, of="what an idle daemon costs")
@pytest.mark.postgres
@pytest.mark.parametrize("any_engine", ["postgres"], indirect=True)
async def test_between_its_looks_an_idle_worker_asks_for_nothing_but_its_heartbeat(
    any_engine: Engine, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_TAKING_UP", 0.5)
    look_seldom(monkeypatch.setattr, tmp_path / "notes")
    settings = settings_for(tmp_path, work=WorkSettings(tick=HOUR, lease=2.0))
    asked: list[str] = []

    def hear(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    def beats() -> int:
        return sum(_OF_A_BEAT in one for one in asked)

    sa.event.listen(sa.Engine, "before_cursor_execute", hear)  # the engine's own connections, too
    try:
        async with working(settings, any_engine, vault, tmp_path / "notes", "work", "web"):
            for _ in range(_TRIES):
                asked.clear()
                async with asyncio.timeout(PATIENCE):
                    while beats() < _BEATS:  # noqa: ASYNC110 - a thread beats
                        await asyncio.sleep(0.05)
                seen, count = list(asked), beats()
                others = [one for one in seen if _OF_A_BEAT not in one]
                if len(others) <= 1:
                    break
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", hear)
    assert len(others) <= 1, others  # each twentieth beat looks for what the dead had begun
    assert len(seen) <= count + 1
