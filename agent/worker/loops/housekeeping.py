"""What has to be done now and then.

Forgetting what is old, noticing what is stale.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog

from agent.observe import events
from agent.observe.evidence_retention import erase_evidence, forget_evidence
from agent.observe.notify import Alarms
from agent.store import account_figures, erasures
from agent.store.account_changes import note_stale
from agent.store.database.engine import reading, writing
from agent.store.database.retention import forget_old
from agent.visits.shared.context import WorkerContext
from agent.worker.engine import VisitEngine

_EVERY = 3600.0  # seconds
_JUMP = 600.0  # seconds by which the clock may differ from what has passed

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Housekeeping:
    """Runs once an hour, and at start."""

    context: WorkerContext
    alarms: Alarms  # of all processes
    own: Alarms  # of this one
    engine: VisitEngine | None = None
    _last: tuple[datetime, float] | None = None

    async def run(self) -> None:
        """Repeat the round for ever; a failure waits for the next one."""
        while True:
            try:
                await self.once()
            except Exception as err:  # the next round tries again; work must go on meanwhile
                log.exception(events.RETENTION_APPLIED)
                await self.own.trouble("housekeeping", f"{type(err).__name__}: {err}")
            else:
                await self.own.fine("housekeeping")
            await asyncio.sleep(_EVERY)

    async def once(self) -> None:
        """One round."""
        now = self.context.clock.now()
        if await self._is_clock_sound(now):
            await self._forget(now)
            await self._watch_freshness(now)

    async def _is_clock_sound(self, now: datetime) -> bool:
        """A clock that jumped must not make a year's history look old.

        It is believed from the next round on.
        """
        elapsed = self.context.clock.elapsed()
        before, self._last = self._last, (now, elapsed)
        if before is None or abs((now - before[0]).total_seconds() - (elapsed - before[1])) < _JUMP:
            await self.own.fine("clock")
            return True
        await self.own.trouble(
            "clock", f"the clock jumped to {now.isoformat(timespec='seconds')}; nothing was forgotten", at_once=True
        )
        return False

    async def _forget(self, now: datetime) -> None:
        context, limits = self.context, self.context.settings.observe
        gone = await asyncio.to_thread(forget_old, context.engine, limits, now=now)
        too_old, share = now - timedelta(days=limits.evidence_days), limits.evidence_mb * 1_000_000
        folders = await asyncio.to_thread(
            forget_evidence, context.settings.evidence_root, before=too_old, bytes_per_account=share
        )
        folders += await asyncio.to_thread(self._erase, now)
        finished = (
            await self.engine.forget(now - timedelta(days=limits.finished_days)) if self.engine is not None else 0
        )
        if any(asdict(gone).values()) or folders or finished:
            log.info(events.RETENTION_APPLIED, evidence=folders, finished=finished, **asdict(gone))

    def _erase(self, now: datetime) -> int:
        """Erase the evidence of accounts that were removed.

        The proof is written once it is gone here.
        """
        gone = 0
        with reading(self.context.engine) as conn:
            due = erasures.list_due(conn, now=now)
        for each in due:
            folders = erase_evidence(self.context.settings.evidence_root, each.account_id, before=each.asked_at)
            gone += folders
            if folders or each.evidence_erased_at is None:
                with writing(self.context.engine) as conn:
                    erasures.done(conn, each.id, folders=folders, now=now)
        return gone

    async def _watch_freshness(self, now: datetime) -> None:
        """An account that was not read completely for long is an alarm of its own."""
        days = self.context.settings.audit.stale_after_days
        stale = {
            f"freshness {account_id}" for account_id in await asyncio.to_thread(self._stale, now - timedelta(days=days))
        }
        for key in sorted(stale):
            await self.alarms.trouble(key, f"not read completely for {days} days", at_once=True)
        for key in sorted(await self.alarms.list_open("freshness ") - stale):
            await self.alarms.fine(key)

    def _stale(self, oldest: datetime) -> list[str]:
        with reading(self.context.engine) as conn:
            stale = account_figures.list_stale(conn, before=oldest)
        for each in stale:
            if each.since is None:
                with writing(self.context.engine) as conn:
                    note_stale(conn, each.id, now=self.context.clock.now())
        return [each.id for each in stale]
