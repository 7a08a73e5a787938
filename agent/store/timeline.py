"""An account's story in one list: transitions, visits, acts and mails, the newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import acts, journal, messages, visits


def entries(conn: Connection, account_id: str, *, before: datetime | None, limit: int) -> list[dict[str, Any]]:
    """At most `limit` entries, each with `at` (aware) and `kind`; with `before` only older ones."""
    found = [
        *_rows(conn, journal, journal.c.at, account_id, before, limit, kind="state"),
        *_rows(conn, visits, visits.c.started_at, account_id, before, limit, kind="visit"),
        *_rows(conn, acts, acts.c.at, account_id, before, limit, kind="act"),
        *_rows(conn, messages, messages.c.found_at, account_id, before, limit, kind="mail"),
    ]
    return sorted(found, key=lambda each: each["at"], reverse=True)[:limit]


_SHOWN = {
    "state": {"from_state": "from", "to_state": "to", "why": "why", "visit_id": "visit"},
    "visit": {"id": "visit", "kind": "purpose", "outcome": "outcome", "ended_at": "ended_at"},
    "act": {"act": "act", "outcome": "outcome", "visit_id": "visit"},
    "mail": {"id": "mail", "verdict": "verdict", "reason": "reason"},
}


def _rows(
    conn: Connection,
    table: sa.Table,
    at: sa.Column[Any],
    account_id: str,
    before: datetime | None,
    limit: int,
    *,
    kind: str,
) -> list[dict[str, Any]]:
    names = _SHOWN[kind]
    query = sa.select(at.label("moment"), *(table.c[name].label(f"_{name}") for name in names))
    query = query.where(table.c.account_id == account_id).order_by(at.desc(), table.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(at < before)
    return [
        {"at": row["moment"], "kind": kind, **{shown: row[f"_{name}"] for name, shown in names.items()}}
        for row in conn.execute(query).mappings()
    ]
