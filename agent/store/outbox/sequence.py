"""Numbering: sequence numbers after the commit, by one process at a time.

The counter's row is locked for the length of one transaction. The process that has the lock is the publisher;
when it dies, its connection and with it the lock are gone, and the next one goes on. A number is committed before the
next one can be given, so a reader that has seen N has seen all below it.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from agent.store.database.engine import reading, writing
from agent.store.database.schema import events, outbox, switches
from agent.store.database.upsert import insert_once
from agent.store.outbox.wake import Signal, announce

_COUNTER = "event_sequence"
_FORGOTTEN = "events_forgotten"  # the highest number that was forgotten
_BATCH = 500


def number_events(engine: Engine) -> int:
    """Number everything that is committed; returns how many events got a number.

    Safe to call in every process.
    """
    numbered = 0
    while _any_waits(engine) and (count := _number_batch(engine)):
        numbered += count
    return numbered


def last_sequence(conn: Connection) -> int:
    """The highest number given so far; 0 when there was none."""
    return _value(conn, _COUNTER)


def forgotten_sequence(conn: Connection) -> int:
    """The highest number whose event is not kept any more; 0 when all are."""
    return _value(conn, _FORGOTTEN)


def raise_sequence(conn: Connection, floor: int) -> None:
    """Give only numbers above `floor` from now on.

    For a restored database, whose readers have seen more than it.
    """
    last = _lock_counter(conn)
    if floor > last:
        _set(conn, _COUNTER, floor)


def forget_events(conn: Connection, *, before: datetime) -> int:
    """Forget every event below the first one that is young enough; returns how many."""
    last = _lock_counter(conn)
    first_kept = conn.scalar(sa.select(sa.func.min(events.c.seq)).where(events.c.at >= before))
    mark = last if first_kept is None else first_kept - 1
    if mark <= forgotten_sequence(conn):
        return 0
    insert_once(conn, switches, {"name": _FORGOTTEN, "value": "0", "at": datetime.now(UTC)})
    _set(conn, _FORGOTTEN, mark)
    return conn.execute(events.delete().where(events.c.seq <= mark)).rowcount


def _any_waits(engine: Engine) -> bool:
    with reading(engine) as conn:
        return conn.scalar(sa.select(outbox.c.id).limit(1)) is not None


def _number_batch(engine: Engine) -> int:
    with writing(engine) as conn:
        last = _lock_counter(conn)
        rows = conn.execute(sa.select(outbox).order_by(outbox.c.id).limit(_BATCH)).mappings().all()
        if not rows:
            return 0
        numbered = [_numbered(row, last + place) for place, row in enumerate(rows, start=1)]
        conn.execute(events.insert(), numbered)
        conn.execute(outbox.delete().where(outbox.c.id.in_([row["id"] for row in rows])))
        _set(conn, _COUNTER, last + len(rows))
        announce(conn, Signal.NUMBERED)
        return len(rows)


def _numbered(row: sa.RowMapping, sequence: int) -> dict[str, object]:
    return {"seq": sequence} | {name: row[name] for name in ("event_id", "type", "account_id", "at", "data")}


def _lock_counter(conn: Connection) -> int:
    """The last number, locked until this transaction ends."""
    insert_once(conn, switches, {"name": _COUNTER, "value": "0", "at": datetime.now(UTC)})
    return int(
        conn.execute(sa.select(switches.c.value).where(switches.c.name == _COUNTER).with_for_update()).scalar_one()
    )


def _set(conn: Connection, name: str, value: int) -> None:
    conn.execute(switches.update().where(switches.c.name == name).values(value=str(value), at=datetime.now(UTC)))


def _value(conn: Connection, name: str) -> int:
    return int(conn.scalar(sa.select(switches.c.value).where(switches.c.name == name)) or 0)
