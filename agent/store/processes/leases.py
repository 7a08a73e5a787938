"""Leases: one visit an account, across processes and machines.

Every statement is atomic by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import leases
from agent.store.database.upsert import insert_once


def shared_now(conn: Connection, own: datetime) -> datetime:
    """The clock that all who share the database see.

    The server's, or this machine's own where there is no server.
    """
    if conn.dialect.name != "postgresql":
        return own
    moment: datetime = conn.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to open a browser context for an account, until it ends or is renewed."""

    account_id: str
    holder: str
    token: str


def acquire(conn: Connection, account_id: str, *, holder: str, now: datetime, length: timedelta) -> Lease | None:
    """Take the lease if there is no live one; None when there is.

    A lease that ends later than any lease taken now was written before the clock was set back: it gets one length more,
    in which a living holder renews it.
    """
    mine, end = leases.c.account_id == account_id, now + length
    # Looked at before anything is written: an insert would wait for a holder that renews the lease right now, and that
    # holder may be waiting for the account's row, which a worker that acquires has locked.
    if conn.scalar(sa.select(leases.c.holder).where(mine, leases.c.until > now, leases.c.until <= end)) is not None:
        return None
    conn.execute(leases.update().where(mine, leases.c.until > end).values(until=end))
    conn.execute(leases.delete().where(mine, leases.c.until <= now))
    lease = Lease(account_id=account_id, holder=holder, token=uuid4().hex)
    row = {"account_id": account_id, "holder": holder, "token": lease.token, "until": end}
    return lease if insert_once(conn, leases, row) else None


def renew(conn: Connection, lease: Lease, *, now: datetime, length: timedelta) -> bool:
    """Prove that the lease is still ours and prolong it; False when it was lost."""
    mine = sa.and_(leases.c.account_id == lease.account_id, leases.c.token == lease.token, leases.c.until > now)
    return conn.execute(leases.update().where(mine).values(until=now + length)).rowcount == 1


def release(conn: Connection, lease: Lease) -> None:
    """Give it back; nothing happens if it was lost already."""
    conn.execute(leases.delete().where(leases.c.account_id == lease.account_id, leases.c.token == lease.token))


def holder_of(conn: Connection, account_id: str, *, now: datetime) -> str | None:
    """Who holds the account now."""
    return conn.scalar(sa.select(leases.c.holder).where(leases.c.account_id == account_id, leases.c.until > now))


def leased_accounts(conn: Connection, *, now: datetime) -> list[str]:
    """The accounts with a live lease."""
    return list(conn.scalars(sa.select(leases.c.account_id).where(leases.c.until > now)))


def count_running(conn: Connection, *, now: datetime) -> int:
    """How many leases are in force, in all processes."""
    return conn.scalar(sa.select(sa.func.count()).select_from(leases).where(leases.c.until > now)) or 0


def drop_of(conn: Connection, holder: str) -> int:
    """Forget the leases of a worker known to be dead; returns how many."""
    return conn.execute(leases.delete().where(leases.c.holder == holder)).rowcount
