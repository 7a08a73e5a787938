"""Endpoints: where events are delivered to, what they want, and how they stand."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.clock import timestamp
from agent.domain.published.event_types import EventType
from agent.errors import UsageError
from agent.store.database.schema import alarms
from agent.store.database.schema import webhook_endpoints as table
from agent.store.outbox.pending import note
from agent.store.outbox.sequence import last_sequence
from agent.store.outbox.wake import Signal, announce
from agent.store.vault.keys import Vault
from agent.store.vault.webhook_keys import SigningKeys, new_keys, open_keys, seal_keys

OVERLAP = timedelta(hours=24)  # both generations sign for so long after a rotation


class EndpointState(StrEnum):
    """Whether events are delivered."""

    PENDING = "pending"  # its ping was not answered yet
    ACTIVE = "active"
    DISABLED = "disabled"  # failed for too long, or said 410; a test that it answers makes it active again


class UnknownEndpointError(UsageError):
    """No endpoint has this id."""

    def __init__(self, endpoint_id: str) -> None:
        super().__init__(
            f"no webhook endpoint is called {endpoint_id!r}; 'sc-agent webhooks list' shows those that are"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An endpoint as stored; its keys are sealed."""

    id: str
    url: str
    types: tuple[EventType, ...]  # empty: every type
    state: EndpointState
    reason: str | None
    created_at: datetime
    verified_at: datetime | None
    disabled_at: datetime | None
    failing_since: datetime | None
    slow_until: datetime | None
    position: int
    key_id: str = field(repr=False)
    sealed: bytes = field(repr=False)
    old_key_id: str | None = field(repr=False)
    old_sealed: bytes | None = field(repr=False)
    old_until: datetime | None

    @property
    def host(self) -> str:
        """The receiver without path and query, which may hold a token of its own."""
        return urlsplit(self.url).hostname or ""

    def keys(self, sealing: Vault, *, now: datetime) -> tuple[SigningKeys, ...]:
        """What signs now: the keys in force, and for a day those before a rotation.

        Raises:
            VaultError: WEB__KEY is another one than they were sealed with.
        """
        found = [open_keys(self.key_id, self.sealed, sealing=sealing, endpoint_id=self.id)]
        if self.old_key_id and self.old_sealed and self.old_until and now < self.old_until:
            found.append(open_keys(self.old_key_id, self.old_sealed, sealing=sealing, endpoint_id=self.id))
        return tuple(found)


def add(
    conn: Connection, *, url: str, types: Collection[EventType], sealing: Vault, now: datetime
) -> tuple[Endpoint, SigningKeys]:
    """Keep a new endpoint; it is pending until its ping is answered.

    Events from now on are kept for it.
    """
    endpoint_id, keys = f"ep_{uuid4().hex[:16]}", new_keys()
    key_id, sealed = seal_keys(keys, sealing=sealing, endpoint_id=endpoint_id)
    values: dict[str, Any] = {"id": endpoint_id, "url": url, "types": [str(kind) for kind in types], "created_at": now}
    values |= {"state": EndpointState.PENDING, "position": last_sequence(conn), "key_id": key_id, "sealed": sealed}
    conn.execute(table.insert().values(values))
    return get(conn, endpoint_id), keys


def get(conn: Connection, endpoint_id: str, *, lock: bool = False) -> Endpoint:
    """One endpoint.

    Raises:
        UnknownEndpointError: there is none.
    """
    query = sa.select(table).where(table.c.id == endpoint_id)
    row = conn.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise UnknownEndpointError(endpoint_id)
    return _endpoint(row)


def list_all(conn: Connection, *, state: EndpointState | None = None) -> list[Endpoint]:
    """Every endpoint, the oldest first."""
    query = sa.select(table).order_by(table.c.created_at, table.c.id)
    if state is not None:
        query = query.where(table.c.state == state)
    return [_endpoint(row) for row in conn.execute(query).mappings()]


def note_failing(conn: Connection, endpoint_id: str, *, since: datetime) -> None:
    """Remember since when no delivery has succeeded."""
    conn.execute(_one(endpoint_id).values(failing_since=since))


def note_working(conn: Connection, endpoint_id: str) -> None:
    """A delivery has succeeded: it fails no more and needs no rest."""
    conn.execute(_one(endpoint_id).values(failing_since=None, slow_until=None))


