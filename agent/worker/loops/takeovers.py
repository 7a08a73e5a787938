"""The visits that drivers ask for.

Each goes to what stopped the account, and waits there for its person.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from agent.domain.takeover import TakeoverKind, TakeoverState
from agent.errors import AgentError
from agent.observe import events
from agent.store.accounts import UnknownAccountError
from agent.store.database.engine import reading, writing
from agent.store.database.handles import SQLAlchemyError
from agent.store.people import takeovers
from agent.store.people.takeovers import Takeover
from agent.store.processes import leases, workers
from agent.visits.plan import NotNowError, SetAsideError
from agent.visits.run import make_visit
from agent.visits.shared.context import WorkerContext
from agent.worker.loops.surveys import make_survey

_LOST_AFTER = timedelta(minutes=1)
_TICKS = 6  # between looks for what no signal told of

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeovers:
    """The loop of one worker; as many at once as there are places."""

    context: WorkerContext
    asked: asyncio.Event = field(default_factory=asyncio.Event)  # set when something was asked in this process

    async def run(self) -> None:
        """Look when one is asked for, and now and then, for ever."""
        async with asyncio.TaskGroup() as group:
            running: set[asyncio.Task[None]] = set()
            while True:
                self.asked.clear()
                running = {task for task in running if not task.done()}
                if len(running) < self.context.settings.takeover.places and (taken := await self._next()) is not None:
                    running.add(group.create_task(self._visit(taken)))
                    continue
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.context.settings.work.tick * _TICKS):
                        await self.asked.wait()

    async def _next(self) -> Takeover | None:
        try:
            return await asyncio.to_thread(self._take)
        except SQLAlchemyError as err:  # away for a while
            log.warning(events.WORKER_BEAT_MISSED, worker=self.context.worker, error=type(err).__name__)
            return None

    def _take(self) -> Takeover | None:
        context, now = self.context, self.context.clock.now()
        with reading(context.engine) as conn:
            is_any = takeovers.is_any_open(conn)
        if not is_any:
            return None
        with writing(context.engine) as conn:
            shared = leases.shared_now(conn, now)
            living = {context.worker, *workers.living(conn, since=shared - _LOST_AFTER)}
            kept = frozenset() if context.takeovers is None else frozenset(context.takeovers.kept)
            takeovers.lose_of(conn, living=living, now=now)
            takeovers.lose_own(conn, worker=context.worker, kept=kept, now=now)
            return takeovers.take(conn, worker=context.worker, but=leases.leased_accounts(conn, now=shared), now=now)

    async def _visit(self, taken: Takeover) -> None:
        try:
            if taken.kind is TakeoverKind.SURVEY:
                await make_survey(self.context, taken)
            else:
                await make_visit(self.context, taken.account_id, asked=taken.id)
        except NotNowError as err:
            await self._write(taken, TakeoverState.WANTED if err.busy else TakeoverState.REFUSED, str(err))
            if err.busy:
                await self.context.clock.sleep(1)
        except (SetAsideError, UnknownAccountError, AgentError) as err:
            await self._write(taken, TakeoverState.REFUSED, str(err))
        except Exception as err:  # the supervisor: one visit must not end the loop
            log.exception(events.VISIT_UNEXPECTED, account=taken.account_id)
            await self._write(taken, TakeoverState.REFUSED, f"unexpected: {type(err).__name__}")

    async def _write(self, taken: Takeover, to: TakeoverState, why: str) -> None:
        def write() -> None:
            with writing(self.context.engine) as conn:
                takeovers.move(conn, taken.id, to, now=self.context.clock.now(), why=why)

        with suppress(SQLAlchemyError):
            await asyncio.to_thread(write)
