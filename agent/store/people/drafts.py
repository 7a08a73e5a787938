"""Drafts of the catalogue.

What people showed, and pieces of permission pages that are not explained yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.errors import UsageError
from agent.store.database.schema import drafts
from agent.store.database.upsert import insert_once

_LISTED = [column for column in drafts.c if column.name not in ("page", "picture")]


class DraftState(StrEnum):
    """Where a draft stands."""

    OFFERED = "offered"  # an admin may adopt it
    REFUSED = "refused"  # kept with the reasons; it cannot be adopted
    ADOPTED = "adopted"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRow:
    """One draft without its page and picture."""

    id: int
    kind: str  # screen, chrome
    name: str
    digest: str
    text: str
    state: DraftState
    refusals: tuple[str, ...]
    account_id: str | None
    visit_id: str | None
    person: str
    about: dict[str, Any] = field(repr=False)
    at: datetime


def add(
    conn: Connection,
    *,
    kind: str,
    name: str,
    digest: str,
    text: str,
    refusals: Sequence[str],
    about: dict[str, Any],
    person: str,
    now: datetime,
    account_id: str | None = None,
    visit_id: str | None = None,
    page: str = "",
    picture: bytes | None = None,
) -> bool:
    """Keep one draft; False where the same is kept already."""
    state = DraftState.REFUSED if refusals else DraftState.OFFERED
    row = {"kind": kind, "name": name, "digest": digest, "text": text, "state": state, "refusals": list(refusals)}
    where = {"account_id": account_id, "visit_id": visit_id, "person": person, "about": about, "at": now}
    return insert_once(conn, drafts, {**row, **where, "page": page, "picture": picture})


def list_all(conn: Connection, *, limit: int = 500) -> list[DraftRow]:
    """The newest drafts first."""
    query = sa.select(*_LISTED).order_by(drafts.c.id.desc()).limit(limit)
    return [_row(row) for row in conn.execute(query).mappings()]


def get(conn: Connection, draft_id: int) -> DraftRow:
    """One draft.

    Raises:
        UsageError: there is none of this number.
    """
    row = conn.execute(sa.select(*_LISTED).where(drafts.c.id == draft_id)).mappings().one_or_none()
    if row is None:
        raise UsageError(f"no draft has the number {draft_id}; 'sc-agent selectors drafts' lists them")
    return _row(row)


def page_of(conn: Connection, draft_id: int) -> tuple[str, bytes | None]:
    """The scrubbed page of a draft, and its picture."""
    row = conn.execute(sa.select(drafts.c.page, drafts.c.picture).where(drafts.c.id == draft_id)).one()
    return row.page, row.picture


def pages(conn: Connection, kind: str = "screen") -> list[tuple[int, str, str, str]]:
    """Number, name, address and scrubbed page of every draft of a kind."""
    query = sa.select(drafts.c.id, drafts.c.name, drafts.c.about, drafts.c.page).where(drafts.c.kind == kind)
    return [(row.id, row.name, str(row.about.get("url", "")), row.page) for row in conn.execute(query)]


def set_state(conn: Connection, draft_id: int, state: DraftState) -> None:
    """Say where a draft stands now."""
    conn.execute(drafts.update().where(drafts.c.id == draft_id).values(state=state))


def forget(conn: Connection, *, before: datetime) -> int:
    """Delete old drafts that were not adopted; returns how many."""
    old = sa.and_(drafts.c.at < before, drafts.c.state != DraftState.ADOPTED)
    return conn.execute(drafts.delete().where(old)).rowcount


def _row(row: sa.RowMapping) -> DraftRow:
    told = {**row, "state": DraftState(row["state"]), "refusals": tuple(row["refusals"])}
    return DraftRow(**told)
