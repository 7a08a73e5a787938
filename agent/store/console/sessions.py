"""Sign-in tickets and sessions of the console, kept as keyed hashes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.api.web_key import WebKey
from agent.store.database.schema import console_sessions, console_tickets

TICKET_FOR = timedelta(seconds=60)
SESSION_FOR = timedelta(hours=12)
FRESH_FOR = timedelta(minutes=5)  # acts that cannot be undone ask for a sign-in younger than this
NEVER_PROVEN = datetime(1970, 1, 1, tzinfo=UTC)  # the provider does not say when
_BYTES = 32
_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSession:
    """One signed-in browser.

    `id` names it for people; the cookie cannot be told from it.
    """

    id: str
    person: str
    source: str  # where the browser is
    started_at: datetime
    seen_at: datetime
    proven_at: datetime  # when the person gave proof; an identity provider may remember an older one

    def is_fresh(self, now: datetime) -> bool:
        """Whether the sign-in is young enough for an act that cannot be undone."""
        return now - self.proven_at <= FRESH_FOR


def make_ticket(conn: Connection, web_key: WebKey, person: str, *, now: datetime) -> str:
    """Make a ticket for one sign-in within a minute.

    It is returned and stored nowhere in clear.
    """
    conn.execute(console_tickets.delete().where(console_tickets.c.expires_at <= now))
    ticket = secrets.token_urlsafe(_BYTES)
    row = {"digest": _digest(web_key, "ticket", ticket), "person": person, "expires_at": now + TICKET_FOR}
    conn.execute(console_tickets.insert().values(row))
    return ticket


def spend_ticket(conn: Connection, web_key: WebKey, ticket: str, *, now: datetime) -> str | None:
    """Use a ticket up; whose it was, or None for one that is unknown, old or used."""
    mine = console_tickets.c.digest == _digest(web_key, "ticket", ticket)
    row = conn.execute(sa.select(console_tickets).where(mine).with_for_update()).mappings().one_or_none()
    if row is None or conn.execute(console_tickets.delete().where(mine)).rowcount != 1:
        return None
    return str(row["person"]) if now < row["expires_at"] else None


def start(
    conn: Connection, web_key: WebKey, person: str, *, source: str, now: datetime, proven_at: datetime | None = None
) -> str:
    """Begin a session; returns what the cookie holds.

    `proven_at`: the proof was given then, not now.
    """
    secret = secrets.token_urlsafe(_BYTES)
    row = {
        "digest": _digest(web_key, "session", secret),
        "id": secrets.token_hex(5),
        "person": person,
        "source": source,
        "started_at": now,
        "seen_at": now,
        "proven_at": proven_at or now,
    }
    conn.execute(console_sessions.insert().values(row))
    return secret


def find(conn: Connection, web_key: WebKey, secret: str, *, now: datetime) -> ConsoleSession | None:
    """The live session that a cookie stands for; None for anything else."""
    mine = console_sessions.c.digest == _digest(web_key, "session", secret)
    row = conn.execute(sa.select(console_sessions).where(mine)).mappings().one_or_none()
    return None if row is None or now - row["started_at"] >= SESSION_FOR else _session(row)


def seen(conn: Connection, session: ConsoleSession, *, now: datetime) -> None:
    """Note that a session was used; at most once a minute."""
    if now - session.seen_at >= _NOTED_EVERY:
        conn.execute(console_sessions.update().where(console_sessions.c.id == session.id).values(seen_at=now))


def list_all(conn: Connection, *, now: datetime) -> list[ConsoleSession]:
    """The live sessions, the newest first."""
    live = console_sessions.c.started_at > now - SESSION_FOR
    rows = conn.execute(sa.select(console_sessions).where(live).order_by(console_sessions.c.started_at.desc()))
    return [_session(row) for row in rows.mappings()]


def end(conn: Connection, session_id: str) -> bool:
    """End a session; False when there is none of this id."""
    return conn.execute(console_sessions.delete().where(console_sessions.c.id == session_id)).rowcount == 1


def forget_old(conn: Connection, *, now: datetime) -> int:
    """Delete sessions and tickets that open nothing any more.

    Returns how many sessions.
    """
    conn.execute(console_tickets.delete().where(console_tickets.c.expires_at <= now))
    return conn.execute(console_sessions.delete().where(console_sessions.c.started_at <= now - SESSION_FOR)).rowcount


def form_token(web_key: WebKey, secret: str) -> str:
    """What forms of a session carry.

    A page that does not know the cookie cannot make it.
    """
    return web_key.digest(secret.encode(), purpose="console form")[:32]


def _digest(web_key: WebKey, kind: str, secret: str) -> str:
    return web_key.digest(secret.encode(), purpose=f"console {kind}")


def _session(row: sa.RowMapping) -> ConsoleSession:
    return ConsoleSession(
        id=row["id"],
        person=row["person"],
        source=row["source"],
        started_at=row["started_at"],
        seen_at=row["seen_at"],
        proven_at=row["proven_at"],
    )
