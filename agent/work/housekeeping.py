"""What has to be done now and then: forgetting what is old, noticing what is stale, repeating alarms."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from agent.domain.authorization import State
from agent.observe import events
from agent.observe.evidence_retention import forget_evidence
from agent.observe.notify import Alarms
from agent.store.database import reading
from agent.store.retention import forget_old
from agent.store.schema import accounts
from agent.work.crew import Crew
from agent.work.engine import VisitEngine

_EVERY = 3600.0  # seconds
_WATCHED = (State.COMPLETE, State.FAILED, State.AUDITING)

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Housekeeping:
    """Runs once an hour, and at start."""

    crew: Crew
    alarms: Alarms
    engine: VisitEngine | None = None

    async def run(self) -> None:
        """Keep house for ever; a failure waits for the next round."""
        while True:
            try:
                await self.once()
            except Exception as err:  # the next round tries again; work must go on meanwhile
                log.exception(events.RETENTION_APPLIED)
                await self.alarms.trouble("housekeeping", f"{type(err).__name__}: {err}")
            else:
                await self.alarms.fine("housekeeping")
            await asyncio.sleep(_EVERY)

    async def once(self) -> None:
        """One round."""
        crew, limits, now = self.crew, self.crew.settings.observe, self.crew.clock.now()
        gone = await asyncio.to_thread(forget_old, crew.engine, limits, now=now)
        folders = await asyncio.to_thread(forget_evidence, crew.settings.data_dir, before=now - timedelta(days=limits.evidence_days))
        finished = await self.engine.forget(now - timedelta(days=limits.finished_days)) if self.engine is not None else 0
        if any(asdict(gone).values()) or folders or finished:
            log.info(events.RETENTION_APPLIED, evidence=folders, finished=finished, **asdict(gone))
        await self._watch_freshness(now)
        await self.alarms.remind()

    async def _watch_freshness(self, now: datetime) -> None:
        """An account that was not read completely for long is an alarm of its own."""
        days = self.crew.settings.audit.stale_after_days
        for account_id, is_stale in await asyncio.to_thread(self._freshness, now - timedelta(days=days)):
            if is_stale:
                await self.alarms.trouble(f"freshness {account_id}", f"not read completely for {days} days", at_once=True)
            else:
                await self.alarms.fine(f"freshness {account_id}")

    def _freshness(self, oldest: datetime) -> list[tuple[str, bool]]:
        seen = sa.func.coalesce(accounts.c.last_complete_read_at, accounts.c.accepted_at)
        query = sa.select(accounts.c.id, seen < oldest).where(accounts.c.authorization.in_(_WATCHED), seen.is_not(None))
        with reading(self.crew.engine) as conn:
            return [(row[0], bool(row[1])) for row in conn.execute(query)]
