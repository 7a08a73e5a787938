"""What is about to be sent.

The delivery with its endpoint, the body's bytes and the keys that sign it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from agent.domain.published.event_types import cloud_event
from agent.store.database.handles import Connection
from agent.store.outbox.read import event_by_number
from agent.store.vault.keys import Vault, VaultError
from agent.store.vault.webhook_keys import SigningKeys
from agent.store.webhooks import endpoints
from agent.store.webhooks.deliveries import Delivery, DeliveryKind
from agent.store.webhooks.endpoints import Endpoint, EndpointState, UnknownEndpointError


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """One attempt to come.

    `body` None: the event is not kept any more; `keys` None: they cannot be opened.
    """

    endpoint: Endpoint
    delivery: Delivery
    body: bytes | None
    keys: tuple[SigningKeys, ...] | None = field(repr=False)


def load_outbound(conn: Connection, delivery: Delivery, *, sealing: Vault, now: datetime) -> Outbound | None:
    """Read what a delivery needs; None where it is not to be sent (any more)."""
    try:
        endpoint = endpoints.get(conn, delivery.endpoint_id)
    except UnknownEndpointError:
        return None
    if delivery.kind is DeliveryKind.EVENT and endpoint.state is not EndpointState.ACTIVE:
        return None
    if endpoint.slow_until is not None and endpoint.slow_until > now and delivery.kind is DeliveryKind.EVENT:
        return None
    try:
        keys = endpoint.keys(sealing, now=now)
    except VaultError:
        keys = None
    return Outbound(endpoint=endpoint, delivery=delivery, body=_body(conn, delivery), keys=keys)


def _body(conn: Connection, delivery: Delivery) -> bytes | None:
    if delivery.kind is DeliveryKind.PING:
        data = {"account": None, "revision": None, "status": None, "endpoint": delivery.endpoint_id}
        return _bytes(
            cloud_event(
                event_id=delivery.event_id, kind=delivery.type, account=None, at=delivery.at, data=data, sequence=None
            )
        )
    envelope = None if delivery.seq is None else event_by_number(conn, delivery.seq)
    return None if envelope is None else _bytes(envelope)


def _bytes(envelope: dict[str, object]) -> bytes:
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
