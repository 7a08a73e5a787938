"""Erasures: proof that the data of an account are gone.

It holds none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import erasures, metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was erased of one account.

    Rows by table at once, its evidence when it is due.
    """

    id: int
    account_id: str
    asked_at: datetime
    asked_by: str | None
    counts: dict[str, int]
    evidence_due: datetime
    evidence_erased_at: datetime | None
    folders: int | None


def count_rows(conn: Connection, account_id: str) -> dict[str, int]:
    """How many rows hang on an account, by table; tables without any are left out."""
    found = {}
    for table in metadata.sorted_tables:
        if "account_id" in table.c and table is not erasures:
            mine = sa.select(sa.func.count()).select_from(table).where(table.c.account_id == account_id)
            found[table.name] = conn.scalar(mine) or 0
    return {name: count for name, count in found.items() if count}


def begin(
    conn: Connection, account_id: str, *, counts: dict[str, int], who: str | None, now: datetime, keep: timedelta
) -> None:
    """Note that an account's rows go now, and its evidence after `keep`."""
    conn.execute(
        erasures.insert().values(
            account_id=account_id, asked_at=now, asked_by=who, counts=counts, evidence_due=now + keep
        )
    )


def list_due(conn: Connection, *, now: datetime) -> list[Erasure]:
    """Whose evidence has to go by now.

    Also those that another worker, with a disk of its own, has seen to.
    """
    return _found(conn, erasures.c.evidence_due <= now)


def list_all(conn: Connection) -> list[Erasure]:
    """Every erasure that is remembered, the oldest first."""
    return _found(conn, sa.true())


def done(conn: Connection, erasure_id: int, *, folders: int, now: datetime) -> None:
    """Write down that the evidence is gone; folders of several workers add up."""
    mine = erasures.update().where(erasures.c.id == erasure_id)
    conn.execute(
        mine.values(
            evidence_erased_at=sa.func.coalesce(erasures.c.evidence_erased_at, now),
            folders=sa.func.coalesce(erasures.c.folders, 0) + folders,
        )
    )


def forget(conn: Connection, *, before: datetime) -> int:
    """Delete proofs that are older; returns how many."""
    return conn.execute(erasures.delete().where(erasures.c.asked_at < before)).rowcount


def _found(conn: Connection, which: sa.ColumnElement[bool]) -> list[Erasure]:
    rows = conn.execute(sa.select(erasures).where(which).order_by(erasures.c.id)).mappings()
    return [Erasure(**row) for row in rows]
