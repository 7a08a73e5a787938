"""Rows that an admin once said are gone for every account of a marketplace, on pages of a layout (decision of people, never ours)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

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
    conn: Connection,
    rows: Iterable[RowKey],
    *,
    marketplace: str,
    layout: str,
    person: str,
    reason: str,
    now: datetime,
) -> int:
    """Say that rows are gone for the fleet; returns how many were not said before."""
    told = {"marketplace": marketplace, "layout": layout, "person": person, "reason": reason, "at": now}
    names = ("scope", "section", "permission", "occurrence")
    return sum(
        insert_once(conn, lost_rows, {**told, **dict(zip(names, row, strict=True))}) for row in dict.fromkeys(rows)
    )


def confirmed(conn: Connection, *, marketplace: str, layout: str) -> Mapping[RowKey, Gone]:
    """The rows that are gone for every account of this marketplace on pages of this layout."""
    mine = sa.and_(lost_rows.c.marketplace == marketplace, lost_rows.c.layout == layout)
    return {
        (row.scope, row.section, row.permission, row.occurrence): Gone(person=row.person, reason=row.reason, at=row.at)
        for row in conn.execute(sa.select(lost_rows).where(mine))
    }
