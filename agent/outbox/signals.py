"""Signals of events across processes.

NOTIFY on PostgreSQL, the file's change counter on SQLite.
"""

from __future__ import annotations

import asyncio
import select
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog

from agent.observe import events
from agent.store.database.handles import Engine, SQLAlchemyError
from agent.store.outbox import listening
from agent.store.outbox.wake import Signal, wake

_LOOK_EVERY = 0.05  # seconds: how soon a change by another process is seen on SQLite; a look costs microseconds
_WORK_EVERY = 1.0  # seconds: there any change may mean work, and a look for it costs queries
_EVENTS = (Signal.WRITTEN, Signal.NUMBERED)
_AGAIN = 1.0  # seconds until a lost connection is tried again
_END = 1.5  # seconds for the thread to end

log = structlog.get_logger(__name__)


@asynccontextmanager
async def watching(engine: Engine) -> AsyncIterator[None]:
    """Pass signals of other processes on to the listeners of this one.

    From a thread, while the block runs.
    """
    stop, its_stop = socket.socketpair()
    thread = threading.Thread(target=_watch, args=(engine, its_stop), name="event-signals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        with stop, suppress(OSError):  # the thread is gone already
            stop.send(b".")
        await asyncio.to_thread(thread.join, _END)


def _watch(engine: Engine, stop: socket.socket) -> None:
    watch = _watch_postgres if engine.dialect.name == "postgresql" else _watch_sqlite
    with stop:
        while not _is_over(stop):
            try:
                with listening.own_connection(engine) as driver:
                    watch(driver, stop)
            except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as err:
                log.warning(events.SIGNALS_LOST, error=type(err).__name__)
                _is_over(stop, within=_AGAIN)


def _is_over(stop: socket.socket, *, within: float = 0) -> bool:
    """Whether the stop came, waiting for it so many seconds; it stays to be read."""
    poller = select.poll()
    poller.register(stop, select.POLLIN)
    return bool(poller.poll(within * 1000))


def _watch_postgres(driver: Any, stop: socket.socket) -> None:
    listening.listen(driver)
    _wake_for(Signal)  # what was notified before
    for signal in listening.notices(driver, stop=stop.fileno()):
        wake(signal)


def _watch_sqlite(driver: Any, stop: socket.socket) -> None:
    seen, changed, worked = None, False, 0.0
    while not _is_over(stop, within=_LOOK_EVERY):
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
