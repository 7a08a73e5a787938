"""An account's story in one list.

Transitions, visits, acts, take-overs and mails, the newest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import acts, journal, messages, takeovers, visits


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPlace:
    """Where a page ended: at which time, after how many entries of that time."""

    at: datetime
    passed: int


def page(
    conn: Connection, account_id: str, *, after: StoryPlace | None, limit: int
) -> tuple[list[dict[str, Any]], StoryPlace | None]:
    """At most `limit` entries, and the place to go on after; None at the end.

    Each has `at` (aware) and `kind`.
    """
    passed, until = (0, None) if after is None else (after.passed, after.at)
    most = limit + passed + 1
    found = [
        *_rows(conn, journal, journal.c.at, account_id, until, most, kind="state"),
        *_rows(conn, visits, visits.c.started_at, account_id, until, most, kind="visit"),
        *_rows(conn, acts, acts.c.at, account_id, until, most, kind="act"),
        *_rows(conn, takeovers, takeovers.c.created_at, account_id, until, most, kind="takeover"),
        *_rows(conn, messages, messages.c.found_at, account_id, until, most, kind="mail"),
    ]
    found = sorted(found, key=lambda each: each["at"], reverse=True)[passed:]  # stable: equal times keep their order
    shown = found[:limit]
    if len(found) <= limit:
        return shown, None
    last = shown[-1]["at"]
    same = sum(each["at"] == last for each in shown)
    return shown, StoryPlace(at=last, passed=same + (passed if until == last else 0))


_SHOWN = {
    "state": {"from_state": "from", "to_state": "to", "why": "why", "visit_id": "visit"},
    "visit": {"id": "visit", "kind": "purpose", "outcome": "outcome", "ended_at": "ended_at"},
    "act": {"act": "act", "outcome": "outcome", "visit_id": "visit"},
    "takeover": {"kind": "purpose", "state": "state", "person": "person", "screen": "screen", "ended_why": "why"},
    "mail": {"id": "mail", "verdict": "verdict", "reason": "reason"},
}


def _rows(
    conn: Connection,
    table: sa.Table,
    at: sa.Column[Any],
    account_id: str,
    until: datetime | None,
    limit: int,
    *,
    kind: str,
) -> list[dict[str, Any]]:
    names = _SHOWN[kind]
    query = sa.select(at.label("moment"), *(table.c[name].label(f"_{name}") for name in names))
    query = query.where(table.c.account_id == account_id).order_by(at.desc(), table.c.id.desc()).limit(limit)
    if until is not None:
        query = query.where(at <= until)
    return [
        {"at": row["moment"], "kind": kind, **{shown: row[f"_{name}"] for name, shown in names.items()}}
        for row in conn.execute(query).mappings()
    ]
