"""Keeping what a person showed as drafts of the catalogue."""

from __future__ import annotations

import asyncio

import structlog

from agent.observe import events
from agent.store.database.engine import writing
from agent.store.people import drafts
from agent.visits.shared.adopted_catalogue import current_catalogue
from agent.visits.shared.context import WorkerContext
from flows import AdoptedKind, Draft, PersonStep, digest_of, drafts_of, passing

log = structlog.get_logger(__name__)


async def keep_drafts(
    context: WorkerContext, steps: tuple[PersonStep, ...], *, account_id: str, visit_id: str, person: str
) -> int:
    """Make and keep a draft of each unknown screen that a person passed.

    Returns how many are new.

    Raises:
        BrowserMissingError, BrowserLostError: there is no browser to read the kept pages in.
    """
    if not passing(steps):
        return 0
    catalogue = await asyncio.to_thread(current_catalogue, context.engine)
    seen_on = context.clock.now().date()
    async with context.pool.browser() as browser:
        made = await drafts_of(
            browser, steps, catalogue=catalogue, seen_on=seen_on, source=f"passed by a person in visit {visit_id}"
        )
    kept = await asyncio.to_thread(_keep, context, made, account_id=account_id, visit_id=visit_id, person=person)
    if made:
        log.info(events.DRAFTS_KEPT, account=account_id, visit=visit_id, made=len(made), new=kept)
    return kept


def _keep(context: WorkerContext, made: list[Draft], *, account_id: str, visit_id: str, person: str) -> int:
    with writing(context.engine) as conn:
        return sum(
            drafts.add(
                conn,
                kind=AdoptedKind.SCREEN,
                name=draft.name,
                digest=digest_of(draft.text or draft.page),
                text=draft.text,
                refusals=draft.refusals,
                about=draft.about,
                person=person,
                now=context.clock.now(),
                account_id=account_id,
                visit_id=visit_id,
                page=draft.page,
                picture=draft.picture,
            )
            for draft in made
        )
