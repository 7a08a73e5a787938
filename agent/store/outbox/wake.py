"""Telling that something was committed that others wait for.

At once in this process, by NOTIFY to others on PostgreSQL. Those that wait look at intervals as well: a signal may
be lost.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.hooks import after_commit

CHANNEL = "sc_agent_events"


class Signal(StrEnum):
    """What happened; the payload of the notification."""

    WRITTEN = "written"  # events wait for their number
    NUMBERED = "numbered"  # events can be read
    DUE = "due"  # an account is due now
    ASKED = "asked"  # a worker was asked for something: an operation, secrets to be opened
    MAIL = "mail"  # a stored message is to be judged again


Listener = Callable[[Signal], None]
_listeners: set[Listener] = set()
_lock = threading.Lock()


def announce(conn: Connection, signal: Signal) -> None:
    """When this transaction is committed, wake all that wait for this."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.text(f"NOTIFY {CHANNEL}, '{signal}'"))
    after_commit(conn, _actions[signal])


def wake(signal: Signal) -> None:
    """Call every listener of this process; they only set flags."""
    with _lock:
        listeners = tuple(_listeners)
    for listener in listeners:
        listener(signal)


_actions = {signal: partial(wake, signal) for signal in Signal}  # the same each time: once in a transaction


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Be called, from any thread, when this process wrote or numbered events."""
    with _lock:
        _listeners.add(listener)
    try:
        yield
    finally:
        with _lock:
            _listeners.discard(listener)
