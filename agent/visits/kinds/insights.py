"""The insights visit: health and Featured Offer percentage of one account.

Nothing is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.domain.authorization import Event
from agent.domain.insights.document import InsightsDocument, insights_document, is_everything
from agent.visits.kinds.accept import credentials, seller_account
from agent.visits.kinds.insights_reading import insights_of
from agent.visits.outcome import Conclusion
from agent.visits.plan import Plan
from agent.visits.shared.context import WorkerContext
from flows import (
    Absence,
    AccountNotOfferedError,
    Bounds,
    BrowserLostError,
    FlowError,
    FlowHooks,
    InsightsReading,
    PageReading,
    SellerAccount,
    Visit,
    marketplace,
    open_visit,
    read_insights,
)

READ, NOT_EVERYTHING = "read", "not_everything"
_PAGES = ("health", "tiles", "by_date", "by_asin")


async def read_account_insights(
    visit: Visit, plan: Plan, context: WorkerContext, *, hooks: FlowHooks, bounds: Bounds
) -> Conclusion:
    """Read each of the account's marketplaces, its own first, and say what follows.

    The account's state never does.

    The own one is read in this visit's context. Each other one is read in a context of its own, on the session that
    came of it, chosen first and then locked (decision 51); one that cannot be read is a reading in which all is
    missing.

    Raises:
        FlowError: see `flows.insights.read`; of the own marketplace, or the browser is gone.
    """
    account = seller_account(plan)
    first = await read_insights(visit, account=account, credentials=credentials(plan), hooks=hooks, bounds=bounds)
    session = await visit.storage_state()
    readings = [first]
    for code in plan.account.also_marketplaces:
        other = replace(account, marketplace=marketplace(code))
        readings.append(await _elsewhere(visit, plan, context, other, session, hooks=hooks, bounds=bounds))
    documents = tuple(_document(reading, plan, context) for reading in readings)
    complete = all(is_everything(document) for document in documents)
    return Conclusion(
        outcome=READ if complete else NOT_EVERYTHING,
        event=Event.INTERRUPTED,  # nothing happened to the account
        why="insights: everything was read" if complete else "insights: not everything could be read",
        insights=documents,
        session=session,
    )


async def _elsewhere(
    visit: Visit,
    plan: Plan,
    context: WorkerContext,
    account: SellerAccount,
    session: Mapping[str, Any],
    *,
    hooks: FlowHooks,
    bounds: Bounds,
) -> InsightsReading:
    """Read another marketplace in a context of its own."""
    browser = visit.context.browser
    if browser is None:  # a context that outlives its browser's connection
        raise BrowserLostError("expected the browser to open another context, found it gone")
    place = account.marketplace
    try:
        async with open_visit(
            browser,
            options=context.pool.options,
            storage_state=session,
            redactor=visit.redactor,
            policy=visit.guard.policy,
            catalogue=visit.catalogue,
        ) as other:
            return await read_insights(
                other, account=account, credentials=credentials(plan), hooks=hooks, bounds=bounds
            )
    except BrowserLostError:
        raise
    except FlowError as err:
        absence = Absence.NO_PERMISSION if isinstance(err, AccountNotOfferedError) else Absence.NOT_READ
        pages = tuple(
            PageReading(about=about, absence=absence, detail=visit.redactor.redact(str(err))) for about in _PAGES
        )
        return InsightsReading(marketplace_id=place.marketplace_id, pages=pages)


def _document(reading: InsightsReading, plan: Plan, context: WorkerContext) -> InsightsDocument:
    return insights_document(insights_of(reading), account=plan.account.id, now=context.clock.now())
