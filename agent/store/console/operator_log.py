"""Who did what in the console and from where.

Each entry holds the hash of the one before it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import operator_log

_FIRST = "0" * 64
_LOCK = 0x5C_0B_10  # the same number in every process


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One act. `subject` is what it was about: an account, a mail's number, a person."""

    number: int
    at: datetime
    person: str
    source: str
    act: str
    subject: str
    reason: str
    previous: str
    digest: str


def append(
    conn: Connection, *, person: str, source: str, act: str, subject: str, reason: str, now: datetime
) -> LogEntry:
    """Write one entry, in the transaction of the act."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    newest = conn.execute(sa.select(operator_log).order_by(operator_log.c.number.desc()).limit(1)).mappings().first()
    number, previous = (newest["number"] + 1, newest["digest"]) if newest else (1, _FIRST)
    told = {"person": person, "source": source, "act": act, "subject": subject, "reason": reason}
    row = {"number": number, "at": now, **told, "previous": previous}
    row["digest"] = _digest(number, now, told, previous)
    conn.execute(operator_log.insert().values(row))
    return _entry(row)


def page(conn: Connection, *, before: int | None, limit: int, subject: str | None = None) -> list[LogEntry]:
    """At most `limit` entries, the newest first.

    With `before` only those with a smaller number.
    """
    query = sa.select(operator_log).order_by(operator_log.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(operator_log.c.number < before)
    if subject is not None:
        query = query.where(operator_log.c.subject == subject)
    return [_entry(dict(row)) for row in conn.execute(query).mappings()]


def first_broken(conn: Connection) -> int | None:
    """The number of the first entry that was altered, or follows one that is gone.

    None when the chain holds.
    """
    number, previous = 0, _FIRST
    for row in conn.execute(sa.select(operator_log).order_by(operator_log.c.number)).mappings():
        told = {name: row[name] for name in ("person", "source", "act", "subject", "reason")}
        expected = _digest(row["number"], row["at"], told, previous)
        if row["number"] != number + 1 or row["previous"] != previous or row["digest"] != expected:
            return int(row["number"])
        number, previous = row["number"], row["digest"]
    return None


def _digest(number: int, at: datetime, told: dict[str, str], previous: str) -> str:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    content = json.dumps([number, moment, told, previous], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def _entry(row: dict[str, object]) -> LogEntry:
    return LogEntry(**row)  # type: ignore[arg-type]  # the columns are the fields
