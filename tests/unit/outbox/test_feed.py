"""Readers hear of events within a moment, whoever wrote them, and a publisher that dies is followed by another."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy.engine import Engine

from agent.domain.published.event_types import EventType
from agent.outbox.feed import EventFeed
from agent.outbox.publisher import Publisher
from agent.store.database.engine import connect, reading, writing
from agent.store.outbox.pending import note
from agent.store.outbox.read import ForgottenError, list_events
from agent.store.outbox.sequence import _lock_counter, forget_events, number_events
from tests.support.stored.registry import NOW

WITHIN = 20.0  # seconds; a bound for a machine under load, no measure


def write(engine: Engine, key: str) -> None:
    with writing(engine) as conn:
        note(conn, EventType.ALARM_OPENED, now=NOW, data={"key": key})


def write_elsewhere(url: str, key: str) -> None:
    engine = connect(url)
    write(engine, key)
    engine.dispose()


@asynccontextmanager
async def publishing(engine: Engine) -> AsyncIterator[EventFeed]:
    feed = EventFeed(engine=engine)
    with feed.running():
        task = asyncio.create_task(Publisher(engine=engine).run())
        try:
            yield feed
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def test_a_reader_gets_each_event_as_it_is_committed(any_engine: Engine) -> None:
    async with publishing(any_engine) as feed, asyncio.timeout(WITHIN):
        stream = feed.follow(after=0, quiet=WITHIN)
        for key in ("a", "b"):
            await asyncio.to_thread(write, any_engine, key)
            event = await anext(stream)
            assert event is not None
            assert event["data"]["key"] == key
        await stream.aclose()


async def test_what_another_process_writes_is_heard(any_engine: Engine) -> None:
    url = any_engine.url.render_as_string(hide_password=False)
    process = multiprocessing.get_context("spawn").Process(target=write_elsewhere, args=(url, "x"))
    async with publishing(any_engine) as feed, asyncio.timeout(2 * WITHIN):
        process.start()
        event = await anext(feed.follow(after=0, quiet=2 * WITHIN))
    assert event is not None
    assert event["data"]["key"] == "x"
    process.join()


async def test_a_quiet_stream_says_so(engine: Engine) -> None:
    feed = EventFeed(engine=engine)
    with feed.running():
        assert await anext(feed.follow(after=0, quiet=0.01)) is None


async def test_a_stream_from_a_forgotten_number_is_refused(engine: Engine) -> None:
    write(engine, "a")
    number_events(engine)
    with writing(engine) as conn:
        forget_events(conn, before=NOW.replace(year=2030))
    with pytest.raises(ForgottenError):
        await anext(EventFeed(engine=engine).follow(after=0))


def hold_the_counter(url: str) -> None:
    engine = connect(url)
    with writing(engine) as conn:
        _lock_counter(conn)
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.postgres
@pytest.mark.parametrize("any_engine", ["postgres"], indirect=True)
def test_a_publisher_killed_between_commit_and_number_is_followed_by_another(any_engine: Engine) -> None:
    write(any_engine, "a")
    url = any_engine.url.render_as_string(hide_password=False)
    process = multiprocessing.get_context("spawn").Process(target=hold_the_counter, args=(url,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert number_events(any_engine) == 1
    with reading(any_engine) as conn:
        assert [event["sequence"] for event in list_events(conn).events] == [1]
