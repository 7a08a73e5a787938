"""Small named values that every process must see.

The pause of everything, the clock's correction.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.published.event_types import EventType
from agent.store.database.schema import switches
from agent.store.database.upsert import upsert
from agent.store.outbox.pending import note
from agent.store.outbox.wake import Signal, announce

PAUSE_ALL = "pause_all"
_CLOCK_SKEW = "clock_skew"


def pause_all(conn: Connection, *, now: datetime, who: str) -> None:
    """Stop every flow within seconds, until `resume_all`; survives restarts."""
    is_news = paused_by(conn) is None
    upsert(conn, switches, {"name": PAUSE_ALL}, {"value": who, "at": now})
    if is_news:
        note(conn, EventType.PAUSE_CHANGED, now=now, data={"paused": True})


def resume_all(conn: Connection, *, now: datetime) -> bool:
    """Let flows start again; False when nothing was paused."""
    if conn.execute(switches.delete().where(switches.c.name == PAUSE_ALL)).rowcount != 1:
        return False
    note(conn, EventType.PAUSE_CHANGED, now=now, data={"paused": False})
    announce(conn, Signal.DUE)
    return True


def paused_by(conn: Connection) -> str | None:
    """Who paused everything; None when nothing is paused."""
    return conn.scalar(sa.select(switches.c.value).where(switches.c.name == PAUSE_ALL))


def save_clock_skew(conn: Connection, skew: timedelta, *, now: datetime) -> None:
    """Remember how far this machine's clock is from the site's (site minus ours)."""
    upsert(conn, switches, {"name": _CLOCK_SKEW}, {"value": str(skew.total_seconds()), "at": now})


def clock_skew(conn: Connection) -> tuple[timedelta, datetime] | None:
    """The last known skew and when it was seen."""
    row = conn.execute(sa.select(switches).where(switches.c.name == _CLOCK_SKEW)).mappings().one_or_none()
    return None if row is None else (timedelta(seconds=float(row["value"])), row["at"])
