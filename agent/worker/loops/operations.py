"""What the web role asked for.

Secrets put into the vault, and audits made one after another, as a command makes them.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from agent.actions.credentials import give_secrets
from agent.domain.totp_seed import SeedError
from agent.errors import AgentError
from agent.observe import events
from agent.store import audits
from agent.store.accounts import UnknownAccountError
from agent.store.api import operations
from agent.store.api.operations import Operation, OperationKind
from agent.store.database.engine import reading, writing
from agent.store.database.handles import SQLAlchemyError
from agent.store.processes import leases, workers
from agent.store.vault import handed_in
from agent.visits.plan import NotNowError, PoisonError, VisitKind
from agent.visits.run import Ended, make_visit
from agent.visits.shared.context import WorkerContext

_VISITS = {OperationKind.AUDIT: VisitKind.AUDIT, OperationKind.INSIGHTS: VisitKind.INSIGHTS}
_AGAIN = 1.0  # seconds, while an account is busy
_TICKS = 6  # between looks for what no signal told of
_BUSY = "busy"
_LOST_AFTER = timedelta(minutes=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operations:
    """The loop of one worker.

    An operation that is cut off is queued again; its visit writes itself off.
    """

    context: WorkerContext
    asked: asyncio.Event = field(default_factory=asyncio.Event)  # set when something was asked in this process

    async def run(self) -> None:
        """Look when something is asked, and now and then, for ever."""
        while True:
            self.asked.clear()
            try:
                taken = await asyncio.to_thread(self.look)
            except SQLAlchemyError as err:  # away for a while
                log.warning(events.WORKER_BEAT_MISSED, worker=self.context.worker, error=type(err).__name__)
                taken = None
            if taken is not None:
                await self._work(taken)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(self.context.settings.work.tick * _TICKS):
                    await self.asked.wait()

    def look(self) -> Operation | None:
        """Put secrets that were handed in into the vault, and take an operation.

        Reads only, where there is nothing.
        """
        with reading(self.context.engine) as conn:
            secrets, is_open = handed_in.waiting(conn), operations.is_any_open(conn)
        for row_id in secrets:
            self._open(row_id)
        return self._take() if is_open else None

    def _open(self, row_id: int) -> None:
        context, now = self.context, self.context.clock.now()
        try:
            with writing(context.engine) as conn:
                handed_in.open_one(
                    conn,
                    context.vault,
                    row_id,
                    take=lambda conn, account_id, given: give_secrets(conn, context.vault, account_id, given, now=now),
                )
        except (AgentError, SeedError) as err:
            log.error(events.SECRETS_NOT_OPENED, error=str(err))

    async def _work(self, taken: Operation) -> None:
        try:
            outcome, visit_id = await self._visit(taken)
        except asyncio.CancelledError:
            await asyncio.shield(asyncio.to_thread(self._put_back, taken.id))
            raise
        except Exception as err:  # the supervisor: one operation must not end the loop
            log.exception(events.VISIT_UNEXPECTED, account=taken.account_id)
            outcome, visit_id = f"unexpected: {type(err).__name__}", None
        if outcome == _BUSY:
            await asyncio.to_thread(self._put_back, taken.id)
            await self.context.clock.sleep(_AGAIN)
        else:
            await asyncio.to_thread(self._finish, taken.id, outcome, visit_id)

    async def _visit(self, taken: Operation) -> tuple[str, str | None]:
        """How the visit ended in one word, and its id."""
        try:
            ended = await make_visit(self.context, taken.account_id, kind=_VISITS[taken.kind])
        except NotNowError as err:
            return (_BUSY if err.busy else "not_now"), None
        except PoisonError:
            return "poison", None
        except UnknownAccountError:
            return "removed", None
        except AgentError:
            return "configuration", None
        return _word(ended), ended.plan.visit_id

    def _take(self) -> Operation | None:
        context, now = self.context, self.context.clock.now()
        with writing(context.engine) as conn:
            shared = leases.shared_now(conn, now)
            living = {context.worker, *workers.living(conn, since=shared - _LOST_AFTER)}
            operations.put_back_of(conn, living=living)
            return operations.take(conn, worker=context.worker, but=leases.leased_accounts(conn, now=shared))

    def _put_back(self, operation_id: str) -> None:
        with writing(self.context.engine) as conn:
            operations.put_back(conn, operation_id)

    def _finish(self, operation_id: str, outcome: str, visit_id: str | None) -> None:
        with writing(self.context.engine) as conn:
            audit_id = None if visit_id is None else audits.number_of_visit(conn, visit_id)
            operations.finish(conn, operation_id, outcome=outcome, now=self.context.clock.now(), audit_id=audit_id)


def _word(ended: Ended) -> str:
    document = ended.conclusion.document
    return ended.conclusion.outcome if document is None else str(document["verdict"])
