"""Keep a visit's page for a person.

Whether a person is there, whether a place is free, and what is stored of the take-over.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from pydantic import SecretStr

from agent.domain.requests import Ending
from agent.domain.takeover import OPEN, TakeoverState
from agent.observe import events
from agent.store.console import operator_log
from agent.store.console.people import Role
from agent.store.console.presence import is_anybody_there
from agent.store.database.engine import reading, writing
from agent.store.database.handles import Connection, SQLAlchemyError
from agent.store.people import line_tickets, takeovers
from agent.store.people.line_tickets import LinePurpose
from agent.store.people.takeovers import Takeover, TakeoverOpenError
from agent.store.processes import leases, switches
from agent.takeover.asking import Asking
from agent.takeover.line import Line, LineError, dial
from agent.takeover.offered_page import OfferedPage
from agent.takeover.page_watch import PageWatch
from agent.takeover.parts import TakeoverParts
from agent.takeover.rules import PersonOffer, offer_for
from agent.takeover.session import Claimed, TakeoverSession
from agent.takeover.tally import Tally, sentence
from agent.takeover.wheel import Wheel
from flows import Handed, HandedBack, Picture, Recognition, Visit, taken_page

INTERRUPTED = "interrupted"
_ENDINGS = {TakeoverState.RETURNED: Ending.TAKEN_OVER, TakeoverState.EXPIRED: Ending.EXPIRED}
ROUNDS = 5  # how often one visit's page may be handed over

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class PageKeeper:
    """Set as a visit's `hand_over`; one for a visit.

    `asked`: the take-over that a person asked for, whose visit this is; None: pages are offered as they come.
    """

    parts: TakeoverParts
    visit: Visit
    account_id: str
    visit_id: str
    secrets: Sequence[SecretStr]
    asked: str | None = None
    rounds: int = ROUNDS
    pictures: bool = True  # whether the browser can show them
    tally: Tally = field(default_factory=Tally)
    asking: Asking = field(init=False)
    row: str | None = None  # the take-over of this visit, once there is one
    person: str | None = None  # who had it last
    _wheel: Wheel = field(default_factory=Wheel)
    _rounds: int = 0

    def __post_init__(self) -> None:
        """Prepare to ask people."""
        self.asking = Asking(parts=self.parts, account_id=self.account_id, visit_id=self.visit_id)

    async def __call__(self, seen: Recognition) -> Handed:
        """Keep the page for a person, if one is there and the screen is for people."""
        offer = offer_for(self.visit.catalogue, seen, allows_unknown=False)
        if offer is not None and not self.pictures and offer.needs_picture:
            return Handed(how=HandedBack.LEFT, why="this visit's browser shows no pictures; a fresh visit's does")
        if offer is None or self._rounds >= self.rounds or not self.parts.places.take():
            return Handed(how=HandedBack.LEFT, why="not offered")
        self._rounds += 1
        try:
            row = await asyncio.to_thread(self._open, seen, offer)
            if row is None:
                return Handed(how=HandedBack.LEFT, why="nobody is there")
            self.row = row.id
            log.info(events.TAKEOVER_OFFERED, account=self.account_id, visit=self.visit_id, screen=seen.screen)
            return await self._keep(row, seen, offer)
        finally:
            self.parts.places.give_back()

    async def ended(self, outcome: str) -> None:
        """Note in the take-over that its visit is over.

        It was handed back, or was never needed.
        """
        row = self.row or self.asked
        if row is None:
            return
        try:
            await asyncio.to_thread(self._write, row, self._end_of(outcome), why=outcome)
        finally:  # what could not be written is found by the worker's loop
            self.parts.kept.discard(row)

    def _end_of(self, outcome: str) -> TakeoverState:
        if outcome == INTERRUPTED:  # on its way, it is begun again; given back, the account is visited again
            return TakeoverState.WANTED if self.row is None else TakeoverState.STOPPED
        return TakeoverState.DONE

    async def _keep(self, row: Takeover, seen: Recognition, offer: PersonOffer) -> Handed:
        async def deliver(picture: Picture) -> None:
            await page.deliver(picture)

        handed, state = Handed(how=HandedBack.LEFT, why="a secret stayed on the page"), TakeoverState.STOPPED
        stopped_before = len(self.visit.guard.blocked)
        try:
            async with taken_page(self.visit, rules=offer.rules, secrets=self.secrets, deliver=deliver) as taken:
                page = OfferedPage(
                    taken=taken,
                    first=seen,
                    offer=offer,
                    wheel=self._wheel.offered(),
                    tally=self.tally,
                    deadline=self.parts.clock.elapsed() + self._waits(row).total_seconds(),
                    longest=self.parts.fresh_for.total_seconds(),
                    elapsed=self.parts.clock.elapsed,
                )
                try:
                    if await taken.clear() or await taken.clear():  # a busy browser draws it late
                        handed, state = await self._session(page, row.id).run()
                finally:
                    self._count(page, stopped_before)
        except BaseException:
            await asyncio.shield(asyncio.to_thread(self._stopped, row.id))
            raise
        await asyncio.to_thread(self._write, row.id, state, why=handed.why or str(handed.how))
        log.info(events.TAKEOVER_ENDED, account=self.account_id, visit=self.visit_id, state=state, keys=self.tally.keys)
        return handed

    def _session(self, page: OfferedPage, row_id: str) -> TakeoverSession:
        return TakeoverSession(
            page=page,
            watch=PageWatch(page=page, moved=lambda to: self._moved(row_id, to), answered=self.asking.answered),
            dialled=lambda: self._dialled(row_id),
            claimed=lambda: self._claimed(row_id),
        )

    def _count(self, page: OfferedPage, stopped_before: int) -> None:
        taken, self._wheel = page.taken, page.wheel
        self.tally.steps += taken.log.steps
        self.tally.keys += taken.log.keys
        self.tally.pictures += taken.cast.sent
        self.tally.dropped += taken.cast.dropped
        redact = self.visit.redactor.redact
        self.tally.stopped += [redact(one) for one in self.visit.guard.blocked[stopped_before:]]

    def _waits(self, row: Takeover) -> timedelta:
        offered = timedelta(seconds=self.parts.settings.takeover.hold)
        return self.parts.fresh_for if self.asked is not None or row.person is not None else offered

    def _dialled(self, row_id: str) -> AbstractAsyncContextManager[Line]:
        @asynccontextmanager
        async def dialled() -> AsyncIterator[Line]:
            try:
                ticket = await asyncio.to_thread(self._ticket, row_id)
            except SQLAlchemyError as err:  # away for a while; the lease's guard ends the visit if it stays so
                raise LineError(f"no ticket: {type(err).__name__}") from err
            async with dial(self.parts.settings, row_id, ticket) as line:
                yield line

        return dialled()

    # --- In the database, off the loop ---

    def _open(self, seen: Recognition, offer: PersonOffer) -> Takeover | None:
        now = self.parts.clock.now()
        redact = self.visit.redactor.redact
        words = redact(seen.alert_text or seen.title)
        with writing(self.parts.engine) as conn:
            made = self._opened(conn, seen, offer, now)
            if made is not None:
                self.parts.kept.add(made.id)
            if made is not None and made.deadline is not None:
                self.asking.open(conn, answer=offer.answer, words=words, until=made.deadline)
            return made

    def _opened(self, conn: Connection, seen: Recognition, offer: PersonOffer, now: datetime) -> Takeover | None:
        row_id = self.row or self.asked
        if row_id is None:
            return self._offer(conn, seen, offer)
        until = now + self.parts.fresh_for
        if not takeovers.reoffer(conn, row_id, visit_id=self.visit_id, screen=seen.screen, deadline=until):
            return None
        before = takeovers.find(conn, row_id)
        if before is not None and before.person is not None:  # the person who had it goes on
            takeovers.claim(conn, row_id, person=before.person, allows_unknown=before.allows_unknown, now=now)
        return takeovers.find(conn, row_id)

    def _offer(self, conn: Connection, seen: Recognition, offer: PersonOffer) -> Takeover | None:
        now, settings = self.parts.clock.now(), self.parts.settings
        role = Role.DRIVER if offer.answer is None else Role.OPERATOR
        if not is_anybody_there(conn, now=now, role=role):
            return None
        try:
            return takeovers.offer(
                conn,
                self.account_id,
                visit_id=self.visit_id,
                worker=self.parts.worker,
                screen=seen.screen,
                deadline=now + timedelta(seconds=settings.takeover.hold),
                now=now,
            )
        except TakeoverOpenError:
            return None

    def _ticket(self, row_id: str) -> str:
        with writing(self.parts.engine) as conn:
            return line_tickets.make(conn, row_id, LinePurpose.LINE, now=self.parts.clock.now())

    async def _claimed(self, row_id: str) -> Claimed:
        try:
            row = await asyncio.to_thread(self._find, row_id)
        except SQLAlchemyError:
            row = None  # a claim that cannot be read is none
        if row is None or row.state is not TakeoverState.CLAIMED:
            return Claimed(person=None, allows_unknown=False)
        self.person = row.person
        return Claimed(person=row.person, allows_unknown=row.allows_unknown)

    async def _moved(self, row_id: str, to: TakeoverState) -> None:
        try:
            await asyncio.to_thread(self._write, row_id, to)
        except SQLAlchemyError as err:
            log.warning(events.TAKEOVER_NOT_WRITTEN, visit=self.visit_id, error=type(err).__name__)

    def _find(self, row_id: str) -> Takeover | None:
        with reading(self.parts.engine) as conn:
            return takeovers.find(conn, row_id)

    def _write(self, row_id: str, to: TakeoverState, *, why: str | None = None) -> None:
        now = self.parts.clock.now()
        tally = None if why is None else self.tally.as_json()
        with writing(self.parts.engine) as conn:
            before = takeovers.find(conn, row_id)
            if to not in OPEN:
                self.asking.close(conn, _ENDINGS.get(to, Ending.VISIT_ENDED))
            if not takeovers.move(conn, row_id, to, now=now, why=why, tally=tally) or before is None or why is None:
                return
            if before.person is not None and to is not TakeoverState.DONE:
                operator_log.append(
                    conn,
                    person=before.person,
                    source=self.parts.worker,
                    act=f"take-over {to}",
                    subject=self.account_id,
                    reason=f"{before.screen}: {why}; {sentence(self.tally.as_json())}",
                    now=now,
                )

    def _stopped(self, row_id: str) -> None:
        """Write down that the visit was ended in the middle, and by what."""
        try:
            self._write(row_id, TakeoverState.STOPPED, why=self._why_stopped())
        except SQLAlchemyError as err:
            log.warning(events.TAKEOVER_NOT_WRITTEN, visit=self.visit_id, error=type(err).__name__)

    def _why_stopped(self) -> str:
        now = self.parts.clock.now()
        with reading(self.parts.engine) as conn:
            if (who := switches.paused_by(conn)) is not None:
                return f"everything is paused by {who}"
            holder = leases.holder_of(conn, self.account_id, now=leases.shared_now(conn, now))
            if holder != self.parts.worker:
                return "the lease was lost"
        return "the visit was stopped"
