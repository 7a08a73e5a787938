"""Whether a person is at the console who could answer."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.console.people import Role
from agent.store.console.sessions import SESSION_FOR
from agent.store.database.schema import console_sessions, people

_THERE = timedelta(minutes=2)  # uses are noted once a minute, and an open page asks more often


def is_anybody_there(conn: Connection, *, now: datetime, role: Role = Role.OPERATOR) -> bool:
    """Whether a person of this role, or above, used the console within two minutes."""
    able = [str(each) for each in Role if each.holds(role)]
    query = (
        sa.select(console_sessions.c.id)
        .join(people, people.c.name == console_sessions.c.person)
        .where(people.c.role.in_(able), console_sessions.c.seen_at >= now - _THERE)
        .where(console_sessions.c.started_at > now - SESSION_FOR)
    )
    return conn.scalar(query.limit(1)) is not None
