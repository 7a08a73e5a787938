"""Workers that are alive, by their heartbeat."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import switches, workers
from agent.store.database.upsert import insert_into
from agent.store.processes.switches import PAUSE_ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One daemon."""

    id: str
    roles: str
    host: str
    started_at: datetime
    beat: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What a worker learns when it says that it is alive."""

    living: frozenset[str]  # the workers that were alive then, this one too
    paused_by: str | None  # who paused everything


def beat(conn: Connection, worker_id: str, *, roles: str, host: str, now: datetime, lease: timedelta) -> Beat:
    """Say that a worker is alive, and learn what the others say, in one statement.

    Times are those of the server's clock where there is a server, else `now`. A worker is alive for one `lease` after
    it said so.
    """
    is_server = conn.dialect.name == "postgresql"
    moment = sa.func.clock_timestamp() if is_server else sa.literal(now, workers.c.beat.type)
    since = moment - lease if is_server else sa.literal(now - lease, workers.c.beat.type)
    listed = sa.func.json_agg if is_server else sa.func.json_group_array
    others = workers.alias()
    said = {"roles": roles, "host": host, "beat": moment}
    statement = insert_into(conn, workers).values(id=worker_id, started_at=moment, **said)
    told = statement.on_conflict_do_update(index_elements=["id"], set_=said).returning(
        sa.select(listed(others.c.id, type_=sa.JSON)).where(others.c.beat >= since).scalar_subquery(),
        sa.select(switches.c.value).where(switches.c.name == PAUSE_ALL).scalar_subquery(),
    )
    living, paused_by = conn.execute(told).one()
    return Beat(living=frozenset({worker_id, *(living or ())}), paused_by=paused_by)


def leave(conn: Connection, worker_id: str) -> None:
    """Say that a worker has stopped."""
    conn.execute(workers.delete().where(workers.c.id == worker_id))


def list_all(conn: Connection) -> list[Worker]:
    """Every worker that did not sign off, stopped ones of the last day too."""
    return [Worker(**row) for row in conn.execute(sa.select(workers).order_by(workers.c.id)).mappings()]


def living(conn: Connection, *, since: datetime) -> Collection[str]:
    """The workers whose heartbeat was written since then."""
    return set(conn.scalars(sa.select(workers.c.id).where(workers.c.beat >= since)))
