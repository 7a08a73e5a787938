"""The browser's part of a visit: the short way, the long way, the flow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import assert_never

import structlog

from agent.observe import events
from agent.observe.tracing import Attribute, SpanName, span
from agent.visits.errands import policy_of, screens_of
from agent.visits.errors import VisitTimeoutError
from agent.visits.guards.canaries import Trial
from agent.visits.hooks import hooks_for
from agent.visits.kept.ending import keep_evidence, keep_visit_recording, session_of
from agent.visits.kept.pictured import Pictured
from agent.visits.kept.step_spans import tell_steps
from agent.visits.kinds.accept import accept
from agent.visits.kinds.audit import audit, audit_by_itself
from agent.visits.outcome import Conclusion, from_error
from agent.visits.people.handing_over import handing_over
from agent.visits.plan import Plan, VisitKind
from agent.visits.shared.adopted_catalogue import current_catalogue
from agent.visits.shared.browser_pool import BrowserPool
from agent.visits.shared.context import WorkerContext
from flows import (
    Bounds,
    BrowserLostError,
    Disposition,
    FlowError,
    Recorder,
    Redactor,
    Visit,
    open_visit,
    recording_aside,
)

log = structlog.get_logger(__name__)


_OVERTIME = timedelta(seconds=15)  # beyond the flow's own bound; only a hung browser needs it


async def browse(context: WorkerContext, plan: Plan, redactor: Redactor, pictured: Pictured) -> Conclusion:
    """Go the short way where it is open, else the long one."""
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
            return None  # the visit goes on by the long way, in another browser
        return None if conclusion is None else replace(conclusion, drift=_drifted(visit, conclusion, plan))


async def _long_way(context: WorkerContext, plan: Plan, redactor: Redactor, pictured: Pictured) -> Conclusion:
    pool = pool_of(context, plan)
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
            pool_of(context, plan).retire()
        await keep_evidence(context, plan, visit, redactor, err)
        await keep_visit_recording(context, plan, recorder, err)
        session = await session_of(visit) if err.disposition is not Disposition.NEEDS_HUMAN else None
        conclusion = from_error(err, plan, context.settings, now=context.clock.now(), session=session)
        return replace(conclusion, drift=_drifted(visit, conclusion, plan))
    except Exception as err:
        await keep_evidence(context, plan, visit, redactor, err)
        await keep_visit_recording(context, plan, recorder, err)
        raise
    if conclusion.unread is not None:
        await keep_visit_recording(context, plan, recorder, conclusion.unread)
    return replace(conclusion, drift=_drifted(visit, conclusion, plan))


def pool_of(context: WorkerContext, plan: Plan) -> BrowserPool:
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
    bounds = _bounds(context, plan)
    places = 1 + len(plan.account.also_marketplaces) if plan.kind is VisitKind.INSIGHTS else 1
    try:
        async with visit.time.within((bounds.visit * places + _OVERTIME).total_seconds()):
            if plan.order is not None:
                from agent.visits.kinds.registration import with_login  # as below: an audit begins without it

                plan = await with_login(visit, plan, context, redactor=redactor, bounds=bounds)
            if plan.kind is VisitKind.ROTATION:
                from agent.visits.kinds.rotation import rotate

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
                    from agent.visits.kinds.insights import read_account_insights

                    return await read_account_insights(visit, plan, context, hooks=hooks, bounds=bounds)
                case _:
                    assert_never(plan.kind)
    except TimeoutError as err:
        raise VisitTimeoutError(
            f"the visit took longer than {bounds.visit.total_seconds():.0f} s; the browser was replaced"
        ) from err


def _bounds(context: WorkerContext, plan: Plan) -> Bounds:
    if plan.order is None and plan.kind is not VisitKind.ROTATION:
        return context.bounds
    from agent.visits.kinds.registration import errand_bounds

    return errand_bounds(context)
