"""Tickets for the lines to a page that is taken over.

A worker's or a person's; each opens one line once.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import takeover_tickets

TICKET_FOR = timedelta(seconds=30)
_BYTES = 32


class LinePurpose(StrEnum):
    """What a ticket opens."""

    LINE = "line"  # the worker's
    VIEW = "view"  # a person's


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket that was just used up."""

    takeover_id: str
    person: str | None
    session: str | None


def make(
    conn: Connection,
    takeover_id: str,
    purpose: LinePurpose,
    *,
    now: datetime,
    person: str | None = None,
    session: str | None = None,
) -> str:
    """Make a ticket for one line within half a minute; stored as a hash."""
    forget_spent(conn, now=now)
    ticket = secrets.token_urlsafe(_BYTES)
    made = takeover_tickets.insert().values(
        digest=_digest(ticket),
        takeover_id=takeover_id,
        purpose=purpose,
        person=person,
        session=session,
        expires_at=now + TICKET_FOR,
    )
    conn.execute(made)
    return ticket


def spend(conn: Connection, takeover_id: str, purpose: LinePurpose, ticket: str, *, now: datetime) -> Ticket | None:
    """Use a ticket up.

    None for one that is unknown, old, used, or of another take-over or purpose.
    """
    mine = takeover_tickets.c.digest == _digest(ticket)
    row = conn.execute(sa.select(takeover_tickets).where(mine).with_for_update()).mappings().one_or_none()
    if row is None or conn.execute(takeover_tickets.delete().where(mine)).rowcount != 1:
        return None
    if row["takeover_id"] != takeover_id or row["purpose"] != purpose or now >= row["expires_at"]:
        return None
    return Ticket(takeover_id=takeover_id, person=row["person"], session=row["session"])


def forget_spent(conn: Connection, *, now: datetime) -> None:
    """Delete the tickets that open nothing any more."""
    conn.execute(takeover_tickets.delete().where(takeover_tickets.c.expires_at <= now))


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
