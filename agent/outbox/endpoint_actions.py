"""What people and the platform do with endpoints.

The same for the command line, the API and the console.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agent.clock import timestamp
from agent.domain.published.event_types import EventType
from agent.observe.redaction import Redaction
from agent.outbox.address_guard import AddressRefusedError, resolve
from agent.outbox.outbound import Outbound, load_outbound
from agent.outbox.outcome import conclude
from agent.outbox.sender import Attempt, Sender
from agent.settings.model import Settings
from agent.store.database.engine import writing
from agent.store.database.handles import Connection, Engine
from agent.store.processes.alarms import TableBoard
from agent.store.vault.keys import Vault
from agent.store.vault.webhook_keys import SigningKeys, webhook_headers
from agent.store.webhooks import deliveries, endpoints
from agent.store.webhooks.deliveries import Delivery, DeliveryState
from agent.store.webhooks.endpoints import Endpoint, alarm_key

_DAEMON_AFTER = timedelta(minutes=1)  # if the command that sends a ping itself dies


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEndpoint:
    """An endpoint with the keys that its maker sees once."""

    endpoint: Endpoint
    keys: SigningKeys


def require_receiver(url: str, settings: Settings) -> None:
    """Judge an address as it stands now; not inside an event loop.

    Each delivery judges it again.

    Raises:
        AddressRefusedError: events may not be sent there, or its name is not known.
    """
    try:
        asyncio.run(resolve(url, settings))
    except OSError as err:
        raise AddressRefusedError("the host name is not known, or its name servers do not answer") from err


def add_endpoint(
    conn: Connection, *, url: str, types: Collection[EventType], sealing: Vault, now: datetime
) -> NewEndpoint:
    """Keep an endpoint whose address was judged, and let its ping be sent.

    It is active once that is answered.
    """
    endpoint, keys = endpoints.add(conn, url=url, types=types, sealing=sealing, now=now)
    deliveries.ping(conn, endpoint.id, now=now)
    return NewEndpoint(endpoint=endpoint, keys=keys)


def change_endpoint(
    conn: Connection, endpoint_id: str, *, url: str | None, types: Collection[EventType] | None, now: datetime
) -> Endpoint:
    """Change an endpoint.

    At another address (judged before) its ping has to be answered again.

    Raises:
        UnknownEndpointError: there is none.
    """
    before = endpoints.get(conn, endpoint_id, lock=True)
    changed = endpoints.change(conn, endpoint_id, url=url, types=types)
    if changed.url != before.url:
        deliveries.ping(conn, endpoint_id, now=now)
    return changed


async def send_ping(
    engine: Engine, endpoint_id: str, *, settings: Settings, redaction: Redaction, sealing: Vault, now: datetime
) -> Attempt:
    """Send a ping from this process and write down what came of it.

    A good answer makes the endpoint active.

    Raises:
        UnknownEndpointError: there is none.
    """
    with writing(engine) as conn:
        endpoints.get(conn, endpoint_id, lock=True)
        row_id = deliveries.ping(conn, endpoint_id, now=now, wait=_DAEMON_AFTER)
        outbound = load_outbound(conn, deliveries.get(conn, row_id), sealing=sealing, now=now)
    assert outbound is not None  # noqa: S101 - a ping is sent whatever the endpoint's state
    attempt = await _send(outbound, settings, redaction, now)
    with writing(engine) as conn:
        concluded = conclude(conn, outbound, attempt, now=now, chance=0.5)
    if concluded.state is DeliveryState.DELIVERED:
        TableBoard(engine).clear(alarm_key(endpoint_id))
    return attempt


async def _send(outbound: Outbound, settings: Settings, redaction: Redaction, now: datetime) -> Attempt:
    if outbound.keys is None or outbound.body is None:
        return Attempt(error="the signing keys do not open: SC_AGENT_WEB__KEY was changed; rotate the endpoint")
    sender = Sender(settings=settings, redaction=redaction)
    headers = webhook_headers(outbound.keys, event_id=outbound.delivery.event_id, body=outbound.body, now=now)
    try:
        return await sender.send(
            outbound.endpoint.id, outbound.endpoint.url, body=outbound.body, headers=headers, now=now
        )
    finally:
        await sender.close()


def describe_endpoint(endpoint: Endpoint, *, waiting: int) -> dict[str, Any]:
    """What may be shown of an endpoint; never its keys."""
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": [kind.full for kind in endpoint.types],
        "state": str(endpoint.state),
        "reason": endpoint.reason,
        "waiting": waiting,
        "created_at": timestamp(endpoint.created_at),
        "verified_at": _moment(endpoint.verified_at),
        "failing_since": _moment(endpoint.failing_since),
        "disabled_at": _moment(endpoint.disabled_at),
    }


def describe_delivery(delivery: Delivery) -> dict[str, Any]:
    """One line of the delivery log."""
    return {
        "id": delivery.id,
        "endpoint": delivery.endpoint_id,
        "kind": str(delivery.kind),
        "state": str(delivery.state),
        "event": delivery.event_id,
        "type": EventType(delivery.type).full,
        "sequence": delivery.seq,
        "attempts": delivery.attempts,
        "status": delivery.status,
        "error": delivery.error,
        "answer": delivery.answer,
        "at": timestamp(delivery.at),
        "next_try_at": _moment(delivery.next_try_at),
        "ended_at": _moment(delivery.ended_at),
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else timestamp(moment)
