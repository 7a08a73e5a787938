"""Rows that an admin said are gone for every account of a marketplace.

On pages of a layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.audit.document import AuditDocument
from agent.store.database.schema import lost_rows
from agent.store.database.upsert import insert_once

RowKey = tuple[str, str, str, int]  # scope, section, permission, occurrence


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Who said that a row is gone, why and when."""

    person: str
    reason: str
    at: datetime


def confirm(
    conn: Connection, document: AuditDocument, *, marketplace: str, person: str, reason: str, now: datetime
) -> int:
    """Say that lost rows are gone for every account of a marketplace.

    On pages of the audit's layout.

    Returns how many were not said before.
    """
    told = {
        "marketplace": marketplace,
        "layout": document["layout"],
        "person": person,
        "reason": reason,
        "at": now,
    }
    rows = [
        {**told, "scope": row["scope"], "section": row["section"], "permission": row["permission"],
            "occurrence": row.get("occurrence", 1)}
        for row in document.get("lost_rows", ())
    ]  # fmt: skip
    return sum(insert_once(conn, lost_rows, row) for row in rows)


def confirmed(conn: Connection, *, marketplace: str, layout: str) -> Mapping[RowKey, Gone]:
    """The rows that are gone on this layout's pages in this marketplace."""
    mine = sa.and_(lost_rows.c.marketplace == marketplace, lost_rows.c.layout == layout)
    return {
        (row.scope, row.section, row.permission, row.occurrence): Gone(person=row.person, reason=row.reason, at=row.at)
        for row in conn.execute(sa.select(lost_rows).where(mine))
    }
