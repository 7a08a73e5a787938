"""A grid that goes on growing.

What comes late, however it comes, is in the reading, and a page that fidgets is read all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, Route

from flows.browser.scripts import clock
from flows.permissions.page_reader import PageReader
from flows.permissions.reader import read_grid
from flows.permissions.scan import read_early
from tests.support.sites.failing_page import calls_into

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser a module

URL = "https://sellercentral.amazon.com/gp/account-manager/home.html"
ROWS = "/rows"
GRID = """<!DOCTYPE html><html lang="en"><title>User Permissions</title><h1>Permissions of a1@users.example</h1>
<h2>Orders</h2><table><thead><tr><th>Orders</th><th>None</th><th>View</th><th>View &amp; Edit</th></tr></thead><tbody></tbody></table>
<div id="aside">0</div><script>
const cell = (label, level) => `<td><input type="radio" name="${label}" value="${level}" ${level === "view" ? "checked" : ""}></td>`;
const row = (label) => `<tr><td>${label}</td>${["none", "view", "edit"].map((level) => cell(label, level)).join("")}</tr>`;
const add = (...labels) => document.querySelector("tbody").insertAdjacentHTML("beforeend", labels.map(row).join(""));
add("Manage Orders", "Transactions");
const late = () => add("Manage Returns", "Manage Refunds");
SCRIPT
</script>"""  # noqa: E501 - a text in lines of its own
_SEEN = """new IntersectionObserver(([seen], all) => { if (seen.isIntersecting) { all.disconnect(); setTimeout(late, 120) } }).observe(
  document.getElementById("aside"))"""  # noqa: E501 - a text in lines of its own
_LOADED = "addEventListener('load', () => setTimeout(() => "
LATE = {
    "by a timer": "setTimeout(late, 1500)",
    "by a timer after a timer": "setTimeout(() => setTimeout(late, 900), 900)",
    "by a request": f"fetch('{ROWS}').then((answer) => answer.text()).then(late)",
    "by a request of the older kind": (
        f"const asked = new XMLHttpRequest(); asked.onload = late; asked.open('GET', '{ROWS}'); asked.send()"
    ),
    "by a request that a timer makes": f"setTimeout(() => fetch('{ROWS}').then(late), 700)",
    "by a script put in when all was loaded": _LOADED + "{ "
    f"const more = document.createElement('script'); more.src = '{ROWS}'; document.head.append(more) }}))",
    "with the frame after the last": _LOADED + "requestAnimationFrame(() => requestAnimationFrame(late)), 150))",
    "when its end is scrolled to": "document.querySelector('h1').style.marginBottom = '3000px'; " + _SEEN,
}
FIDGETS = {
    "a clock that ticks": "setInterval(() => { document.getElementById('aside').textContent = Date.now() }, 1000)",
    "something that never stops moving": (
        "setInterval(() => { document.getElementById('aside').style.left = Date.now() + 'px' }, 50)"
    ),
    "a request that is never answered": "fetch('/never')",
    "a question asked again and again": f"const ask = () => fetch('{ROWS}').then(() => setTimeout(ask, 400)); ask()",
}


@asynccontextmanager
async def showing(browser: Browser, script: str) -> AsyncIterator[Page]:
    """The grid with this script, as a visit shows it.

    Its clock runs from the beginning.
    """

    async def answer(route: Route) -> None:
        if route.request.url.endswith("/never"):
            await over.wait()
            await route.abort()
        elif route.request.url.endswith(ROWS):
            await asyncio.sleep(1.2 if "ask()" not in script else 0.05)
            await route.fulfill(body="late()", content_type="text/javascript")
        else:
            await route.fulfill(body=GRID.replace("SCRIPT", script), content_type="text/html")

    over = asyncio.Event()
    context = await browser.new_context()
    await context.add_init_script(clock())
    await context.route("**/*", answer)
    page = await context.new_page()
    try:
        await page.goto(URL, wait_until="domcontentloaded")
        yield page
    finally:
        over.set()
        await context.close()


@pytest.mark.sampled(1)
@pytest.mark.parametrize("way", LATE)
async def test_rows_that_come_late_are_read(chromium: Browser, way: str) -> None:
    async with showing(chromium, LATE[way]) as shown:
        page = PageReader(shown)
        await page.look()
        await read_early(page)  # as a visit does while the page loads
        if not (await page.rest()).is_rested:
            page.keep_early(None)
        grid = await read_grid(page, own=True, expected="a1@users.example")
    assert [row.permission for row in grid.rows] == [
        "Manage Orders",
        "Transactions",
        "Manage Returns",
        "Manage Refunds",
    ]
    assert grid.complete, grid.gaps


async def test_what_was_read_while_a_page_loaded_stands_if_nothing_came_after_it(chromium: Browser) -> None:
    async with showing(chromium, "") as shown:
        page = PageReader(shown)
        seen = await page.look()
        await read_early(page)
        assert (await page.rest()).moment == seen.moment
        calls = calls_into(shown)
        early = await read_grid(page, own=True, expected="a1@users.example")
        assert calls.count("evaluate") == 1  # the page's clock alone was asked
        assert early.complete
        assert early == await read_grid(page, own=True, expected="a1@users.example")
        assert calls.count("evaluate") > 2  # what was read early stands once


@pytest.mark.sampled(1)
@pytest.mark.parametrize("what", FIDGETS)
async def test_a_page_that_does_not_keep_still_is_read_within_its_bound(chromium: Browser, what: str) -> None:
    async with asyncio.timeout(90), showing(chromium, FIDGETS[what]) as page:
        grid = await read_grid(PageReader(page), own=True, expected="a1@users.example")
    assert [row.permission for row in grid.rows] == ["Manage Orders", "Transactions"]
    assert grid.complete, grid.gaps


async def test_what_a_script_ticks_is_another_moment(chromium: Browser) -> None:
    async with showing(chromium, "") as page:
        clock = "() => String(globalThis[Symbol.for('rest')].seen().moment)"
        before = await page.evaluate(clock)
        assert await page.evaluate(clock) == before
        await page.evaluate("() => { document.querySelector('input[value=edit]').checked = true }")
        assert await page.evaluate(clock) != before
