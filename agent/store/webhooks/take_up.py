"""Taking events up for endpoints.

The deliveries and the endpoint's position, in one transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import events
from agent.store.database.schema import webhook_deliveries as deliveries
from agent.store.outbox.sequence import last_sequence
from agent.store.webhooks import endpoints
from agent.store.webhooks.deliveries import DeliveryKind, DeliveryState, count_waiting
from agent.store.webhooks.endpoints import Endpoint, EndpointState

AT_MOST = 10_000  # events that wait for one endpoint, then only the newest of each line
_BATCH = 500


def take_up(conn: Connection, endpoint_id: str, *, now: datetime) -> int:
    """Take up the next batch of events for an active endpoint.

    Returns how many were looked at.
    """
    endpoint = endpoints.get(conn, endpoint_id, lock=True)
    last = last_sequence(conn)
    if endpoint.state is not EndpointState.ACTIVE or endpoint.position >= last:
        return 0
    query = sa.select(events.c.seq, events.c.event_id, events.c.type, events.c.account_id)
    after = query.where(events.c.seq > endpoint.position, events.c.seq <= last).order_by(events.c.seq).limit(_BATCH)
    rows = conn.execute(after).mappings().all()
    wanted = [_waiting(endpoint, row, now) for row in rows if not endpoint.types or row["type"] in endpoint.types]
    if wanted:
        conn.execute(deliveries.insert(), wanted)
    endpoints.move_position(conn, endpoint_id, to=rows[-1]["seq"] if rows else last)
    return len(rows)


def collapse(conn: Connection, endpoint_id: str, *, now: datetime) -> int:
    """Where more wait than may, keep the newest of each line.

    An event is a snapshot, so it says what they said.
    """
    if count_waiting(conn, endpoint_id) <= AT_MOST:
        return 0
    waits = (
        deliveries.c.endpoint_id == endpoint_id,
        deliveries.c.state == DeliveryState.WAITING,
        deliveries.c.kind == DeliveryKind.EVENT,
    )
    newest = sa.select(sa.func.max(deliveries.c.id)).where(*waits).group_by(deliveries.c.line)
    older = deliveries.update().where(*waits, deliveries.c.id.not_in(newest))
    return conn.execute(older.values(state=DeliveryState.COLLAPSED, next_try_at=None, ended_at=now)).rowcount


def _waiting(endpoint: Endpoint, row: sa.RowMapping, now: datetime) -> dict[str, Any]:
    return {
        "endpoint_id": endpoint.id,
        "kind": DeliveryKind.EVENT,
        "state": DeliveryState.WAITING,
        "seq": row["seq"],
        "event_id": row["event_id"],
        "type": row["type"],
        "line": f"account {row['account_id']}" if row["account_id"] else f"type {row['type']}",
        "at": now,
        "attempts": 0,
        "next_try_at": now,
    }
