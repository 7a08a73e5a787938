"""The visit behind `sc-agent survey`.

Leased, budgeted and journaled like any other; it decides nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from agent.visits.hooks import hooks_for
from agent.visits.kept.recording import NAME as RECORDING
from agent.visits.kept.recording import inputs_of
from agent.visits.kinds.accept import seller_account
from agent.visits.people.handing_over import handing_over
from agent.visits.plan import Plan
from agent.visits.shared.context import WorkerContext
from agent.visits.watched import watched, watched_page
from flows import (
    Catalogue,
    Credentials,
    GuidedSurvey,
    Handed,
    HandOver,
    Recognition,
    ScreenSight,
    StageEnd,
    SurveyedVisit,
    recording_visit,
)

_ROUNDS = 30  # how often the page of a survey may be handed over
Ask = Callable[[SurveyedVisit], HandOver]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """What a survey saw, and how each part of it ended."""

    account_id: str
    visit_id: str
    ends: tuple[StageEnd, ...]
    sights: tuple[ScreenSight, ...]


Noticed = Callable[[Sequence[StageEnd], Sequence[ScreenSight]], Awaitable[None]]


async def survey_account(
    context: WorkerContext,
    account_id: str,
    *,
    output: Path | None = None,
    ask: Ask | None = None,
    catalogue: Catalogue | None = None,
) -> Surveyed:
    """Make the guided visit; `output`.

    A new directory for a scrubbed recording of all of it.

    `ask` makes who is asked to pass what only a person may pass; without it the survey ends there. The account's state
    does not follow from it: it is due again at once.

    Raises:
        UnconfirmedError: the account is busy or blocked. ConfigurationError: there is no browser.
    """

    async def look(plan: Plan) -> Surveyed:
        async with _recorded(context, plan, catalogue, lambda _: output) as visit:
            if ask is not None:
                visit.hand_over = _noted(visit, ask(visit))
            return await _survey(context, plan, visit)

    return await watched(context, account_id, look)


async def survey_asked(context: WorkerContext, account_id: str, *, asked: str, noticed: Noticed) -> Surveyed:
    """Make the guided visit that a person asked for in the console.

    That person is there to take its page over.

    `noticed` is told after each screen. The recording is kept beside the visit's other evidence.

    Raises:
        UnconfirmedError: the account is busy or blocked. ConfigurationError: there is no browser.
    """

    async def look(plan: Plan) -> Surveyed:
        def beside(plan: Plan) -> Path:
            return context.evidence_dir(plan.account.id, plan.visit_id) / RECORDING

        async with (
            _recorded(context, plan, None, beside) as visit,
            handing_over(context, plan, visit, rounds=_ROUNDS) as people,
        ):
            if visit.hand_over is not None:
                visit.hand_over = _noted(visit, visit.hand_over)
            seen = await _survey(context, plan, visit, noticed)
            people.outcome = "surveyed"
            return seen

    return await watched(context, account_id, look, asked=asked)


@asynccontextmanager
async def _recorded(
    context: WorkerContext, plan: Plan, catalogue: Catalogue | None, output: Callable[[Plan], Path | None]
) -> AsyncIterator[SurveyedVisit]:
    """The page of a survey, recorded.

    The recording is written where the block ends well.
    """
    pool = context.picture_pool if plan.asked is not None else None
    async with (
        watched_page(context, plan, pool=pool, catalogue=catalogue) as opened,
        recording_visit(opened, now=context.clock.now, kind=SurveyedVisit) as recorder,
    ):
        visit = recorder.visit
        assert isinstance(visit, SurveyedVisit)  # noqa: S101 - asked for above
        yield visit
    if (directory := output(plan)) is not None:
        await recorder.save(
            directory,
            flow="survey",
            inputs=inputs_of(plan, "audit"),
            outcome=_outcome(visit.ends),
            version=version("secondary-user"),
        )


async def _survey(context: WorkerContext, plan: Plan, visit: SurveyedVisit, noticed: Noticed | None = None) -> Surveyed:
    hooks = await asyncio.to_thread(
        hooks_for, plan, context, redactor=visit.redactor, storage_state=visit.storage_state
    )
    secrets = plan.secrets.secrets
    survey = GuidedSurvey(
        visit=visit,
        account=seller_account(plan),
        credentials=Credentials(user_email=plan.signs_in.user_email, password=secrets.password),
        hooks=hooks,
        subject=plan.account.user_email,
        bounds=context.bounds,
    )
    if noticed is not None:
        visit.noticed = lambda: noticed(survey.ends, visit.sights)
    visit.ends = survey.ends
    await survey.run()
    return Surveyed(
        account_id=plan.account.id, visit_id=plan.visit_id, ends=tuple(survey.ends), sights=tuple(visit.sights)
    )


def _noted(visit: SurveyedVisit, ask: HandOver) -> HandOver:
    """Mark the screen that is handed over, to tell apart what comes after it."""

    async def hand_over(seen: Recognition) -> Handed:
        visit.handed_documents.add(seen.document)
        return await ask(seen)

    return hand_over


def _outcome(ends: Sequence[StageEnd]) -> dict[str, Any]:
    stopped = next((end for end in ends if not end.is_reached), None)
    return {"error": {"code": stopped.code}} if stopped else {"result": {"outcome": "surveyed"}}
