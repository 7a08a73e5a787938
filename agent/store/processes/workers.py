"""Workers that are alive, by their heartbeat."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import workers
from agent.store.database.upsert import upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One daemon."""

    id: str
    roles: str
    host: str
    started_at: datetime
    beat: datetime


def beat(conn: Connection, worker_id: str, *, roles: str, host: str, now: datetime) -> None:
    """Say that a worker is alive."""
    upsert(conn, workers, {"id": worker_id}, {"roles": roles, "host": host, "beat": now}, once={"started_at": now})


def leave(conn: Connection, worker_id: str) -> None:
    """Say that a worker has stopped."""
    conn.execute(workers.delete().where(workers.c.id == worker_id))


def list_all(conn: Connection) -> list[Worker]:
    """Every worker that did not sign off, stopped ones of the last day too."""
    return [Worker(**row) for row in conn.execute(sa.select(workers).order_by(workers.c.id)).mappings()]


def living(conn: Connection, *, since: datetime) -> Collection[str]:
    """The workers whose heartbeat was written since then."""
    return set(conn.scalars(sa.select(workers.c.id).where(workers.c.beat >= since)))
