"""Workers that are alive, by their heartbeat."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.schema import workers
from agent.store.upsert import upsert


def beat(conn: Connection, worker_id: str, *, roles: str, host: str, now: datetime) -> None:
    """Say that a worker is alive."""
    upsert(conn, workers, {"id": worker_id}, {"roles": roles, "host": host, "beat": now}, once={"started_at": now})


def leave(conn: Connection, worker_id: str) -> None:
    """Say that a worker has stopped."""
    conn.execute(workers.delete().where(workers.c.id == worker_id))


def living(conn: Connection, *, since: datetime) -> Collection[str]:
    """The workers whose heart has beaten since then."""
    return set(conn.scalars(sa.select(workers.c.id).where(workers.c.beat >= since)))
