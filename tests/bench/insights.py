"""A visit of insights beside a bare script that opens the same pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from playwright.async_api import Browser

from agent.visits.plan import VisitKind
from fixtures.stand_in.scenario import Scenario
from flows.insights.data import insights_data
from tests.bench.tools import bare
from tests.bench.tools.figure import Family, Figure
from tests.bench.tools.world import HOST, fresh_code_time, open_world, scenario_of
from tests.bench.visits import beside, timed, visit_of

_LATENCIES = (300, 0)  # ms until the site answers, each time


async def measure(quick: bool) -> AsyncIterator[Figure]:
    """Visits on stored sessions, on a site that takes its time and on one that answers at once."""
    runs = 3 if quick else 9
    async with open_world(_scenario()) as world, bare.bare_browser(world) as browser:
        await fresh_code_time(2.0)
        await visit_of(world, 0, VisitKind.INSIGHTS, "read")  # signs in; the session is stored
        session = await bare.session_of(browser, world.user(1))
        for latency in _LATENCIES:
            await world.answer_after(latency)
            pairs = []
            for _ in range(runs + 1):  # the first one warms up
                ours = await timed(visit_of(world, 0, VisitKind.INSIGHTS, "read"))
                pairs.append((ours, await timed(_bare_pages(browser, session))))
            yield beside("insights_vs_bare", pairs[1:], latency, "a bare script that opens the same pages")


def _scenario() -> Scenario:
    """Two members whose pages fetch and show everything."""
    scenario = scenario_of(2, members=True)
    sellers = [seller.model_copy(update={"insights": {}}) for seller in scenario.sellers]
    return scenario.model_copy(update={"sellers": sellers})


async def _bare_pages(browser: Browser, state: dict[str, Any]) -> int:
    """Open the home page and each page of the visit, and wait for what it fetches; returns how much text there was."""
    context = await browser.new_context(locale="en-US", storage_state=state)  # type: ignore[arg-type]  # what storage_state() gave
    tab = await context.new_page()
    await tab.goto(bare.HOME)
    read = 0
    for page in insights_data("pages")["pages"]:
        fragment = f"#{page['fragment']}" if "fragment" in page else ""
        address = f"https://{HOST}{page['addresses'][0]}?of={page['about']}{fragment}"
        if page["about"] == "tiles":
            await tab.goto(address)
        else:
            async with tab.expect_response(lambda response: "/api" in response.url) as answer:
                await tab.goto(address)
            read += len(await (await answer.value).text())
        read += len(await tab.inner_text("body"))
    await context.close()
    return read


FAMILY = Family(names=("insights_vs_bare", "insights_vs_bare_at_0_ms"), measure=measure)
