"""The journal: every transition, written in the transaction that made it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.authorization import State
from agent.store.database.schema import journal


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One line of an account's history."""

    at: datetime
    from_state: State | None
    to_state: State
    why: str
    visit_id: str | None


def append(
    conn: Connection,
    account_id: str,
    *,
    at: datetime,
    from_state: State | None,
    to_state: State,
    why: str,
    visit_id: str | None = None,
) -> None:
    """Add one line."""
    conn.execute(
        journal.insert().values(
            account_id=account_id, at=at, from_state=from_state, to_state=to_state, why=why, visit_id=visit_id
        )
    )


def history(conn: Connection, account_id: str, *, limit: int = 100) -> list[JournalEntry]:
    """The newest lines of an account, oldest first."""
    query = sa.select(journal).where(journal.c.account_id == account_id).order_by(journal.c.id.desc()).limit(limit)
    return [_entry(row) for row in reversed(conn.execute(query).mappings().all())]


def stands_since(conn: Connection, account_id: str, state: State) -> datetime | None:
    """When the account last came into the state it is in.

    None where the journal does not say.
    """
    came = sa.and_(journal.c.to_state == state, journal.c.from_state.is_distinct_from(state))
    mine = sa.select(journal.c.at).where(journal.c.account_id == account_id, came)
    return conn.scalar(mine.order_by(journal.c.id.desc()).limit(1))


def _entry(row: sa.RowMapping) -> JournalEntry:
    return JournalEntry(
        at=row["at"],
        from_state=State(row["from_state"]) if row["from_state"] else None,
        to_state=State(row["to_state"]),
        why=row["why"],
        visit_id=row["visit_id"],
    )
