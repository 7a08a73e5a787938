"""Signals of commits of other processes, on a connection of the driver's own.

NOTIFY on PostgreSQL, the file's change counter on SQLite.
"""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.engine import Engine

from agent.store.outbox.wake import CHANNEL, Signal


@contextmanager
def own_connection(engine: Engine) -> Iterator[Any]:
    """A connection of the driver, outside any transaction.

    It never goes back to the pool.
    """
    raw = engine.raw_connection()
    driver = raw.driver_connection
    raw.detach()
    try:
        yield driver
    finally:
        raw.close()


def listen(driver: Any) -> None:
    """Ask PostgreSQL for what other processes announce from now on."""
    driver.autocommit = True
    driver.execute(f"LISTEN {CHANNEL}")


def notices(driver: Any, *, stop: int) -> Iterator[Signal]:
    """What PostgreSQL was told, until the descriptor `stop` can be read.

    Waits for the connection's socket, also when that is lost. The driver's own wait looks ten times a second.
    """
    poller = select.poll()
    poller.register(driver.fileno(), select.POLLIN)
    poller.register(stop, select.POLLIN)
    while True:
        for notice in driver.notifies(timeout=0):  # what came before the wait, too
            yield Signal(notice.payload)
        if any(descriptor == stop for descriptor, _ in poller.poll()):
            return


def change_counter(driver: Any) -> int:
    """A number that changes when another connection writes to the SQLite file."""
    (found,) = driver.execute("PRAGMA data_version").fetchone()
    return int(found)
