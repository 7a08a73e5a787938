"""The deliverer: events for endpoints, each line in order, many lines at once.

One process of all delivers: it holds a lease, which another takes over when it dies. What was sent and not yet written
down is sent again under the same id.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog

from agent.clock import Clock
from agent.observe import events
from agent.observe.notify import Alarms
from agent.observe.tracing import Attribute, SpanName, span
from agent.outbox.outbound import Outbound, load_outbound
from agent.outbox.outcome import Concluded, News, conclude
from agent.outbox.sender import Attempt, Sender
from agent.store.database.engine import reading, writing
from agent.store.database.handles import Connection, Engine, SQLAlchemyError
from agent.store.outbox.ring import Ring
from agent.store.outbox.sequence import last_sequence
from agent.store.outbox.wake import Signal
from agent.store.processes import leases
from agent.store.processes.leases import Lease
from agent.store.vault.keys import Vault
from agent.store.vault.webhook_keys import webhook_headers
from agent.store.webhooks import deliveries, endpoints
from agent.store.webhooks.deliveries import DeliveryKind, DeliveryState
from agent.store.webhooks.endpoints import Endpoint, EndpointState, UnknownEndpointError, alarm_key
from agent.store.webhooks.take_up import collapse, take_up

_LEASE = "webhooks:"  # no account's id has a colon
_LINES = 32  # lines delivered at once
_LOOK_EVERY = 30.0  # seconds: for what a signal was lost for
_AGAIN = 1.0  # seconds after a failure

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Deliverer:
    """Delivers while it holds the lease; `sealing` opens the endpoints' keys."""

    engine: Engine
    sealing: Vault
    sender: Sender
    alarms: Alarms
    holder: str
    lease_length: timedelta
    clock: Clock = field(default_factory=Clock)
    chance: Callable[[], float] = random.random
    ring: Ring = field(default_factory=lambda: Ring(Signal.NUMBERED))
    _lease: Lease | None = None
    _was_leader: bool = False
    _renewed: float = 0.0
    _running: dict[tuple[str, str], asyncio.Task[None]] = field(default_factory=dict)

    async def run(self) -> None:
        """Deliver for ever.

        What is in flight when it is told to stop is sent again by the next deliverer.
        """
        try:
            with self.ring.listening():
                while True:
                    ticket = self.ring.ticket()
                    await self.ring.wait(ticket, timeout=await self._round())
        finally:
            await self._stop()

    async def drain(self) -> None:
        """Deliver until nothing is due; for tests and one-off commands."""
        while await self._start_due() or self._running:
            await asyncio.wait(set(self._running.values()))

    async def _round(self) -> float:
        """Start what is due; returns the seconds until the next look."""
        try:
            if not (self._is_lease_fresh() or self._running or await asyncio.to_thread(self._is_needed)):
                return await asyncio.to_thread(self._rest)
            if not await asyncio.to_thread(self._hold):
                return self._third()
            await self._start_due()
            return min(await asyncio.to_thread(self._seconds_to_next), self._third())
        except SQLAlchemyError as err:  # everything waits where it is
            log.warning(events.WEBHOOK_ROUND_FAILED, error=type(err).__name__)
            return _AGAIN

    def _third(self) -> float:
        """Seconds after which the lease is renewed, or given back."""
        return self.lease_length.total_seconds() / 3

    def _is_lease_fresh(self) -> bool:
        return self._lease is not None and self.clock.elapsed() - self._renewed < self._third()

    def _is_needed(self) -> bool:
        """Whether anything has to be taken up or sent now."""
        with reading(self.engine) as conn:
            return bool(self._active(conn)) or bool(deliveries.due_heads(conn, now=self.clock.now(), but=(), limit=1))

    def _rest(self) -> float:
        """Hold no lease where there is nothing to do.

        Returns the seconds until the next look.
        """
        if self._lease is not None:
            self._give_back(self._lease)
            self._lease = None
        return self._seconds_to_next()

    def _hold(self) -> bool:
        """Take or keep the lease; whether it is ours."""
        if self._is_lease_fresh():
            return True
        elapsed = self.clock.elapsed()
        with writing(self.engine) as conn:
            now = leases.shared_now(conn, self.clock.now())
            if self._lease is None or not leases.renew(conn, self._lease, now=now, length=self.lease_length):
                self._lease = leases.acquire(conn, _LEASE, holder=self.holder, now=now, length=self.lease_length)
                if self._lease is not None and not self._was_leader:
                    log.info(events.WEBHOOK_LEADER, worker=self.holder)
                self._was_leader = self._lease is not None
        self._renewed = elapsed
        return self._lease is not None

    async def _start_due(self) -> int:
        due = await asyncio.to_thread(self._take_up_and_list)
        for outbound in due:
            line = (outbound.delivery.endpoint_id, outbound.delivery.line)
            task = asyncio.create_task(self._deliver_line(outbound))
            self._running[line] = task
            task.add_done_callback(partial(self._line_ended, line))
        return len(due)

    def _line_ended(self, line: tuple[str, str], task: asyncio.Task[None]) -> None:
        del self._running[line]
        if not task.cancelled() and (err := task.exception()) is not None:
            log.error(events.WEBHOOK_ROUND_FAILED, error=type(err).__name__, exc_info=err)
        self.ring.ring()

    def _take_up_and_list(self) -> list[Outbound]:
        with reading(self.engine) as conn:
            behind = self._active(conn)
        for endpoint in behind:
            while self._take_up(endpoint.id):
                pass
        free = _LINES - len(self._running)
        if free <= 0:
            return []
        now = self.clock.now()
        with reading(self.engine) as conn:
            heads = deliveries.due_heads(conn, now=now, but=tuple(self._running), limit=free)
            found = [load_outbound(conn, head, sealing=self.sealing, now=now) for head in heads]
        return [each for each in found if each is not None]

    def _active(self, conn: Connection) -> list[Endpoint]:
        """The endpoints that have not taken up everything."""
        last = last_sequence(conn)
        return [each for each in endpoints.list_all(conn, state=EndpointState.ACTIVE) if each.position < last]

    def _take_up(self, endpoint_id: str) -> int:
        now = self.clock.now()
        with writing(self.engine) as conn:
            try:
                count = take_up(conn, endpoint_id, now=now)
            except UnknownEndpointError:
                return 0
            collapse(conn, endpoint_id, now=now)
            return count

    def _seconds_to_next(self) -> float:
        with reading(self.engine) as conn:
            due = deliveries.next_due(conn, after=self.clock.now())
        if due is None:
            return _LOOK_EVERY
        return min(max((due - self.clock.now()).total_seconds(), 0.0), _LOOK_EVERY)

    async def _deliver_line(self, outbound: Outbound) -> None:
        """Deliver a line as far as it goes: each only after the one before it."""
        following: Outbound | None = outbound
        while following is not None:
            attempt = await self._attempt(following)
            concluded, following_next = await asyncio.to_thread(self._conclude, following, attempt)
            await self._tell(following, concluded)
            following = following_next

    async def _attempt(self, outbound: Outbound) -> Attempt:
        if outbound.body is None:
            return Attempt(error="the event is not kept any more")
        if outbound.keys is None:
            return Attempt(error="the signing keys do not open: SC_AGENT_WEB__KEY was changed; rotate the endpoint")
        now, delivery = self.clock.now(), outbound.delivery
        headers = webhook_headers(outbound.keys, event_id=delivery.event_id, body=outbound.body, now=now)
        endpoint = outbound.endpoint
        with span(SpanName.DELIVERY, {Attribute.ENDPOINT: endpoint.id}) as told:
            attempt = await self.sender.send(endpoint.id, endpoint.url, body=outbound.body, headers=headers, now=now)
            told.set(Attribute.OUTCOME, "delivered" if attempt.is_success else "failed")
            if attempt.status is not None:
                told.set(Attribute.STATUS, attempt.status)
        return attempt

    def _conclude(self, outbound: Outbound, attempt: Attempt) -> tuple[Concluded, Outbound | None]:
        """Write down what came of a delivery and read the next one of its line.

        Both in one transaction.
        """
        now = self.clock.now()
        with writing(self.engine) as conn:
            concluded = conclude(conn, outbound, attempt, now=now, chance=self.chance())
            goes_on = concluded.state is not DeliveryState.WAITING and outbound.delivery.kind is DeliveryKind.EVENT
            following = deliveries.next_in_line(conn, outbound.delivery, now=now) if goes_on else None
            loaded = load_outbound(conn, following, sealing=self.sealing, now=now) if following else None
        return concluded, loaded

    async def _tell(self, outbound: Outbound, concluded: Concluded) -> None:
        endpoint, delivery = outbound.endpoint, outbound.delivery
        told = {"endpoint": endpoint.id, "delivery": delivery.id, "reason": concluded.reason}
        match concluded.news:
            case News.NOTHING:
                pass
            case News.FAILED:
                log.info(events.WEBHOOK_FAILED, attempts=delivery.attempts + 1, **told)
            case News.SET_ASIDE:
                log.warning(events.WEBHOOK_SET_ASIDE, **told)
            case News.DISABLED:
                log.warning(events.WEBHOOK_DISABLED, **told)
                text = f"the webhook endpoint at {endpoint.host} is disabled: {concluded.reason}"
                await self.alarms.trouble(alarm_key(endpoint.id), text, at_once=True)
            case News.VERIFIED:
                log.info(events.WEBHOOK_VERIFIED, endpoint=endpoint.id)
                await self.alarms.fine(alarm_key(endpoint.id))

    async def _stop(self) -> None:
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.sender.close()
        if self._lease is not None:
            with suppress(SQLAlchemyError):
                await asyncio.to_thread(self._give_back, self._lease)

    def _give_back(self, lease: Lease) -> None:
        with writing(self.engine) as conn:
            leases.release(conn, lease)
