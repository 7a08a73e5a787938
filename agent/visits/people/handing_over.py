"""A visit's page in people's hands.

Who may be asked, and what is kept of what they did.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from pydantic import SecretStr

from agent.observe import events
from agent.printable import json_text
from agent.visits.guards import unanswered
from agent.visits.people.drafts import keep_drafts
from agent.visits.plan import Plan
from agent.visits.shared.context import WorkerContext
from flows import Handed, Recognition, Visit, steps_as_json

if TYPE_CHECKING:
    from agent.takeover.page_keeper import PageKeeper

NAME = "person-steps.json"
_DRAFTS_WITHIN = 20.0  # seconds

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Handing:
    """Told how the visit ended; None where it did not end by itself."""

    outcome: str | None = None


@asynccontextmanager
async def handing_over(
    context: WorkerContext, plan: Plan, visit: Visit, *, rounds: int | None = None, pictures: bool = True
) -> AsyncIterator[Handing]:
    """Let the visit hand its page over, where this process keeps pages for people.

    `rounds`: how often at most, if not as usual. `pictures`: whether its browser can show them.
    """
    told = Handing()
    if context.takeovers is None:
        yield told
        return
    from agent.takeover.page_keeper import INTERRUPTED, PageKeeper  # a command alone keeps no pages

    secrets = plan.secrets.secrets
    keeper = PageKeeper(
        parts=context.takeovers,
        visit=visit,
        account_id=plan.account.id,
        visit_id=plan.visit_id,
        secrets=[secrets.password, SecretStr("".join(secrets.totp_secret.get_secret_value().split()))],
        asked=plan.asked,
        pictures=pictures,
    )
    keeper.rounds = rounds or keeper.rounds

    async def hand_over(seen: Recognition) -> Handed:
        unanswered.end(plan.visit_id)  # nothing more comes without a person, so no stop waits for it
        return await keeper(seen)

    visit.hand_over = hand_over
    try:
        yield told
    finally:
        visit.hand_over = None
        await asyncio.shield(_conclude(context, plan, keeper, told.outcome or INTERRUPTED))


async def _conclude(context: WorkerContext, plan: Plan, keeper: PageKeeper, outcome: str) -> None:
    try:
        await asyncio.to_thread(_keep_steps, context, plan, keeper)
        await _keep_drafts(context, plan, keeper)
        await keeper.ended(outcome)
    except Exception as err:  # noqa: BLE001 - how the visit ended must not be overshadowed by this
        log.warning(events.TAKEOVER_NOT_WRITTEN, visit=plan.visit_id, error=type(err).__name__)


async def _keep_drafts(context: WorkerContext, plan: Plan, keeper: PageKeeper) -> None:
    """Make drafts of the unknown screens that the person passed."""
    try:
        steps = tuple(keeper.tally.steps)
        who = {"account_id": plan.account.id, "visit_id": plan.visit_id, "person": keeper.person or ""}
        async with asyncio.timeout(_DRAFTS_WITHIN):
            await keep_drafts(context, steps, **who)
    except Exception as err:  # noqa: BLE001 - the steps are kept beside the evidence; a draft can be made again
        log.warning(events.DRAFTS_NOT_KEPT, visit=plan.visit_id, error=type(err).__name__)


def _keep_steps(context: WorkerContext, plan: Plan, keeper: PageKeeper) -> None:
    """Write the person's steps beside the visit's evidence.

    From them a screen is learnt.
    """
    if not keeper.tally.steps:
        return
    directory = context.evidence_dir(plan.account.id, plan.visit_id)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    told = {"schema": 1, "takeover": keeper.row, "person": keeper.person, "steps": steps_as_json(keeper.tally.steps)}
    file = directory / NAME
    file.touch(mode=0o600)
    file.write_text(json_text(told), encoding="utf-8")
