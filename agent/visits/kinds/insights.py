"""The insights visit: account health and the Featured Offer percentage of one account. Nothing is changed."""

from __future__ import annotations

from agent.domain.authorization import Event
from agent.domain.insights.document import insights_document, is_everything
from agent.visits.context import WorkerContext
from agent.visits.kinds.accept import credentials, seller_account
from agent.visits.kinds.insights_reading import insights_of
from agent.visits.outcome import Conclusion
from agent.visits.prepare import Plan
from flows.insights.read import read_insights
from flows.models import Bounds, FlowHooks
from flows.visit.visit import Visit

READ, NOT_EVERYTHING = "read", "not_everything"


async def read_account_insights(
    visit: Visit, plan: Plan, context: WorkerContext, *, hooks: FlowHooks, bounds: Bounds
) -> Conclusion:
    """Read and say what follows; the account's state never does.

    Raises:
        FlowError: see `flows.insights.read`.
    """
    reading = await read_insights(
        visit, account=seller_account(plan), credentials=credentials(plan), hooks=hooks, bounds=bounds
    )
    document = insights_document(insights_of(reading), account=plan.account.id, now=context.clock.now())
    complete = is_everything(document)
    return Conclusion(
        outcome=READ if complete else NOT_EVERYTHING,
        event=Event.INTERRUPTED,  # nothing happened to the account
        why="insights: everything was read" if complete else "insights: not everything could be read",
        insights=document,
        session=await visit.storage_state(),
    )
