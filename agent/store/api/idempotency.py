"""Answers given under an idempotency key, kept with their effect."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import idempotency

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What belongs together: who asks under which key for what, with which body."""

    key_id: str
    key: str
    method: str
    path: str
    fingerprint: str  # keyed: a body may hold a password


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An answer as it was given; `body` is None where it bore a secret."""

    request: Request
    status: int
    headers: dict[str, str]
    body: str | None
    shows_secret: bool


def begin(conn: Connection, request: Request, *, now: datetime) -> Stored | None:
    """The answer given before, younger than a day.

    None when this request is the first.

    On PostgreSQL the key is locked until the transaction ends.

    Raises:
        InProgressError: another transaction works under the same key now.
    """
    if conn.dialect.name == "postgresql":
        number = int.from_bytes(hashlib.sha256(f"{request.key_id}\n{request.key}".encode()).digest()[:8], signed=True)
        if not conn.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(number))):
            raise InProgressError
    conn.execute(idempotency.delete().where(_is(request), idempotency.c.at < now - KEPT))
    return find(conn, request, now=now)


def find(conn: Connection, request: Request, *, now: datetime) -> Stored | None:
    """The answer given before, younger than a day."""
    query = sa.select(idempotency).where(_is(request), idempotency.c.at >= now - KEPT)
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else _stored(row)


def keep(conn: Connection, stored: Stored, *, now: datetime) -> None:
    """Write the answer down, in the transaction of its effect."""
    request = stored.request
    conn.execute(
        idempotency.insert().values(
            key_id=request.key_id,
            key=request.key,
            method=request.method,
            path=request.path,
            fingerprint=request.fingerprint,
            status=stored.status,
            headers=stored.headers,
            body=None if stored.shows_secret else stored.body,
            shows_secret=stored.shows_secret,
            at=now,
        )
    )


def forget(conn: Connection, *, now: datetime) -> int:
    """Delete what is older than a day; returns how many."""
    return conn.execute(idempotency.delete().where(idempotency.c.at < now - KEPT)).rowcount


class InProgressError(Exception):
    """The same key is being worked on."""


def _is(request: Request) -> sa.ColumnElement[bool]:
    return sa.and_(idempotency.c.key_id == request.key_id, idempotency.c.key == request.key)


def _stored(row: sa.RowMapping) -> Stored:
    request = Request(
        key_id=row["key_id"],
        key=row["key"],
        method=row["method"],
        path=row["path"],
        fingerprint=row["fingerprint"],
    )
    return Stored(
        request=request,
        status=row["status"],
        headers=row["headers"],
        body=row["body"],
        shows_secret=row["shows_secret"],
    )
