"""Who hears presses and keys for all of a page.

What its text proves harmless is no gap, what could bring rows is one, and the rest a person may adopt by the hash of
its text.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import pytest
from playwright.async_api import Browser, Page

from flows.browser.scripts import clock
from flows.catalogue.schema import Chrome
from flows.models import Grid, PageGapKind
from flows.permissions.accounting.chrome import why_not_chrome
from flows.permissions.page_reader import PageReader
from flows.permissions.reader import read_grid
from tests.support.sites.grids.recorded import showing

pytestmark = pytest.mark.asyncio(loop_scope="session")
ROWS = "".join(f"<tr><td>{name}</td><td>View &amp; Edit</td></tr>" for name in ("Manage Orders", "Manage Returns"))
PAGE = f"""<!doctype html><html lang="en"><title>User Permissions</title><main id="root"><h1>User Permissions</h1>
<p>Permissions of a1@users.example</p><h2>Orders</h2><table>{ROWS}</table></main>
<div id="menu" hidden></div><script>SCRIPT</script></html>"""

HARMLESS = {
    "React 17 and later at its root": """
      const root = document.getElementById("root");
      root._reactListeningab12 = true;
      const dispatch = function (domEventName, flags, container, nativeEvent) { return run(domEventName, nativeEvent); };
      for (const type of ["click", "mousedown", "keydown", "pointerup", "touchstart"])
        for (const capture of [true, false])
          root.addEventListener(type, dispatch.bind(null, type, 0, root), capture);""",  # noqa: E501 - a text in lines of its own
    "React 16 at the document": """
      document._reactListeningab12 = true;
      const dispatch = function (name, flags, event) { return batched(name, event); };
      document.addEventListener("click", dispatch.bind(null, "click", 0), false);""",
    "jQuery for parts that it names": """
      document.jQuery371x1 = { events: { click: Object.assign([{ selector: ".nav-toggle", handler: () => open() }],
        { delegateCount: 1 }) }, handle: function (event) { return dispatch.apply(this, arguments); } };
      document.addEventListener("click", document.jQuery371x1.handle);""",
    "analytics that push": """
      window.dataLayer = [];
      document.addEventListener("click", (event) => {
        const hit = event.target.closest("a, button");
        if (!hit) return;
        window.dataLayer.push({ event: "click", id: hit.getAttribute("id"), at: Date.now() });
      }, true);""",
    "real user monitoring that sends a beacon": """
      document.addEventListener("click", function (event) {
        const id = event.target && event.target.getAttribute("id");
        navigator.sendBeacon("/rum", JSON.stringify({ type: event.type, id: id, x: event.clientX }));
      });
      addEventListener("keydown", (event) => { navigator.sendBeacon("/rum", event.type); });""",
    "a closer that asks whether the menu holds it": """
      document.addEventListener("mousedown", (event) => { if (!menu.contains(event.target)) menu.hidden = true; });""",
    "a closer that asks for a class": """
      document.addEventListener("click", (event) => {
        if (!event.target.closest(".menu")) menu.classList.remove("is-open");
      });""",
    "Escape that closes": """
      addEventListener("keydown", (event) => { if (event.key === "Escape") menu.hidden = true; });""",
    "a shortcut that goes to the search": """
      document.addEventListener("keydown", (event) => {
        if (event.key === "/") { event.preventDefault(); document.querySelector("input").focus(); }
      });""",
    "a focus trap": """
      document.addEventListener("keydown", function (event) {
        if (event.key !== "Tab" || menu.hidden) return;
        const stops = menu.querySelectorAll("a, button");
        if (event.shiftKey && document.activeElement === stops[0]) { stops[stops.length - 1].focus(); event.preventDefault(); }
      }, true);""",  # noqa: E501 - a text in lines of its own
    "a polyfill that marks who uses the keyboard": """
      document.addEventListener("keydown", () => { document.documentElement.classList.add("using-keyboard"); }, true);
      document.addEventListener("pointerdown", () => { document.documentElement.classList.remove("using-keyboard"); }, true);""",  # noqa: E501 - a text in lines of its own
}
ADOPTABLE = {
    "analytics behind a function of their own": """
      document.addEventListener("click", function (event) { trackInteraction(event, "seller-central"); });""",
    "Adobe's, by a rule of its own": """
      document.addEventListener("click", function (event) { _satellite.track("link-click", { node: event.target }); }, true);""",  # noqa: E501 - a text in lines of its own
    "RUM that records through its client": """
      const record = (event) => { client.recordEvent("com.amazon.rum.dom_event", { event: event.type }); };
      document.addEventListener("click", (event) => { record(event, "interaction"); });""",
    "a closer by a function of its own": """
      document.addEventListener("click", (event) => { if (!event.target.closest(".menu")) closeMenuNow(event); });""",
    "shortcuts from a table": """
      window.addEventListener("keydown", (event) => { const run = shortcuts[event.key]; if (run) run(event); });""",
    "jQuery for all of the page": """
      const handler = function (event) { $(".flyout").fadeOut(200); Flyouts.forget(event.target); };
      document.jQuery371x1 = { events: { click: [{ handler }] }, handle: function (event) { return dispatch.apply(this, arguments); } };
      document.addEventListener("click", document.jQuery371x1.handle);""",  # noqa: E501 - a text in lines of its own
}
NEVER = {
    "too short to be known again": "document.addEventListener('click', () => show());",
    "words about rows": """
      document.addEventListener("click", (event) => { if (isNear(event)) revealOtherPermissions(event.target); });""",
    "more of them": (
        'document.body.addEventListener("click", (event) => { if (isNear(event)) loadMore(event.target, 1); });'
    ),
    "native code": "document.addEventListener('click', console.log.bind.bind(console.log));",
    "one that asks for a person's hand": """
      document.addEventListener("click", (event) => { if (event.isTrusted) openTheOtherPart(event.target); });""",
    "one that only seems to be taken back": """
      const run = (event) => { openTheOtherPart(event, "of the page"); }, part = document.querySelector("main");
      part.addEventListener("click", run, true);
      part.removeEventListener("click", run);""",
    "a part of the page": """
      document.querySelector("main").addEventListener("click", (event) => { openTheOtherPart(event, "of the page"); });""",  # noqa: E501 - a text in lines of its own
}


@asynccontextmanager
async def listened(browser: Browser, script: str) -> AsyncIterator[Page]:
    html = PAGE.replace("SCRIPT", script)
    async with showing(browser, html, url="https://sellercentral.amazon.com/account/permissions") as page:
        await page.context.add_init_script(clock())  # it notes who hears what
        await page.reload()
        yield page


async def read(page: Page, *chrome: Chrome) -> Grid:
    return await read_grid(PageReader(page), own=True, expected="a1@users.example", chrome=chrome)


def adopted(grid: Grid) -> Chrome:
    (gap,) = grid.named_gaps
    return Chrome(
        chrome="adopted_listener",
        layout=grid.layout,
        kind=gap.kind.value,
        where=gap.where,
        words=gap.words,
        summary="x",
        source="a test",
        last_verified=date(2026, 11, 1),
    )


@pytest.mark.sampled(3)
@pytest.mark.parametrize("what", HARMLESS)
async def test_a_listener_whose_text_brings_nothing_is_no_gap(chromium: Browser, what: str) -> None:
    async with listened(chromium, HARMLESS[what]) as page:
        grid = await read(page)
    assert grid.complete, grid.gaps


@pytest.mark.sampled(3)
@pytest.mark.parametrize("what", ADOPTABLE)
async def test_a_listener_for_all_of_the_page_is_adopted_by_the_hash_of_its_text(chromium: Browser, what: str) -> None:
    async with listened(chromium, ADOPTABLE[what]) as page:
        first = await read(page)
        (gap,) = first.named_gaps
        assert (gap.kind, why_not_chrome(gap)) == (PageGapKind.UNEXPLAINED, None), gap
        second = await read(page, adopted(first))
    assert second.complete, second.gaps


async def test_a_listener_that_goes_on_otherwise_behind_the_same_beginning_is_another(chromium: Browser) -> None:
    text = (
        'document.addEventListener("click", function (event) {{ trackInteraction(event, "seller", "{pad}"); {end}; }});'
    )
    pad = "x" * 90  # what the gap shows of it is the same
    async with listened(chromium, text.format(pad=pad, end="note(event)")) as page:
        known = adopted(await read(page))
    async with listened(chromium, text.format(pad=pad, end="other(event)")) as page:
        grid = await read(page, known)
    assert not grid.complete
    assert known.words.partition("[")[0] == grid.named_gaps[0].words.partition("[")[0]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("what", NEVER)
async def test_a_listener_that_may_bring_rows_or_cannot_be_known_again_is_never_adopted(
    chromium: Browser, what: str
) -> None:
    async with listened(chromium, NEVER[what]) as page:
        grid = await read(page)
    assert grid.named_gaps
    assert all(why_not_chrome(gap) for gap in grid.named_gaps)
