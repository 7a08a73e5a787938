"""One visit from beginning to end: prepare, browse, conclude, finish.

The supervisor of everything that can go wrong inside.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from agent.domain.account import Account
from agent.observe import events
from agent.observe.tracing import Attribute, SpanName, span
from agent.visits.browsing import browse, pool_of
from agent.visits.errors import UnexpectedError
from agent.visits.guards import unanswered
from agent.visits.guards.lease_guard import while_leased
from agent.visits.kept.ending import kept_in
from agent.visits.kept.pictured import Pictured
from agent.visits.known_values import redactor_of
from agent.visits.outcome import Conclusion, from_error, interrupted
from agent.visits.plan import Plan, VisitKind
from agent.visits.prepare import prepare
from agent.visits.record import finish
from agent.visits.shared.context import WorkerContext
from flows import (
    FlowError,
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A visit that was made.

    `account` is None when it was removed or taken over meanwhile.
    """

    plan: Plan
    conclusion: Conclusion
    account: Account | None
    seconds: float  # until its outcome was written
    pictures_seconds: float = 0.0  # what drawing its steps took afterwards
    evidence: tuple[Path, ...] = ()


def _nobody() -> None:
    """Tell no listener."""


async def make_visit(
    context: WorkerContext,
    account_id: str,
    *,
    kind: VisitKind | None = None,
    as_account: str | None = None,
    due_by: datetime | None = None,
    asked: str | None = None,
    written: Callable[[], None] = _nobody,
) -> Ended:
    """Make one visit.

    Whatever happens inside becomes a conclusion, except being cancelled, which is written down and
    passed on. `written` is told once its outcome is; its steps may be drawn after that.

    Raises:
        NotNowError, PoisonError, UnknownAccountError, ConfigurationError: see `prepare`; no visit was made.
    """
    with span(SpanName.VISIT, {Attribute.ACCOUNT: account_id}) as told:
        plan = await _prepared(context, account_id, kind=kind, as_account=as_account, due_by=due_by, asked=asked)
        told.set(Attribute.VISIT, plan.visit_id)
        told.set(Attribute.KIND, plan.kind)
        ended = await _made(context, plan, told_written=written)
        told.set(Attribute.OUTCOME, ended.conclusion.outcome)
    return ended


async def _made(context: WorkerContext, plan: Plan, *, told_written: Callable[[], None]) -> Ended:
    began = context.clock.elapsed()
    bound = log.bind(account=plan.account.id, visit=plan.visit_id, kind=plan.kind)
    bound.info(events.VISIT_STARTED, session=plan.session is not None, state=plan.account.authorization)
    try:
        pictured = await Pictured.of(context, plan)
        conclusion = await _conclude(context, plan, pictured)
    except asyncio.CancelledError:
        await _to_the_end(finish(context, plan, interrupted(context.clock.now())))
        bound.info(events.VISIT_INTERRUPTED)
        raise
    finally:
        unanswered.end(plan.visit_id)
    account = await _to_the_end(finish(context, plan, conclusion))
    written = context.clock.elapsed()
    told_written()
    if account is not None and conclusion.error is None:
        await pictured.draw(context, plan, pool_of(context, plan), outcome=conclusion.outcome)
    ended = Ended(
        plan=plan,
        conclusion=conclusion,
        account=account,
        seconds=written - began,
        pictures_seconds=context.clock.elapsed() - written,
        evidence=kept_in(context.evidence_dir(plan.account.id, plan.visit_id)),
    )
    _tell(bound, ended)
    return ended


async def _prepared(context: WorkerContext, account_id: str, **options: Any) -> Plan:
    """Prepare to the end even if cancelled: what was begun must be written off again."""
    preparing = asyncio.create_task(prepare(context, account_id, **options))
    try:
        return await asyncio.shield(preparing)
    except asyncio.CancelledError:
        await asyncio.wait({preparing})
        if preparing.exception() is None:
            await _to_the_end(finish(context, preparing.result(), interrupted(context.clock.now())))
        raise


async def _to_the_end(work: Any) -> Any:
    """Await something that a cancellation must not cut off."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


async def _conclude(context: WorkerContext, plan: Plan, pictured: Pictured) -> Conclusion:
    redactor = redactor_of(plan)
    with context.redaction.visiting(redactor):
        try:
            return await while_leased(
                browse(context, plan, redactor, pictured),
                plan.leases,
                engine=context.engine,
                clock=context.clock,
                length=context.lease_length,
                answered=lambda: unanswered.answered(plan.visit_id, within=context.bounds.step.total_seconds()),
            )
        except FlowError as err:
            return from_error(err, plan, context.settings, now=context.clock.now())
        except Exception as err:  # the supervisor: one account's surprise must not stop the others
            log.exception(events.VISIT_UNEXPECTED, account=plan.account.id, visit=plan.visit_id)
            pool_of(context, plan).retire()
            unexpected = UnexpectedError(
                f"{type(err).__name__} inside the visit; see the log under visit {plan.visit_id}"
            )
            return from_error(unexpected, plan, context.settings, now=context.clock.now())


def _tell(bound: Any, ended: Ended) -> None:
    conclusion = ended.conclusion
    state = None if ended.account is None else ended.account.authorization
    say = bound.info if conclusion.error is None else bound.warning
    told = {"seconds": round(ended.seconds, 2), "pictures_seconds": round(ended.pictures_seconds, 2)}
    say(events.VISIT_ENDED, outcome=conclusion.outcome, state=state, why=conclusion.why, **told)
