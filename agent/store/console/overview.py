"""What the fleet page shows at a glance.

Its queries do not cost more as the fleet's history grows.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.authorization import State
from agent.store.database.schema import accounts, journal

_WORKING = (State.AWAITING_INVITATION, State.ACCEPTING, State.AWAITING_CONFIRMATION, State.AWAITING_PERMISSIONS)
HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Counts and extremes of all accounts."""

    by_state: dict[State, int]
    due_now: int
    oldest_unfinished: tuple[str, datetime] | None  # account, since
    oldest_read: tuple[str, datetime] | None  # complete account, last complete read

    @property
    def total(self) -> int:
        """How many accounts there are."""
        return sum(self.by_state.values())


def overview(conn: Connection, *, now: datetime) -> Overview:
    """Count the fleet."""
    counts = conn.execute(sa.select(accounts.c.authorization, sa.func.count()).group_by(accounts.c.authorization))
    due = sa.select(sa.func.count()).select_from(accounts).where(accounts.c.due <= now)
    return Overview(
        by_state={State(state): number for state, number in counts},
        due_now=conn.scalar(due) or 0,
        oldest_unfinished=_oldest(conn, accounts.c.updated_at, _WORKING),
        oldest_read=_oldest(conn, accounts.c.last_complete_read_at, (State.COMPLETE,)),
    )


def trend(conn: Connection, *, now: datetime) -> list[tuple[int, int]]:
    """For each of the last 24 hours, the oldest first.

    How many accounts became complete, and how many failed.
    """
    since = now - timedelta(hours=HOURS)
    query = sa.select(journal.c.at, journal.c.to_state).where(
        journal.c.at > since,
        journal.c.to_state.in_((State.COMPLETE, State.FAILED)),
        sa.or_(journal.c.from_state.is_(None), journal.c.from_state != journal.c.to_state),
    )
    hours = [[0, 0] for _ in range(HOURS)]
    for at, state in conn.execute(query):
        hour = min(HOURS - 1, max(0, int((at - since).total_seconds() // 3600)))
        hours[hour][0 if state == State.COMPLETE else 1] += 1
    return [(complete, failed) for complete, failed in hours]


def _oldest(conn: Connection, at: sa.Column[datetime], states: Collection[State]) -> tuple[str, datetime] | None:
    """One look into an index a state: all of them in one query would be sorted."""
    found = []
    for state in states:
        mine = sa.and_(accounts.c.authorization == state, at.is_not(None))
        row = conn.execute(sa.select(accounts.c.id, at).where(mine).order_by(at).limit(1)).first()
        found += [] if row is None else [(row[0], row[1])]
    return min(found, key=lambda each: each[1], default=None)
