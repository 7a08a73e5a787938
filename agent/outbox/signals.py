"""Signals of events across processes.

NOTIFY on PostgreSQL, the file's change counter on SQLite.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import structlog

from agent.observe import events
from agent.store.database.handles import Engine, SQLAlchemyError
from agent.store.outbox import listening
from agent.store.outbox.wake import Signal, wake

_LOOK_EVERY = 0.05  # seconds: how soon a change by another process is seen on SQLite; a look costs microseconds
_WORK_EVERY = 1.0  # seconds: there any change may mean work, and a look for it costs queries
_EVENTS = (Signal.WRITTEN, Signal.NUMBERED)
_LISTEN = 0.5  # seconds a wait for notifications lasts before a stop is looked for
_AGAIN = 1.0  # seconds until a lost connection is tried again

log = structlog.get_logger(__name__)


@asynccontextmanager
async def watching(engine: Engine) -> AsyncIterator[None]:
    """Pass signals of other processes on to the listeners of this one.

    From a thread, while the block runs.
    """
    stopping = threading.Event()
    thread = threading.Thread(target=_watch, args=(engine, stopping), name="event-signals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        await asyncio.to_thread(thread.join, _LISTEN + _AGAIN)


def _watch(engine: Engine, stopping: threading.Event) -> None:
    watch = _watch_postgres if engine.dialect.name == "postgresql" else _watch_sqlite
    while not stopping.is_set():
        try:
            with listening.own_connection(engine) as driver:
                watch(driver, stopping)
        except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as err:
            log.warning(events.SIGNALS_LOST, error=type(err).__name__)
            stopping.wait(_AGAIN)


def _watch_postgres(driver: Any, stopping: threading.Event) -> None:
    listening.listen(driver)
    _wake_for(Signal)  # what was notified before
    while not stopping.is_set():
        for signal in listening.wait_for_notices(driver, seconds=_LISTEN):
            wake(signal)


def _watch_sqlite(driver: Any, stopping: threading.Event) -> None:
    seen, changed, worked = None, False, 0.0
    while not stopping.wait(_LOOK_EVERY):
        found = listening.change_counter(driver)
        if found != seen:
            seen, changed = found, True
            _wake_for(_EVENTS)
        if changed and time.monotonic() - worked > _WORK_EVERY:
            changed, worked = False, time.monotonic()
            _wake_for(signal for signal in Signal if signal not in _EVENTS)


def _wake_for(signals: Iterable[Signal]) -> None:
    for signal in signals:
        wake(signal)
