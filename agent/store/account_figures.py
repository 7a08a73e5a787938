"""What is counted of the accounts, without loading them.

For the metrics, the alarms and the watchers of revisions.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.authorization import State
from agent.store.database.schema import accounts

_WATCHED = (State.COMPLETE, State.FAILED, State.AUDITING)  # their permissions are read again and again


@dataclass(frozen=True, slots=True)
class Stale:
    """An account that was not read completely for too long."""

    id: str
    since: datetime | None  # when that was noted first; None: not yet


def count_by_state(conn: Connection) -> dict[str, int]:
    """How many accounts are in each state that has any."""
    query = sa.select(accounts.c.authorization, sa.func.count()).group_by(accounts.c.authorization)
    return {row[0]: row[1] for row in conn.execute(query)}


def longest_due(conn: Connection, *, now: datetime) -> datetime | None:
    """Since when the longest waiting due account has been due; None when none is."""
    return cast("datetime | None", conn.scalar(sa.select(sa.func.min(accounts.c.due)).where(accounts.c.due <= now)))


def oldest_complete_read(conn: Connection) -> datetime | None:
    """The oldest of the accounts' last complete reads."""
    return cast("datetime | None", conn.scalar(sa.select(sa.func.min(accounts.c.last_complete_read_at))))


def list_oldest_reads(conn: Connection, *, limit: int) -> list[tuple[str, datetime]]:
    """The accounts whose last complete read is the oldest, with its time."""
    read = accounts.c.last_complete_read_at
    query = sa.select(accounts.c.id, read).where(read.is_not(None)).order_by(read).limit(limit)
    return [(row[0], row[1]) for row in conn.execute(query)]


def list_stale(conn: Connection, *, before: datetime) -> list[Stale]:
    """The watched accounts whose last complete read, or acceptance, is older."""
    seen = sa.func.coalesce(accounts.c.last_complete_read_at, accounts.c.accepted_at)
    query = sa.select(accounts.c.id, accounts.c.stale_since)
    found = conn.execute(query.where(accounts.c.authorization.in_(_WATCHED), seen < before))
    return [Stale(id=row[0], since=row[1]) for row in found]


def revisions_of(conn: Connection, ids: Collection[str]) -> dict[str, int]:
    """The revisions of these accounts as they are stored."""
    query = sa.select(accounts.c.id, accounts.c.revision).where(accounts.c.id.in_(list(ids)))
    return {row[0]: row[1] for row in conn.execute(query)}
