"""The tick: a bounded number of due accounts becomes visits, urgent ones first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from agent.domain.account import Account
from agent.store import accounts, leases, switches, visits, workers
from agent.store.database.engine import reading, writing
from agent.store.database.schema import accounts as table
from agent.visits.context import WorkerContext
from agent.worker.engine import Ticket, VisitEngine
from flows.marketplaces import marketplace

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_CAPPED_FOR = timedelta(hours=1)
_NUDGE = timedelta(milliseconds=1)
_BACKLOG = 2  # queued visits for each browser context; a short queue keeps the order ours


@dataclass(slots=True, kw_only=True)
class Dispatcher:
    """Feeds the engine from the table; remembers only what it handed over itself."""

    context: WorkerContext
    engine: VisitEngine
    _handed: dict[str, Ticket] = field(default_factory=dict)

    async def once(self) -> int:
        """Hand over what is due now, at most as much as the workers will take soon; returns how many."""
        spent = await self.engine.finished(self._handed)
        for ticket_id in spent:
            self._handed.pop(ticket_id, None)  # its visit may have ended here while we asked
        due = await asyncio.to_thread(self._choose)
        tickets = {
            ticket.id: ticket
            for account in due
            if account.due and (ticket := Ticket(account_id=account.id, due=account.due))
        }
        used = await self.engine.finished(tickets)
        if used:  # a visit ended without moving its due time: give it a new ticket
            await asyncio.to_thread(self._nudge, [tickets.pop(ticket_id) for ticket_id in used])
        await self.engine.enqueue(list(tickets.values()))
        self._handed |= tickets
        return len(tickets)

    def ended(self, account_id: str) -> None:
        """A visit of this account has just ended here; it may be handed over again."""
        self._handed = {key: ticket for key, ticket in self._handed.items() if ticket.account_id != account_id}

    async def seconds_to_next(self) -> float:
        """How long nothing will be due, at most the tick of the settings."""
        longest = self.context.settings.work.tick
        next_due = await asyncio.to_thread(self._next_due)
        if next_due is None or self._handed:
            return longest
        return min(longest, max(0.05, (next_due - self.context.clock.now()).total_seconds()))

    def _next_due(self) -> datetime | None:
        with reading(self.context.engine) as conn:
            return accounts.next_due(conn)

    def _choose(self) -> list[Account]:
        context, now, limits = self.context, self.context.clock.now(), self.context.settings.work
        with reading(context.engine) as conn:
            if switches.paused_by(conn) is not None:
                return []
            living = max(1, len(workers.living(conn, since=leases.shared_now(conn, now) - context.lease_length)))
            room = min(limits.batch, _BACKLOG * context.settings.browser.contexts * living) - len(self._handed)
            if room <= 0:
                return []
            but = {ticket.account_id for ticket in self._handed.values()}
            is_quiet = in_quiet_hours(limits.quiet_hours, now)
            due = accounts.list_due(conn, now=now, limit=room, urgent_only=is_quiet, but=but)
            hosts = dict(visits.started_by_host(conn, now - _MINUTE)) if due else {}
            capped = [
                a
                for a in due
                if visits.started_since(conn, now - _DAY, account_id=a.id) >= limits.visits_per_account_day
            ]
        if capped:
            self._postpone([account.id for account in capped], now + _CAPPED_FOR)
        return within_hosts(
            [account for account in due if account not in capped], hosts, limit=limits.visits_per_host_minute
        )

    def _postpone(self, ids: list[str], due: datetime) -> None:
        with writing(self.context.engine) as conn:
            conn.execute(table.update().where(table.c.id.in_(ids)).values(due=due, urgent=False))

    def _nudge(self, used: list[Ticket]) -> None:
        with writing(self.context.engine) as conn:
            for ticket in used:
                still = table.update().where(table.c.id == ticket.account_id, table.c.due == ticket.due)
                conn.execute(still.values(due=ticket.due + _NUDGE))


def within_hosts(due: list[Account], started: dict[str, int], *, limit: int) -> list[Account]:
    """Leave out what would be too many visits a minute to one host."""
    chosen = []
    for account in due:
        host = marketplace(account.marketplace).host
        if started.get(host, 0) < limit:
            started[host] = started.get(host, 0) + 1
            chosen.append(account)
    return chosen


def in_quiet_hours(hours: str | None, now: datetime) -> bool:
    """Whether `now` lies in hours written as "22:00-06:00" (UTC, over midnight too)."""
    if hours is None:
        return False
    start, end = parse_hours(hours)
    moment = now.time().replace(tzinfo=None)
    return start <= moment < end if start <= end else moment >= start or moment < end


def parse_hours(hours: str) -> tuple[time, time]:
    """Read "22:00-06:00".

    Raises:
        ValueError: it is written otherwise.
    """
    start, _, end = hours.partition("-")
    return time.fromisoformat(start.strip()), time.fromisoformat(end.strip())
