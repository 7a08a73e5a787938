"""Events for tests of the outbox and its readers."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.store.database.engine import reading
from agent.store.database.schema import outbox
from agent.store.outbox.read import list_events
from agent.store.outbox.sequence import number_events


def waiting(engine: Engine) -> list[dict[str, Any]]:
    """Type, account and data of the events that wait for their number, in order."""
    with reading(engine) as conn:
        rows = conn.execute(sa.select(outbox).order_by(outbox.c.id)).mappings()
        return [{"type": row["type"], "account": row["account_id"], **row["data"]} for row in rows]


def published(engine: Engine, *, after: int | None = None) -> list[dict[str, Any]]:
    """Number what waits, and read everything after."""
    number_events(engine)
    with reading(engine) as conn:
        return list_events(conn, after=after, limit=100_000).events
