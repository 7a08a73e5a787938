"""Deliveries: one event for one endpoint, from waiting to its end.

Within a line they are delivered in order.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.published.event_types import EventType
from agent.errors import UsageError
from agent.store.database.schema import webhook_deliveries as table
from agent.store.database.schema import webhook_endpoints
from agent.store.outbox.wake import Signal, announce
from agent.store.webhooks.endpoints import EndpointState


class DeliveryKind(StrEnum):
    """What a delivery is for."""

    EVENT = "event"  # in its line
    PING = "ping"  # proves the endpoint
    REPLAY = "replay"  # a person asked for it: one try, outside the line, and it says nothing of the endpoint's health


class DeliveryState(StrEnum):
    """How a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"  # had its only try
    SET_ASIDE = "set_aside"  # tried for three days; the line goes on without it
    COLLAPSED = "collapsed"  # too many waited; a newer event of its line says what it said


class UnknownDeliveryError(UsageError):
    """No delivery has this id."""

    def __init__(self, delivery_id: int) -> None:
        super().__init__(f"no delivery has the number {delivery_id}; 'sc-agent webhooks deliveries ID' lists them")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A delivery as stored; `answer` is at most a kilobyte and redacted."""

    id: int
    endpoint_id: str
    kind: DeliveryKind
    state: DeliveryState
    seq: int | None
    event_id: str
    type: str
    line: str
    at: datetime
    attempts: int
    first_tried_at: datetime | None
    next_try_at: datetime | None
    ended_at: datetime | None
    status: int | None
    error: str | None
    answer: str | None


def get(conn: Connection, delivery_id: int) -> Delivery:
    """One delivery.

    Raises:
        UnknownDeliveryError: there is none.
    """
    row = conn.execute(sa.select(table).where(table.c.id == delivery_id)).mappings().one_or_none()
    if row is None:
        raise UnknownDeliveryError(delivery_id)
    return _delivery(row)


def list_of(conn: Connection, endpoint_id: str, *, limit: int = 100, below: int | None = None) -> list[Delivery]:
    """An endpoint's deliveries, the newest first; `below` is the id to go on below."""
    query = sa.select(table).where(table.c.endpoint_id == endpoint_id).order_by(table.c.id.desc()).limit(limit)
    if below is not None:
        query = query.where(table.c.id < below)
    return [_delivery(row) for row in conn.execute(query).mappings()]


def count_waiting(conn: Connection, endpoint_id: str) -> int:
    """How many events wait for an endpoint."""
    waits = sa.and_(table.c.endpoint_id == endpoint_id, table.c.state == DeliveryState.WAITING)
    return conn.scalar(sa.select(sa.func.count()).select_from(table).where(waits)) or 0


def ping(conn: Connection, endpoint_id: str, *, now: datetime, wait: timedelta = timedelta()) -> int:
    """Let a ping be sent, not before `wait` is over; returns the delivery's id."""
    event_id = f"evt_{uuid4().hex}"
    told = {"kind": DeliveryKind.PING, "event_id": event_id, "type": str(EventType.PING), "seq": None}
    return _insert(conn, endpoint_id, told, line=f"ping {event_id}", now=now, wait=wait)


def replay(conn: Connection, delivery_id: int, *, now: datetime) -> int:
    """Let an event be sent once more under its own id; returns the new delivery's id.

    Raises:
        UnknownDeliveryError: there is no such delivery.
    """
    old = get(conn, delivery_id)
    kind = DeliveryKind.PING if old.kind is DeliveryKind.PING else DeliveryKind.REPLAY
    told = {"kind": kind, "event_id": old.event_id, "type": old.type, "seq": old.seq}
    return _insert(conn, old.endpoint_id, told, line=f"replay {uuid4().hex}", now=now, wait=timedelta())


