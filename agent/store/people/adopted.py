"""What people adopted: screens and chrome, with who, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.errors import UsageError
from agent.store.database.schema import adopted
from agent.store.database.upsert import insert_once


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedRow:
    """One adoption.

    `text` is a file of the catalogue's form, `digest` the SHA-256 it was adopted under.
    """

    id: int
    kind: str  # screen, chrome
    name: str
    text: str
    digest: str
    person: str
    reason: str
    at: datetime
    draft_id: int | None


def add(
    conn: Connection,
    *,
    kind: str,
    name: str,
    text: str,
    digest: str,
    person: str,
    reason: str,
    now: datetime,
    draft_id: int | None = None,
) -> None:
    """Adopt one text under a name.

    Raises:
        UsageError: something of this name is adopted already.
    """
    told = {"kind": kind, "name": name, "text": text, "digest": digest, "person": person, "reason": reason}
    if not insert_once(conn, adopted, {**told, "at": now, "draft_id": draft_id}):
        raise UsageError(f"{name} is adopted already; 'sc-agent selectors drafts' shows what is")


def list_all(conn: Connection) -> list[AdoptedRow]:
    """Everything that is adopted, in the order it was."""
    rows = conn.execute(sa.select(adopted).order_by(adopted.c.id)).mappings()
    return [AdoptedRow(**row) for row in rows]


def withdraw(conn: Connection, name: str) -> AdoptedRow:
    """Let a name be no longer adopted; returns what it was.

    Raises:
        UsageError: nothing of this name is adopted.
    """
    row = conn.execute(sa.select(adopted).where(adopted.c.name == name)).mappings().one_or_none()
    if row is None:
        raise UsageError(f"nothing called {name!r} is adopted; 'sc-agent selectors drafts' shows what is")
    conn.execute(adopted.delete().where(adopted.c.name == name))
    return AdoptedRow(**row)
