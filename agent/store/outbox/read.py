"""Reading numbered events."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.published.event_types import EventType, cloud_event
from agent.errors import UsageError
from agent.store.database.schema import events
from agent.store.outbox.sequence import forgotten_sequence, last_sequence

LIMIT = 200


class ForgottenError(UsageError):
    """The reader asks for events that are not kept any more."""

    def __init__(self, after: int, *, forgotten: int) -> None:
        super().__init__(
            f"events after {after} are not all kept any more; read every account's status, then go on after {forgotten}"
        )
        self.after = after
        self.forgotten = forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Events in the order of their numbers, and the number to go on after."""

    events: list[dict[str, Any]]  # CloudEvents
    last: int


def list_events(
    conn: Connection,
    *,
    after: int | None = None,
    types: Collection[EventType] = (),
    account_id: str | None = None,
    limit: int = LIMIT,
) -> EventPage:
    """At most `limit` events after a number.

    With `types` only those, with `account_id` only that account's.

    `after` None: from the oldest that is kept.

    Raises:
        ForgottenError: some of what comes after this number is not kept any more.
    """
    forgotten = forgotten_sequence(conn)
    after = forgotten if after is None else after
    if after < forgotten:
        raise ForgottenError(after, forgotten=forgotten)
    last = last_sequence(conn)
    query = sa.select(events).where(events.c.seq > after, events.c.seq <= last).order_by(events.c.seq).limit(limit)
    if types:
        query = query.where(events.c.type.in_([str(kind) for kind in types]))
    if account_id is not None:
        query = query.where(events.c.account_id == account_id)
    rows = conn.execute(query).mappings().all()
    is_full = len(rows) == limit
    return EventPage(events=[envelope_of(row) for row in rows], last=rows[-1]["seq"] if is_full else max(last, after))


def find_event(conn: Connection, event_id: str) -> dict[str, Any] | None:
    """One numbered event by its id; None where there is none, or it is forgotten."""
    row = conn.execute(sa.select(events).where(events.c.event_id == event_id)).mappings().one_or_none()
    return None if row is None else envelope_of(row)


def event_by_number(conn: Connection, number: int) -> dict[str, Any] | None:
    """The event of a number; None where it is forgotten."""
    row = conn.execute(sa.select(events).where(events.c.seq == number)).mappings().one_or_none()
    return None if row is None else envelope_of(row)


def envelope_of(row: sa.RowMapping) -> dict[str, Any]:
    """The CloudEvents envelope of a row of the events."""
    return cloud_event(
        event_id=row["event_id"],
        kind=row["type"],
        account=row["account_id"],
        at=row["at"],
        data=row["data"],
        sequence=row["seq"],
    )
