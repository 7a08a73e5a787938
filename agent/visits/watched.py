"""Visits that only look for a command or a person.

Leased, budgeted and journaled like any other; they decide nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from agent.errors import ConfigurationError, UnconfirmedError
from agent.visits.guards.lease_guard import while_leased
from agent.visits.known_values import redactor_of
from agent.visits.outcome import interrupted
from agent.visits.plan import NotNowError, Plan, PoisonError, VisitKind
from agent.visits.prepare import prepare
from agent.visits.record import finish
from agent.visits.shared.adopted_catalogue import current_catalogue
from agent.visits.shared.browser_pool import BrowserPool
from agent.visits.shared.context import WorkerContext
from flows import BrowserMissingError, Catalogue, Visit, open_visit

T = TypeVar("T")


async def watched(
    context: WorkerContext,
    account_id: str,
    look: Callable[[Plan], Coroutine[Any, Any, T]],
    *,
    kind: VisitKind = VisitKind.AUDIT,
    asked: str | None = None,
) -> T:
    """Make one. The account's state does not follow from it: it is due again at once.

    `asked`: the row by which a person asked for it, so that an account which needs people is visited too.

    Raises:
        UnconfirmedError: the account is busy or blocked. ConfigurationError: there is no browser.
    """
    try:
        plan = await prepare(context, account_id, kind=kind, asked=asked)
    except (NotNowError, PoisonError) as err:
        raise UnconfirmedError(f"account {account_id} cannot be visited now: {err}; nothing was opened") from err
    try:
        return await while_leased(
            look(plan), plan.leases, engine=context.engine, clock=context.clock, length=context.lease_length
        )
    except BrowserMissingError as err:
        raise ConfigurationError(str(err)) from err
    finally:
        await finish(context, plan, interrupted(context.clock.now()))


@asynccontextmanager
async def watched_page(
    context: WorkerContext, plan: Plan, *, pool: BrowserPool | None = None, catalogue: Catalogue | None = None
) -> AsyncIterator[Visit]:
    """Open the page of a watched visit with the stored session.

    The catalogue is as it is now, unless another is given.
    """
    redactor, pool = redactor_of(plan), pool or context.pool
    if catalogue is None:
        catalogue = await asyncio.to_thread(current_catalogue, context.engine)
    with context.redaction.visiting(redactor):
        async with (
            pool.browser() as browser,
            open_visit(
                browser, options=pool.options, storage_state=plan.session, redactor=redactor, catalogue=catalogue
            ) as visit,
        ):
            yield visit
