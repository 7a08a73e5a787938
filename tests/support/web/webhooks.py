"""A deliverer on a test's database, and endpoints for it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy.engine import Engine

from agent.clock import Clock
from agent.domain.published.event_types import EventType
from agent.observe.notify import Alarms
from agent.observe.redaction import Redaction
from agent.outbox.deliverer import Deliverer
from agent.outbox.endpoint_actions import NewEndpoint, add_endpoint
from agent.outbox.sender import Sender
from agent.settings.groups.operation import WebhookSettings
from agent.settings.groups.visits import BrowserSettings
from agent.settings.model import Settings
from agent.store.database.engine import reading, writing
from agent.store.outbox.pending import note
from agent.store.outbox.sequence import number_events
from agent.store.processes.alarms import TableBoard
from agent.store.vault.keys import Vault
from agent.store.webhooks import deliveries, endpoints
from agent.store.webhooks.deliveries import Delivery
from agent.store.webhooks.endpoints import Endpoint

LOOPBACK = Settings(
    browser=BrowserSettings(host_resolver_rules="MAP * 127.0.0.1:1"), webhooks=WebhookSettings(allow_loopback=True)
)


@dataclass(slots=True)
class Clockwork:
    """A clock that stands still until it is moved."""

    moment: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def now(self) -> datetime:
        """The time."""
        return self.moment

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.moment += timedelta(**by)


@dataclass(slots=True, kw_only=True)
class Outlet:
    """One process that delivers, without its loop: `drain` delivers what is due now."""

    engine: Engine
    clock: Clockwork = field(default_factory=Clockwork)
    settings: Settings = field(default_factory=lambda: LOOPBACK)
    sealing: Vault = field(default_factory=lambda: Vault(os.urandom(32)))
    redaction: Redaction = field(default_factory=Redaction)

    def deliverer(self) -> Deliverer:
        """A fresh one, as a process that starts has it."""
        board = TableBoard(self.engine)
        return Deliverer(
            engine=self.engine,
            sealing=self.sealing,
            sender=Sender(settings=self.settings, redaction=self.redaction),
            alarms=Alarms(send=lambda _title, _body: True, now=self.clock.now, board=board),
            holder="w1",
            lease_length=timedelta(seconds=15),
            clock=Clock(now=self.clock.now),
            chance=lambda: 0.5,
        )

    async def drain(self) -> None:
        """Number what waits and deliver what is due."""
        number_events(self.engine)
        deliverer = self.deliverer()
        await deliverer.drain()
        await deliverer.sender.close()

    def add(self, url: str, types: Collection[EventType] = ()) -> NewEndpoint:
        """A new endpoint; it is pending."""
        with writing(self.engine) as conn:
            return add_endpoint(conn, url=url, types=types, sealing=self.sealing, now=self.clock.now())

    async def active(self, url: str, types: Collection[EventType] = ()) -> NewEndpoint:
        """A new endpoint whose ping was answered."""
        made = self.add(url, types)
        await self.drain()
        return made

    def happen(self, account_id: str, number: int) -> None:
        """Write one event of an account."""
        with writing(self.engine) as conn:
            note(conn, EventType.INSIGHTS_READ, account_id=account_id, now=self.clock.now(), data={"number": number})

    def endpoint(self, endpoint_id: str) -> Endpoint:
        """How it stands."""
        with reading(self.engine) as conn:
            return endpoints.get(conn, endpoint_id)

    def deliveries(self, endpoint_id: str) -> list[Delivery]:
        """Its log, the oldest first."""
        with reading(self.engine) as conn:
            return deliveries.list_of(conn, endpoint_id, limit=100_000)[::-1]


@asynccontextmanager
async def running(deliverer: Deliverer) -> AsyncIterator[Deliverer]:
    """The deliverer's loop, while the block runs."""
    task = asyncio.create_task(deliverer.run())
    try:
        yield deliverer
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