def rest(conn: Connection, endpoint_id: str, *, until: datetime) -> None:
    """Send it no events for a while."""
    conn.execute(_one(endpoint_id).values(slow_until=until))


def move_position(conn: Connection, endpoint_id: str, *, to: int) -> None:
    """Remember the number of the last event that was taken up for it."""
    conn.execute(_one(endpoint_id).values(position=to))


def change(
    conn: Connection, endpoint_id: str, *, url: str | None = None, types: Collection[EventType] | None = None
) -> Endpoint:
    """Change where and what.

    At another address the endpoint is pending until its ping is answered.

    Raises:
        UnknownEndpointError: there is none.
    """
    before = get(conn, endpoint_id, lock=True)
    values: dict[str, Any] = {}
    if types is not None:
        values["types"] = [str(kind) for kind in types]
    if url is not None and url != before.url:
        values |= {"url": url, "state": EndpointState.PENDING, "verified_at": None, "failing_since": None}
    if values:
        conn.execute(_one(endpoint_id).values(values))
    return get(conn, endpoint_id)


def remove(conn: Connection, endpoint_id: str) -> None:
    """Forget an endpoint and what waits for it.

    Raises:
        UnknownEndpointError: there is none.
    """
    if conn.execute(table.delete().where(table.c.id == endpoint_id)).rowcount == 0:
        raise UnknownEndpointError(endpoint_id)
    conn.execute(alarms.delete().where(alarms.c.key == alarm_key(endpoint_id)))


def rotate(conn: Connection, endpoint_id: str, *, sealing: Vault, now: datetime) -> SigningKeys:
    """Draw new keys; the old ones sign beside them for a day.

    Raises:
        UnknownEndpointError: there is none.
    """
    before, keys = get(conn, endpoint_id, lock=True), new_keys()
    key_id, sealed = seal_keys(keys, sealing=sealing, endpoint_id=endpoint_id)
    old = {"old_key_id": before.key_id, "old_sealed": before.sealed, "old_until": now + OVERLAP}
    conn.execute(_one(endpoint_id).values(key_id=key_id, sealed=sealed, **old))
    return keys


def activate(conn: Connection, endpoint: Endpoint, *, now: datetime) -> None:
    """Its ping was answered: events are delivered from where they stopped."""
    fresh = {"state": EndpointState.ACTIVE, "reason": None, "disabled_at": None, "failing_since": None}
    conn.execute(_one(endpoint.id).values(verified_at=now, slow_until=None, **fresh))
    announce(conn, Signal.NUMBERED)


def disable(conn: Connection, endpoint: Endpoint, *, reason: str, now: datetime) -> None:
    """Deliver nothing any more, and tell the other endpoints."""
    conn.execute(_one(endpoint.id).values(state=EndpointState.DISABLED, reason=reason, disabled_at=now))
    data = {"endpoint": endpoint.id, "host": endpoint.host, "reason": reason}
    note(conn, EventType.ENDPOINT_DISABLED, now=now, data=data)


def alarm_key(endpoint_id: str) -> str:
    """The alarm of a disabled endpoint."""
    return f"webhook {endpoint_id}"


def public_keys(conn: Connection, *, sealing: Vault, now: datetime) -> Iterator[dict[str, str | None]]:
    """The public keys in force: as JSON Web Keys and as Standard Webhooks has them.

    RFC 8037.
    """
    for endpoint in list_all(conn):
        for age, keys in enumerate(endpoint.keys(sealing, now=now)):
            raw = keys.public_bytes
            yield {
                "kty": "OKP",
                "crv": "Ed25519",
                "alg": "EdDSA",
                "use": "sig",
                "kid": base64.urlsafe_b64encode(raw).decode()[:16],
                "x": base64.urlsafe_b64encode(raw).decode().rstrip("="),
                "public_key": keys.public_key,
                "expires_at": timestamp(endpoint.old_until) if age and endpoint.old_until else None,
            }


def _one(endpoint_id: str) -> sa.Update:
    return table.update().where(table.c.id == endpoint_id)


def _endpoint(row: sa.RowMapping) -> Endpoint:
    values: dict[str, Any] = dict(row)
    values["types"] = tuple(EventType(kind) for kind in row["types"])
    values["state"] = EndpointState(row["state"])
    return Endpoint(**values)
