"""Who may use the console, and in which role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.errors import UsageError
from agent.store.database.schema import console_sessions, people
from agent.store.database.upsert import upsert


class Role(StrEnum):
    """What a person may do; each role holds those before it."""

    VIEWER = "viewer"  # look
    OPERATOR = "operator"  # pause, resume, release, audit, approve
    DRIVER = "driver"  # take over a visit
    ADMIN = "admin"  # access, adoption, webhooks

    def holds(self, other: Role) -> bool:
        """Whether this role may do what another may."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person."""

    name: str
    role: Role
    created_at: datetime


def save(conn: Connection, name: str, role: Role, *, now: datetime) -> Person:
    """Register a person, or change the role of one."""
    upsert(conn, people, {"name": name}, {"role": role}, once={"created_at": now})
    return get(conn, name)


def find(conn: Connection, name: str) -> Person | None:
    """One person; None when no person has this name."""
    row = conn.execute(sa.select(people).where(people.c.name == name)).mappings().one_or_none()
    return None if row is None else _person(row)


def get(conn: Connection, name: str) -> Person:
    """One person.

    Raises:
        UsageError: no person has this name.
    """
    if (found := find(conn, name)) is None:
        raise UsageError(
            f"nobody is called {name!r}; 'sc-agent people list' shows who is, 'people add' lets somebody in"
        )
    return found


def list_all(conn: Connection) -> list[Person]:
    """All people, by name."""
    return [_person(row) for row in conn.execute(sa.select(people).order_by(people.c.name)).mappings()]


def remove(conn: Connection, name: str) -> None:
    """Forget a person and end their sessions.

    Raises:
        UsageError: no person has this name.
    """
    get(conn, name)
    conn.execute(console_sessions.delete().where(console_sessions.c.person == name))
    conn.execute(people.delete().where(people.c.name == name))


def _person(row: sa.RowMapping) -> Person:
    return Person(name=row["name"], role=Role(row["role"]), created_at=row["created_at"])
