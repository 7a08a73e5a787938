"""Visits as counted: rate limits, daily caps, crashes and metrics read them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import visits

_COUNTING = 0x5C_A6_E8  # the same number in every process


def start(
    conn: Connection,
    visit_id: str,
    account_id: str,
    *,
    kind: str,
    host: str,
    worker: str,
    now: datetime,
    egress: str | None = None,
) -> None:
    """Write down that a visit begins.

    `egress` is the address it signs in from, where it has no session.
    """
    row = {"id": visit_id, "account_id": account_id, "kind": kind, "host": host, "worker": worker, "started_at": now}
    conn.execute(visits.insert().values(row | {"egress": egress}))


def note_sign_in(conn: Connection, visit_id: str, *, egress: str) -> None:
    """Write down that a visit signs in after all: its session was not taken."""
    conn.execute(visits.update().where(visits.c.id == visit_id).values(egress=egress))


def signing_in_through(conn: Connection, egress: str, *, since: datetime) -> int:
    """How many visits that sign in from this address began since then, by all workers."""
    mine = sa.and_(visits.c.started_at >= since, visits.c.egress == egress)
    return conn.scalar(sa.select(sa.func.count()).select_from(visits).where(mine)) or 0


def end(conn: Connection, visit_id: str, *, outcome: str, now: datetime) -> None:
    """Write down how it ended."""
    conn.execute(visits.update().where(visits.c.id == visit_id).values(ended_at=now, outcome=outcome))


def lock_counting(conn: Connection) -> None:
    """Stop other transactions from counting until this one ends.

    On SQLite there is one writer at a time anyway.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_COUNTING)))


def started_by_host(conn: Connection, since: datetime) -> Mapping[str, int]:
    """How many visits began since then at each host."""
    query = sa.select(visits.c.host, sa.func.count()).where(visits.c.started_at >= since).group_by(visits.c.host)
    return {row[0]: row[1] for row in conn.execute(query)}


def started_by_account(conn: Connection, since: datetime, account_ids: Collection[str]) -> Mapping[str, int]:
    """How many visits of each of these accounts began since then.

    Without those that had none.
    """
    mine = sa.and_(visits.c.started_at >= since, visits.c.account_id.in_(list(account_ids)))
    query = sa.select(visits.c.account_id, sa.func.count()).where(mine).group_by(visits.c.account_id)
    return {row[0]: row[1] for row in conn.execute(query)}


def outcomes_of(conn: Connection, account_ids: Collection[str], *, since: datetime) -> list[str]:
    """How these accounts' visits since then ended, in that order."""
    mine = sa.and_(
        visits.c.started_at > since, visits.c.account_id.in_(list(account_ids)), visits.c.outcome.is_not(None)
    )
    return list(conn.scalars(sa.select(visits.c.outcome).where(mine).order_by(visits.c.ended_at)))


def find(conn: Connection, account_id: str, visit_id: str) -> Mapping[str, Any] | None:
    """One visit of an account as it is counted.

    None when it is forgotten or never was.
    """
    query = sa.select(visits).where(visits.c.account_id == account_id, visits.c.id == visit_id)
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else dict(row)


def find_account_of(conn: Connection, visit_id: str) -> str | None:
    """Whose visit this is."""
    return conn.scalar(sa.select(visits.c.account_id).where(visits.c.id == visit_id))
