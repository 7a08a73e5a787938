"""What the engine calls for each ticket.

Make the visit, and see that the account is never due for nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from agent.domain.authorization import Event, State
from agent.errors import AgentError
from agent.observe import events
from agent.observe.metrics import Metrics
from agent.observe.notify import Alarms
from agent.store import account_changes, accounts, transitions
from agent.store.accounts import UnknownAccountError
from agent.store.database.engine import reading, writing
from agent.store.inbox.invitations import seconds_to_acceptance
from agent.visits.guards import unanswered
from agent.visits.plan import NotNowError, PoisonError, SetAsideError
from agent.visits.run import Ended, make_visit
from agent.visits.shared.context import WorkerContext

_BUSY_AGAIN = timedelta(seconds=2)
_LATER = timedelta(minutes=1)

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class RunningVisits:
    """The visits of one worker that run now."""

    context: WorkerContext
    metrics: Metrics
    alarms: Alarms
    ended: Callable[[str], None]  # told of each visit's account, so that it may be due again
    _running: set[asyncio.Task[str]] = field(default_factory=set)
    _drawing: int = 0  # visits that gave their context back, and are drawn
    _over: bool = False

    async def handle(self, account_id: str) -> str:
        """Make one visit; returns its outcome, and never raises.

        Its context is free for another as soon as its outcome is written: drawing its steps delays no other visit,
        unless as many are drawn already as there are contexts.
        """
        if self._over:
            return "stopping"
        is_free = False

        def written() -> None:
            nonlocal is_free
            if self._drawing < self.context.settings.browser.contexts:
                is_free = True
                self._drawing += 1
                self.ended(account_id)

        task = asyncio.create_task(self._visit(account_id, written))
        self._running.add(task)
        try:
            await asyncio.wait({task})
        finally:
            self._running.discard(task)
            if is_free:
                self._drawing -= 1
            else:
                self.ended(account_id)
        return "interrupted" if task.cancelled() else task.result()

    async def end(self, *, within: float) -> int:
        """Stop every visit and start no other; returns how many did not end in time.

        One whose password the site has not answered yet gets the flow's step time-out beside: cut off, it would need a
        person.
        """
        self._over = True
        if waiting := unanswered.count():
            longest = self.context.bounds.step.total_seconds()
            log.info(events.STOP_WAITS, visits=waiting, at_most=longest)
            within += longest
        for task in self._running:
            task.cancel()
        if not self._running:
            return 0
        _, late = await asyncio.wait(set(self._running), timeout=within)
        return len(late)

    async def _visit(self, account_id: str, written: Callable[[], None]) -> str:
        try:
            ended = await make_visit(self.context, account_id, due_by=self.context.clock.now(), written=written)
        except NotNowError as err:
            log.debug(events.VISIT_SKIPPED, account=account_id, why=str(err))
            await self._postpone(account_id, _BUSY_AGAIN if err.busy else _LATER)
            if err.stuck:
                await self.alarms.trouble(f"account {account_id}", str(err))
            return "busy" if err.busy else "not_now"
        except PoisonError:
            log.error(events.VISIT_SET_ASIDE, account=account_id)
            await self.alarms.trouble(
                f"account {account_id}", "its visits kill their worker; it was set aside", at_once=True
            )
            return "poison"
        except SetAsideError as err:
            log.error(events.VISIT_SET_ASIDE, account=account_id, why=str(err))
            await self.alarms.trouble(f"account {account_id}", str(err), at_once=True)
            return "set_aside"
        except UnknownAccountError:
            return "removed"
        except Exception as err:  # the supervisor: whatever it was, the account must not stay due for this ticket
            log.exception(events.VISIT_UNEXPECTED, account=account_id)
            await self._failed(account_id, err)
            return "failed"
        await self._tell(ended)
        return ended.conclusion.outcome

    async def _tell(self, ended: Ended) -> None:
        conclusion, plan = ended.conclusion, ended.plan
        self.metrics.visits.labels(plan.kind, conclusion.outcome).inc()
        self.metrics.visit_seconds.labels(plan.kind).observe(ended.seconds)
        for screen in conclusion.drift:
            self.metrics.drift.labels(screen).inc()
        if plan.invitation is not None and conclusion.invitation_state == "accepted":
            seconds = await asyncio.to_thread(self._accepted_after, plan.invitation.id)
            if seconds is not None:
                self.metrics.accepted_after.observe(seconds)
        key = f"account {plan.account.id}"
        needs_human = ended.account is not None and ended.account.authorization is State.NEEDS_HUMAN
        if needs_human or conclusion.error is not None:
            await self.alarms.trouble(key, f"{conclusion.outcome}: {conclusion.why}", at_once=needs_human)
        else:
            await self.alarms.fine(key)

    def _accepted_after(self, row_id: int) -> float | None:
        with reading(self.context.engine) as conn:
            return seconds_to_acceptance(conn, row_id)

    async def _postpone(self, account_id: str, by: timedelta) -> None:
        await asyncio.to_thread(self._move_due, account_id, by)

    def _move_due(self, account_id: str, by: timedelta) -> None:
        now = self.context.clock.now()
        with writing(self.context.engine) as conn:
            try:
                account = accounts.get(conn, account_id, lock=True)
            except UnknownAccountError:
                return
            if account.due is not None and account.due <= now:
                account_changes.set_due(conn, account_id, now + by)

    async def _failed(self, account_id: str, err: Exception) -> None:
        """Back off.

        If not even that can be written, the tick gives the account a new ticket later.
        """
        try:
            await asyncio.to_thread(self._back_off, account_id, err)
        except Exception:  # the database is gone; nothing more can be done here
            log.exception(events.VISIT_UNEXPECTED, account=account_id)
        await self.alarms.trouble(f"account {account_id}", f"{type(err).__name__}: {err}")

    def _back_off(self, account_id: str, err: Exception) -> None:
        reason = str(err) if isinstance(err, AgentError) else type(err).__name__
        facts = transitions.Facts(
            internal_reason=reason, failure_code="configuration" if isinstance(err, AgentError) else "unexpected"
        )
        with writing(self.context.engine) as conn:
            transitions.apply(
                conn,
                account_id,
                Event.RETRY,
                now=self.context.clock.now(),
                why=reason,
                facts=facts,
                rhythm=self.context.rhythm,
            )
