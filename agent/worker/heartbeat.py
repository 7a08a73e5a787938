"""The heartbeat of a worker, and taking over from stopped workers."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from datetime import timedelta

import structlog

from agent.observe import events
from agent.observe.watchdog import sd_notify
from agent.store.database.engine import writing
from agent.store.database.handles import SQLAlchemyError
from agent.store.processes import leases, workers
from agent.visits.shared.context import WorkerContext
from agent.worker.engine import ALONE, VisitEngine

_BEATS = 5  # in the length of a lease
_LOOK_EVERY = 20  # beats between looks for work of workers that stopped unseen

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Heartbeat:
    """Writes that this worker runs; with `engine`, takes over from stopped ones."""

    context: WorkerContext
    roles: str
    engine: VisitEngine | None = None
    _beaten: float | None = None
    _living: frozenset[str] = frozenset()
    _beats: int = 0
    _paused_by: str | None = None

    @property
    def is_beating(self) -> bool:
        """Whether others can still take this worker for a running one."""
        return (
            self._beaten is not None and self.context.clock.elapsed() - self._beaten < self.context.settings.work.lease
        )

    async def start(self) -> None:
        """Beat once; a single process frees the leases of the one before it."""
        await asyncio.to_thread(self._beat, True)

    async def run(self) -> None:
        """Beat until the task is cancelled."""
        pause = self.context.settings.work.lease / _BEATS
        while True:
            await asyncio.sleep(pause)
            try:
                living = await asyncio.to_thread(self._beat, False)
                await self._take_over(living)
            except SQLAlchemyError as err:
                log.warning(events.WORKER_BEAT_MISSED, worker=self.context.worker, error=type(err).__name__)
            sd_notify("WATCHDOG=1")  # the loop runs; a database that does not answer is no reason for a restart

    def _beat(self, is_first: bool) -> frozenset[str]:
        context, started = self.context, self.context.clock.elapsed()
        with writing(context.engine) as conn:
            if is_first and context.worker == ALONE:
                leases.drop_of(conn, ALONE)
            told = workers.beat(
                conn,
                context.worker,
                roles=self.roles,
                host=socket.gethostname(),
                now=context.clock.now(),
                lease=timedelta(seconds=context.settings.work.lease),
            )
        self._beaten = started
        self._tell_pause(told.paused_by)
        return told.living

    def _tell_pause(self, paused_by: str | None) -> None:
        if paused_by != self._paused_by:
            event = events.EVERYTHING_RESUMED if paused_by is None else events.EVERYTHING_PAUSED
            log.info(event, by=paused_by or self._paused_by)
            self._paused_by = paused_by

    async def _take_over(self, living: frozenset[str]) -> None:
        """End what stopped workers had begun: when one has just stopped, and now and then."""
        if self.engine is None or self.context.worker == ALONE:
            return
        has_stopped, self._living = bool(self._living - living), living
        is_time, self._beats = self._beats % _LOOK_EVERY == 0, self._beats + 1
        if not (has_stopped or is_time):
            return
        for stopped in await self.engine.forget_stopped(living):
            log.warning(events.WORKER_RECOVERED, worker=self.context.worker, dead=stopped)

    async def stop(self) -> None:
        """Sign this worker off."""
        await asyncio.to_thread(self._leave)

    def _leave(self) -> None:
        with writing(self.context.engine) as conn:
            workers.leave(conn, self.context.worker)
