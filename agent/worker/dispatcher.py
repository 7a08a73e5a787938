"""The dispatcher: due accounts become visits.

Urgent ones first, within limits, hours and free contexts.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from agent.domain.account import Account
from agent.domain.authorization import State
from agent.settings.text_forms import parse_hours
from agent.store import accounts
from agent.store.database.engine import reading, writing
from agent.store.processes import leases, switches
from agent.visits.guards.rates import CAPPED_FOR, over_daily_cap, rates_now
from agent.visits.shared.context import WorkerContext
from agent.worker.engine import VisitEngine
from flows import marketplace

_KEEPS = 1.0  # seconds that a list of due accounts is worked off before the database is asked again


@dataclass(slots=True, kw_only=True)
class Dispatcher:
    """Starts a visit for each due account, up to the worker's contexts.

    Where a worker has two contexts or more, one is kept for urgent visits: an acceptance, or what a person asked for.
    The audit that follows an acceptance is due at once as well, but waits for its turn: an invitation must not wait for
    it.
    """

    context: WorkerContext
    engine: VisitEngine
    _running: dict[str, bool] = field(default_factory=dict)  # account id -> whether it may take the kept context
    _next: tuple[datetime | None] | None = None  # when the next account is due, as the last look saw it
    _waiting: deque[Account] = field(default_factory=deque)  # due, and without a free context when they were looked up
    _looked_at: float | None = None

    async def once(self) -> int:
        """Start what is due now and has a free context.

        Returns how many visits were started.
        """
        if self._free(urgent=True) <= 0:
            return 0
        if not (self._waiting and self._is_fresh()):
            self._next = None
            self._waiting = deque(await asyncio.to_thread(self._look))
            self._looked_at = self.context.clock.elapsed()
        due = self._fitting()
        await asyncio.gather(*(self._start(account) for account in due))
        return len(due)

    async def _start(self, account: Account) -> None:
        self._running[account.id] = _may_take_kept(account)
        try:
            await self.engine.start(account.id)
        except BaseException:
            self.ended(account.id)
            self.look_again()
            raise

    def look_again(self) -> None:
        """Ask the database at the next round: something has become due that may be urgent."""
        self._looked_at = None

    def _is_fresh(self) -> bool:
        return self._looked_at is not None and self.context.clock.elapsed() - self._looked_at < _KEEPS

    def ended(self, account_id: str) -> None:
        """Note that a visit of this account has just ended here.

        Its context is free again.
        """
        self._running.pop(account_id, None)

    async def seconds_to_next(self) -> float:
        """How long nothing will be due, at most the tick of the settings."""
        longest = self.context.settings.work.tick
        if not self._free(urgent=True):
            return longest  # the end of a visit wakes the loop
        (next_due,) = self._next or (await asyncio.to_thread(self._next_due),)
        if next_due is None:
            return longest
        wait = (next_due - self.context.clock.now()).total_seconds()
        return min(longest, wait) if wait > 0 else longest

    def _free(self, *, urgent: bool) -> int:
        contexts = self.context.settings.browser.contexts
        free = contexts - len(self._running)
        if urgent or contexts == 1:
            return free
        ordinary = sum(1 for is_urgent in self._running.values() if not is_urgent)
        return min(free, contexts - 1 - ordinary)

    def _next_due(self) -> datetime | None:
        with reading(self.context.engine) as conn:
            return accounts.next_due(conn, after=self.context.clock.now())

    def _look(self) -> list[Account]:
        """What is due now and within the limits, urgent ones first.

        One look for many visits.
        """
        context, now, limits = self.context, self.context.clock.now(), self.context.settings.work
        with reading(context.engine) as conn:
            if switches.paused_by(conn) is not None:
                return []
            is_quiet = in_quiet_hours(limits.quiet_hours, now)
            due = accounts.list_due(
                conn,
                now=now,
                free_at=(leases.shared_now(conn, now), context.lease_length),
                limit=limits.batch,
                urgent_only=is_quiet,
                but={*self._running, *limits.not_accounts},
                only=limits.only_accounts,
            )
            self._next = (accounts.next_due(conn, after=now),)
            if not due:
                return []
            rates = rates_now(conn, limits, now=now)
            capped = over_daily_cap(conn, limits, [account.id for account in due], now=now)
        if capped:
            self._postpone(capped, now + CAPPED_FOR)
        startable = [account for account in due if account.id not in capped]
        return [account for account in startable if rates.take(marketplace(account.marketplace).host)]

    def _fitting(self) -> list[Account]:
        """Take what fits.

        Urgent visits any free context, the others all but the one that is kept.

        The others wait; whether they are still due when their turn comes is asked when their visit is prepared.
        """
        room, ordinary = self._free(urgent=True), self._free(urgent=False)
        chosen: list[Account] = []
        later: deque[Account] = deque()
        for account in self._waiting:
            if len(chosen) == room or (not _may_take_kept(account) and ordinary <= 0):
                later.append(account)
                continue
            ordinary -= 0 if _may_take_kept(account) else 1
            chosen.append(account)
        self._waiting = later
        return chosen

    def _postpone(self, ids: list[str], due: datetime) -> None:
        with writing(self.context.engine) as conn:
            accounts.postpone(conn, ids, due=due)


def _may_take_kept(account: Account) -> bool:
    return account.urgent and account.authorization is not State.AWAITING_PERMISSIONS


def in_quiet_hours(hours: str | None, now: datetime) -> bool:
    """Whether `now` lies in hours written as "22:00-06:00" (UTC, over midnight too)."""
    if hours is None:
        return False
    start, end = parse_hours(hours)
    moment = now.time().replace(tzinfo=None)
    return start <= moment < end if start <= end else moment >= start or moment < end