def due_heads(conn: Connection, *, now: datetime, but: Collection[tuple[str, str]], limit: int) -> list[Delivery]:
    """The first of each line whose time has come, except for these lines.

    The longest waiting first.
    """
    waits = table.c.state == DeliveryState.WAITING
    heads = sa.select(sa.func.min(table.c.id)).where(waits).group_by(table.c.endpoint_id, table.c.line)
    query = (
        sa.select(table)
        .join(webhook_endpoints, webhook_endpoints.c.id == table.c.endpoint_id)
        .where(table.c.id.in_(heads), table.c.next_try_at <= now, _may_be_sent(now))
        .order_by(table.c.next_try_at, table.c.id)
        .limit(limit + len(but))
    )
    found = [_delivery(row) for row in conn.execute(query).mappings()]
    return [each for each in found if (each.endpoint_id, each.line) not in but][:limit]


def next_in_line(conn: Connection, done: Delivery, *, now: datetime) -> Delivery | None:
    """What comes after a delivery in its line, if its time has come."""
    waits = (table.c.state == DeliveryState.WAITING, table.c.endpoint_id == done.endpoint_id, table.c.line == done.line)
    row = conn.execute(sa.select(table).where(*waits).order_by(table.c.id).limit(1)).mappings().one_or_none()
    if row is None or row["next_try_at"] is None or row["next_try_at"] > now:
        return None
    return _delivery(row)


def next_due(conn: Connection, *, after: datetime) -> datetime | None:
    """The earliest time still to come for which anything waits."""
    waits = (table.c.state == DeliveryState.WAITING, table.c.next_try_at > after)
    found: datetime | None = conn.scalar(sa.select(sa.func.min(table.c.next_try_at)).where(*waits))
    return found


def record(
    conn: Connection,
    delivery: Delivery,
    *,
    now: datetime,
    state: DeliveryState,
    next_try_at: datetime | None,
    status: int | None,
    error: str | None,
    answer: str | None,
) -> None:
    """Write down what one attempt came to."""
    values: dict[str, Any] = {"state": state, "next_try_at": next_try_at, "status": status, "error": error}
    values |= {"answer": answer, "attempts": delivery.attempts + 1, "first_tried_at": delivery.first_tried_at or now}
    if state is not DeliveryState.WAITING:
        values["ended_at"] = now
    conn.execute(table.update().where(table.c.id == delivery.id).values(values))


def forget_deliveries(conn: Connection, *, before: datetime) -> int:
    """Forget deliveries that ended before a time; returns how many."""
    return conn.execute(table.delete().where(table.c.ended_at < before)).rowcount


def tried_too_long(delivery: Delivery, *, now: datetime, at_most: timedelta) -> bool:
    """Whether its first try is this long ago."""
    return delivery.first_tried_at is not None and now - delivery.first_tried_at >= at_most


def _may_be_sent(now: datetime) -> sa.ColumnElement[bool]:
    """Events go to active endpoints that asked for no rest.

    What a person or a verification asked for, to any.
    """
    endpoint = webhook_endpoints.c
    rested = sa.or_(endpoint.slow_until.is_(None), endpoint.slow_until <= now)
    return sa.or_(table.c.kind != DeliveryKind.EVENT, sa.and_(endpoint.state == EndpointState.ACTIVE, rested))


def _insert(
    conn: Connection, endpoint_id: str, told: Mapping[str, Any], *, line: str, now: datetime, wait: timedelta
) -> int:
    row = {"endpoint_id": endpoint_id, "state": DeliveryState.WAITING, "at": now, "next_try_at": now + wait}
    row_id: int = conn.execute(table.insert().values(**row, line=line, **told).returning(table.c.id)).scalar_one()
    announce(conn, Signal.NUMBERED)
    return row_id


def _delivery(row: sa.RowMapping) -> Delivery:
    values: dict[str, Any] = dict(row)
    values["kind"], values["state"] = DeliveryKind(row["kind"]), DeliveryState(row["state"])
    return Delivery(**values)
