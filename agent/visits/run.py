"""One visit from beginning to end: prepare, browse, conclude, finish.

The supervisor of everything that can go wrong inside.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, assert_never

import structlog

from agent.domain.account import Account
from agent.observe import events
from agent.observe.tracing import Attribute, SpanName, span
from agent.visits.errands import policy_of, screens_of
from agent.visits.errors import UnexpectedError, VisitTimeoutError
from agent.visits.guards import unanswered
from agent.visits.guards.canaries import Trial
from agent.visits.guards.lease_guard import while_held
from agent.visits.hooks import hooks_for
from agent.visits.kinds.accept import accept
from agent.visits.kinds.audit import audit, audit_by_itself, make_private
from agent.visits.kinds.insights import read_account_insights
from agent.visits.kinds.registration import errand_bounds, with_login
from agent.visits.kinds.rotation import rotate
from agent.visits.known_values import redactor_of
from agent.visits.outcome import Conclusion, from_error, interrupted
from agent.visits.people.handing_over import handing_over
from agent.visits.pictured import Pictured, write_story
from agent.visits.plan import Plan, VisitKind
from agent.visits.prepare import prepare
from agent.visits.record import finish
from agent.visits.recording import is_worth_recording, keep_recording
from agent.visits.shared.adopted_catalogue import current_catalogue
from agent.visits.shared.browser_pool import BrowserPool
from agent.visits.shared.context import WorkerContext
from agent.visits.step_spans import tell_steps
from flows import (
    AuditReading,
    BrowserLostError,
    Disposition,
    FlowError,
    Recorder,
    Redactor,
    Visit,
    capture,
    open_visit,
    outcome_of,
    recording_aside,
)

_OVERTIME = timedelta(seconds=15)  # beyond the flow's own bound; only a hung browser needs it
_EVIDENCE_WITHIN = 6.0  # seconds
_RECORDING_WITHIN = 15.0
_SESSION_WITHIN = 3.0

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
    """Tell nobody."""


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
        await pictured.draw(context, plan, _pool(context, plan), outcome=conclusion.outcome)
    ended = Ended(
        plan=plan,
        conclusion=conclusion,
        account=account,
        seconds=written - began,
        pictures_seconds=context.clock.elapsed() - written,
        evidence=_kept(context.evidence_dir(plan.account.id, plan.visit_id)),
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
            return await while_held(
                _browse(context, plan, redactor, pictured),
                plan.held,
                engine=context.engine,
                clock=context.clock,
                length=context.lease_length,
                answered=lambda: unanswered.answered(plan.visit_id, within=context.bounds.step.total_seconds()),
            )
        except FlowError as err:
            return from_error(err, plan, context.settings, now=context.clock.now())
        except Exception as err:  # the supervisor: one account's surprise must not stop the others
            log.exception(events.VISIT_UNEXPECTED, account=plan.account.id, visit=plan.visit_id)
            _pool(context, plan).retire()
            unexpected = UnexpectedError(
                f"{type(err).__name__} inside the visit; see the log under visit {plan.visit_id}"
            )
            return from_error(unexpected, plan, context.settings, now=context.clock.now())


async def _browse(context: WorkerContext, plan: Plan, redactor: Redactor, pictured: Pictured) -> Conclusion:
    if plan.asked is None and context.short_ways.is_open(plan):
        conclusion = await _short_way(context, plan, redactor, pictured)
        context.short_ways.note(plan, did=conclusion is not None)
        if conclusion is not None:
            return conclusion
        pictured.recorder = None
    return await _long_way(context, plan, redactor, pictured)


@asynccontextmanager
async def _opened(context: WorkerContext, plan: Plan, redactor: Redactor, *, pool: BrowserPool) -> AsyncIterator[Visit]:
    """Open the visit with the stored session and the catalogue as it is now."""
    trial = None if plan.asked is not None else Trial.of(plan.account.id, context.settings.work)
    catalogue = await asyncio.to_thread(current_catalogue, context.engine, also=screens_of(plan), trial=trial)
    async with (
        pool.browser() as browser,
        open_visit(
            browser,
            options=pool.options,
            storage_state=plan.session,
            redactor=redactor,
            policy=policy_of(plan),
            catalogue=catalogue,
        ) as visit,
    ):
        try:
            yield visit
        finally:
            tell_steps(visit)


async def _short_way(context: WorkerContext, plan: Plan, redactor: Redactor, pictured: Pictured) -> Conclusion | None:
    """An audit that opens the page at once; None where the long way has to be gone."""
    async with (
        _opened(context, plan, redactor, pool=context.pool) as opened,
        pictured.recording(opened, context, plan) as visit,
    ):
        try:
            with span(SpanName.AUDIT, {Attribute.VISIT: plan.visit_id}):
                conclusion = await audit_by_itself(visit, plan, context, bounds=context.bounds)
        except BrowserLostError:
            context.pool.retire()
            raise
        return None if conclusion is None else replace(conclusion, drift=_drifted(visit, conclusion, plan))


async def _long_way(context: WorkerContext, plan: Plan, redactor: Redactor, pictured: Pictured) -> Conclusion:
    pool = _pool(context, plan)
    async with (
        _opened(context, plan, redactor, pool=pool) as opened,
        recording_aside(opened, now=context.clock.now, session=plan.session) as recorder,
        handing_over(context, plan, recorder.visit, pictures=pool.options.pictures) as people,
    ):
        conclusion = await _in_browser(context, plan, recorder, redactor)
        people.outcome = conclusion.outcome
        if conclusion.error is None and conclusion.unread is None:
            await pictured.keep(recorder)
        return conclusion


async def _in_browser(context: WorkerContext, plan: Plan, recorder: Recorder, redactor: Redactor) -> Conclusion:
    visit = recorder.visit
    try:
        conclusion = await _flow(context, plan, visit, redactor)
    except FlowError as err:
        if isinstance(err, BrowserLostError | VisitTimeoutError):
            _pool(context, plan).retire()
        await _keep_evidence(context, plan, visit, redactor, err)
        await _keep_recording(context, plan, recorder, err)
        session = await _session(visit) if err.disposition is not Disposition.NEEDS_HUMAN else None
        conclusion = from_error(err, plan, context.settings, now=context.clock.now(), session=session)
        return replace(conclusion, drift=_drifted(visit, conclusion, plan))
    except Exception as err:
        await _keep_evidence(context, plan, visit, redactor, err)
        await _keep_recording(context, plan, recorder, err)
        raise
    if conclusion.unread is not None:
        await _keep_recording(context, plan, recorder, conclusion.unread)
    return replace(conclusion, drift=_drifted(visit, conclusion, plan))


def _pool(context: WorkerContext, plan: Plan) -> BrowserPool:
    """The browser of the long way.

    One that can show pictures where it may have to sign in.

    An audit comes here where its stored session did not do; a person at its page may need to see a picture.
    """
    only_reads = plan.kind is VisitKind.INSIGHTS and plan.session is not None and plan.asked is None
    return context.pool if context.picture_pool is None or only_reads else context.picture_pool


def _drifted(visit: Visit, conclusion: Conclusion, plan: Plan) -> tuple[str, ...]:
    """Log what the catalogue no longer finds at once, and name its screens."""
    bound = log.bind(account=plan.account.id, visit=plan.visit_id)
    for screen, element, candidate in dict.fromkeys(
        (step.screen, step.element, step.candidate) for step in visit.drift
    ):
        bound.warning(events.DRIFT_SEEN, screen=screen, element=element, candidate=candidate + 1)
    shape = conclusion.document is not None and conclusion.document["drift"] is not None
    if shape:
        bound.warning(events.DRIFT_SEEN, screen="permissions", element="shape")
    return tuple(sorted({step.screen for step in visit.drift if step.screen} | ({"permissions"} if shape else set())))


async def _flow(context: WorkerContext, plan: Plan, visit: Visit, redactor: Redactor) -> Conclusion:
    is_ordinary = plan.order is None and plan.kind is not VisitKind.ROTATION
    bounds = context.bounds if is_ordinary else errand_bounds(context)
    places = 1 + len(plan.account.also_marketplaces) if plan.kind is VisitKind.INSIGHTS else 1
    try:
        async with visit.time.within((bounds.visit * places + _OVERTIME).total_seconds()):
            if plan.order is not None:
                plan = await with_login(visit, plan, context, redactor=redactor, bounds=bounds)
            if plan.kind is VisitKind.ROTATION:
                return await rotate(visit, plan, context, redactor=redactor, bounds=bounds)
            hooks = await asyncio.to_thread(
                hooks_for, plan, context, redactor=redactor, storage_state=visit.storage_state
            )
            match plan.kind:
                case VisitKind.ACCEPT:
                    return await accept(visit, plan, hooks=hooks, bounds=bounds)
                case VisitKind.AUDIT:
                    with span(SpanName.AUDIT, {Attribute.VISIT: plan.visit_id}):
                        return await audit(visit, plan, context, hooks=hooks, bounds=bounds)
                case VisitKind.INSIGHTS:
                    return await read_account_insights(visit, plan, context, hooks=hooks, bounds=bounds)
                case _:
                    assert_never(plan.kind)
    except TimeoutError as err:
        raise VisitTimeoutError(
            f"the visit took longer than {bounds.visit.total_seconds():.0f} s; the browser was replaced"
        ) from err


async def _keep_evidence(
    context: WorkerContext, plan: Plan, visit: Visit, redactor: Redactor, error: Exception
) -> None:
    directory = context.evidence_dir(plan.account.id, plan.visit_id)
    try:
        make_private(directory)
        async with asyncio.timeout(_EVIDENCE_WITHIN):
            await capture(visit.page, directory, "failure", redactor, visit=visit, error=error)
    except Exception as err:  # noqa: BLE001 - what the visit met must not be overshadowed by what keeping it met
        log.warning(events.EVIDENCE_MISSED, account=plan.account.id, visit=plan.visit_id, error=type(err).__name__)


async def _keep_recording(
    context: WorkerContext, plan: Plan, recorder: Recorder, ended: Exception | AuditReading
) -> None:
    """Write down what the visit exchanged, unless we ended it."""
    if isinstance(ended, Exception) and not is_worth_recording(ended):
        return
    if recorder.visit.person_acted:  # what a person typed is in what the page sent
        return
    directory = context.evidence_dir(plan.account.id, plan.visit_id)
    try:
        make_private(directory)
        async with asyncio.timeout(_RECORDING_WITHIN):
            kept = await keep_recording(context, plan, recorder, directory, outcome=outcome_of(ended))
            if not isinstance(ended, Exception):
                write_story(recorder.visit, kept, directory, kind=plan.kind, outcome="incomplete")
    except Exception as err:  # noqa: BLE001 - as above
        log.warning(events.EVIDENCE_MISSED, account=plan.account.id, visit=plan.visit_id, error=type(err).__name__)


async def _session(visit: Visit) -> dict[str, Any] | None:
    """The cookies as they are now; a browser that is gone has none."""
    try:
        async with asyncio.timeout(_SESSION_WITHIN):
            return await visit.storage_state()
    except (TimeoutError, FlowError):
        return None


def _kept(directory: Path) -> tuple[Path, ...]:
    return tuple(sorted(directory.iterdir())) if directory.is_dir() else ()


def _tell(bound: Any, ended: Ended) -> None:
    conclusion = ended.conclusion
    state = None if ended.account is None else ended.account.authorization
    say = bound.info if conclusion.error is None else bound.warning
    told = {"seconds": round(ended.seconds, 2), "pictures_seconds": round(ended.pictures_seconds, 2)}
    say(events.VISIT_ENDED, outcome=conclusion.outcome, state=state, why=conclusion.why, **told)
