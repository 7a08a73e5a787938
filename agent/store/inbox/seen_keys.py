"""The DKIM keys that verified a message, and when each did so first."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.database.schema import switches

_KEY = "dkim_key:"


def note_key(conn: Connection, name: str, digest: str, *, now: datetime) -> tuple[datetime, bool]:
    """When a DKIM key first verified a message, and whether it is new."""
    prefix = f"{_KEY}{name.partition('._domainkey.')[2]}:"
    key = f"{prefix}{name.partition('.')[0]}:{digest}"
    seen: datetime | None = conn.scalar(sa.select(switches.c.at).where(switches.c.name == key))
    if seen is not None:
        return seen, False
    others = conn.scalar(sa.select(sa.func.count()).where(switches.c.name.startswith(prefix, autoescape=True)))
    conn.execute(switches.insert().values(name=key, value="", at=now))
    return now, bool(others)
