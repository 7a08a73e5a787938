"""The thread that hears of the commits of other processes rests until there is one, and ends when it is told."""

from __future__ import annotations

import asyncio
import threading

import psycopg
import pytest

from agent.outbox.signals import watching
from agent.store.database.engine import connect
from agent.store.outbox.wake import CHANNEL, Signal, listening
from tests.support.process_table import wakes_of
from tests.support.servers.postgres import Postgres

_PATIENCE = 60.0  # seconds
_WINDOW = 1.0  # seconds
_TRIES = 10  # windows until the thread rests, on a busy machine too


@pytest.mark.postgres
async def test_the_thread_that_hears_of_commits_sleeps_until_there_is_one(postgres: Postgres) -> None:
    url = postgres.new_database()
    engine = connect(url)
    heard: asyncio.Queue[Signal] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def hear(signal: Signal) -> None:
        loop.call_soon_threadsafe(heard.put_nowait, signal)

    with listening(hear):
        async with watching(engine), asyncio.timeout(_PATIENCE):
            assert {await heard.get() for _ in Signal} == set(Signal)  # what was notified before
            thread = _thread()
            assert thread.native_id is not None
            for _ in range(_TRIES):
                before = wakes_of([thread.native_id])
                await asyncio.sleep(_WINDOW)
                if not (woken := wakes_of([thread.native_id]) - before):
                    break
            assert woken == 0
            await asyncio.to_thread(_notify, url, Signal.DUE, Signal.MAIL)
            assert [await heard.get(), await heard.get()] == [Signal.DUE, Signal.MAIL]
    engine.dispose()
    assert not thread.is_alive()


async def test_the_thread_that_looks_for_changes_of_a_file_ends_when_it_is_told(sqlite_url: str) -> None:
    engine = connect(sqlite_url)
    async with watching(engine):
        thread = _thread()
    engine.dispose()
    assert not thread.is_alive()


def _thread() -> threading.Thread:
    return next(one for one in threading.enumerate() if one.name == "event-signals")


def _notify(url: str, *signals: Signal) -> None:
    with psycopg.connect(url) as conn:  # in one transaction: they come together
        for signal in signals:
            conn.execute(f"NOTIFY {CHANNEL}, '{signal}'")
