"""Signals of commits of other processes, on a connection of the driver's own.

NOTIFY on PostgreSQL, the file's change counter on SQLite.
"""

from __future__ import annotations

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


def wait_for_notices(driver: Any, *, seconds: float) -> Iterator[Signal]:
    """What PostgreSQL was told; ends when nothing came for this long."""
    for notice in driver.notifies(timeout=seconds, stop_after=1):
        yield Signal(notice.payload)


def change_counter(driver: Any) -> int:
    """A number that changes when another connection writes to the SQLite file."""
    (found,) = driver.execute("PRAGMA data_version").fetchone()
    return int(found)
