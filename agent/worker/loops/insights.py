"""Insights on their schedule.

Complete accounts are read one after another, when nothing else holds them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from agent.domain.account import Account
from agent.errors import AgentError
from agent.observe import events
from agent.observe.metrics import Metrics
from agent.observe.notify import Alarms
from agent.store import account_changes, insights
from agent.store.accounts import UnknownAccountError
from agent.store.database.engine import reading, writing
from agent.store.database.handles import SQLAlchemyError
from agent.store.processes import switches
from agent.visits.plan import NotNowError, SetAsideError, VisitKind
from agent.visits.run import make_visit
from agent.visits.shared.context import WorkerContext
from agent.worker.dispatcher import in_quiet_hours

_FIRST = timedelta(minutes=10)  # at most, after an account has become complete
_LONGEST = 60.0  # seconds between two looks
_LATER = timedelta(minutes=5)  # for one that is busy or may not be visited

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightsSchedule:
    """The loop of one worker.

    An interval of 0 means that nothing is read by the clock.
    """

    context: WorkerContext
    metrics: Metrics
    alarms: Alarms

    async def run(self) -> None:
        """Look now and then, for ever."""
        while True:
            try:
                made = await self.once()
            except SQLAlchemyError as err:  # away for a while
                log.warning(events.WORKER_BEAT_MISSED, worker=self.context.worker, error=type(err).__name__)
                made = False
            if not made:
                await asyncio.sleep(self._pause())

    async def once(self) -> bool:
        """Read the account that waits longest; False when none is due."""
        account = await asyncio.to_thread(self._choose)
        if account is None:
            return False
        await self._read(account)
        return True

    def _pause(self) -> float:
        """Seconds until it is looked again: a day's rhythm needs no look at every tick."""
        settings = self.context.settings
        return max(settings.work.tick, min(_LONGEST, settings.insights.interval / 20))

    def _choose(self) -> Account | None:
        context, now = self.context, self.context.clock.now()
        interval = timedelta(seconds=context.settings.insights.interval)
        if not interval or in_quiet_hours(context.settings.work.quiet_hours, now):
            return None
        with reading(context.engine) as conn:
            if switches.paused_by(conn) is not None:
                return None
            new = insights.is_any_unscheduled(conn)
            due = insights.list_due_insights(conn, now=now, limit=1)
        if new:
            with writing(context.engine) as conn:
                insights.schedule_first(conn, due=now + min(interval, _FIRST))
        return next(iter(due), None)

    async def _read(self, account: Account) -> None:
        key = f"insights {account.id}"
        try:
            ended = await make_visit(self.context, account.id, kind=VisitKind.INSIGHTS, due_by=self.context.clock.now())
        except (NotNowError, SetAsideError) as err:
            log.debug(events.VISIT_SKIPPED, account=account.id, why=str(err))
            await asyncio.to_thread(self._postpone, account.id, self.context.clock.now() + _LATER)
            return
        except UnknownAccountError:
            return
        except AgentError as err:
            await asyncio.to_thread(self._postpone, account.id, self.context.clock.now() + _LATER)
            await self.alarms.trouble(key, str(err))
            return
        conclusion = ended.conclusion
        self.metrics.visits.labels(ended.plan.kind, conclusion.outcome).inc()
        self.metrics.visit_seconds.labels(ended.plan.kind).observe(ended.seconds)
        if conclusion.error is not None:
            await self.alarms.trouble(key, f"{conclusion.outcome}: {conclusion.why}")
        else:
            await self.alarms.fine(key)

    def _postpone(self, account_id: str, due: datetime) -> None:
        with writing(self.context.engine) as conn:
            account_changes.set_insights_due(conn, account_id, due)
