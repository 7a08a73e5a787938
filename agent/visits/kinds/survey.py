"""The visit behind `sc-agent survey`: leased, budgeted and journaled like any other; it decides nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from agent.errors import ConfigurationError, UnconfirmedError
from agent.visits.adopted_catalogue import current_catalogue
from agent.visits.context import WorkerContext
from agent.visits.guards.lease_guard import while_held
from agent.visits.hooks import hooks_for
from agent.visits.kinds.accept import seller_account
from agent.visits.known_values import redactor_of
from agent.visits.outcome import interrupted
from agent.visits.prepare import NotNowError, Plan, PoisonError, VisitKind, prepare
from agent.visits.record import finish
from agent.visits.recording import inputs_of
from flows.catalogue.load import Catalogue
from flows.catalogue.recognise import Recognition
from flows.errors import BrowserMissingError
from flows.models import Credentials
from flows.recording.recorder import recording
from flows.survey.guided import GuidedSurvey, StageEnd
from flows.survey.noticing import ScreenSight, SurveyedVisit
from flows.visit.hand_over import Handed, HandOver
from flows.visit.open_visit import open_visit

Ask = Callable[[SurveyedVisit], HandOver]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surveyed:
    """What a survey saw, and how each part of it ended."""

    account_id: str
    visit_id: str
    ends: tuple[StageEnd, ...]
    sights: tuple[ScreenSight, ...]


async def survey_account(
    context: WorkerContext,
    account_id: str,
    *,
    output: Path | None = None,
    ask: Ask | None = None,
    catalogue: Catalogue | None = None,
) -> Surveyed:
    """Make the guided visit; `output`: a new directory for a scrubbed recording of all of it.

    `ask` makes who is asked to pass what only a person may pass; without it the survey ends there. The account's state
    does not follow from it: it is due again at once.

    Raises:
        UnconfirmedError: the account is busy or held. ConfigurationError: there is no browser.
    """
    try:
        plan = await prepare(context, account_id, kind=VisitKind.AUDIT)
    except (NotNowError, PoisonError) as err:
        raise UnconfirmedError(f"account {account_id} cannot be visited now: {err}; nothing was opened") from err
    if catalogue is None:
        catalogue = await asyncio.to_thread(current_catalogue, context.engine)
    try:
        return await while_held(
            _browse(context, plan, catalogue, output, ask),
            plan.held,
            engine=context.engine,
            clock=context.clock,
            length=context.lease_length,
        )
    except BrowserMissingError as err:
        raise ConfigurationError(str(err)) from err
    finally:
        await finish(context, plan, interrupted(context.clock.now()))


async def _browse(
    context: WorkerContext, plan: Plan, catalogue: Catalogue, output: Path | None, ask: Ask | None
) -> Surveyed:
    redactor = redactor_of(plan)
    with context.redaction.visiting(redactor):
        async with (
            context.pool.browser() as browser,
            open_visit(
                browser,
                options=context.pool.options,
                storage_state=plan.session,
                redactor=redactor,
                catalogue=catalogue,
            ) as opened,
            recording(opened, now=context.clock.now, kind=SurveyedVisit) as recorder,
        ):
            visit = recorder.visit
            assert isinstance(visit, SurveyedVisit)  # noqa: S101 - asked for above
            if ask is not None:
                visit.hand_over = _noted(visit, ask(visit))
            ends = await _survey(context, plan, visit)
    if output is not None:
        await recorder.save(
            output,
            flow="survey",
            inputs=inputs_of(plan, "audit"),
            outcome=_outcome(ends),
            version=version("secondary-user"),
        )
    return Surveyed(account_id=plan.account.id, visit_id=plan.visit_id, ends=ends, sights=tuple(visit.sights))


async def _survey(context: WorkerContext, plan: Plan, visit: SurveyedVisit) -> tuple[StageEnd, ...]:
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
    return await survey.run()


def _noted(visit: SurveyedVisit, ask: HandOver) -> HandOver:
    """Mark the screen that is handed over, so that what comes after it in the same document is told apart."""

    async def hand_over(seen: Recognition) -> Handed:
        visit.handed_documents.add(seen.document)
        return await ask(seen)

    return hand_over


def _outcome(ends: tuple[StageEnd, ...]) -> dict[str, Any]:
    stopped = next((end for end in ends if not end.is_reached), None)
    return {"error": {"code": stopped.code}} if stopped else {"result": {"outcome": "surveyed"}}
