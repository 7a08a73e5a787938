"""A page whose whole grid stands in one box is read as without it; what a box in the grid says is not passed over."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

from flows.models import Grid
from flows.permissions.page_reader import PageReader
from flows.permissions.reader import read_grid
from tests.support.sites.grids.recorded import PAGES, expected_rows, read_rows, recorded_case, showing

pytestmark = pytest.mark.asyncio(loop_scope="session")

PLAIN = ["in_a_dialog", "g3_role_table", "g1_headings_read_only", "own_text_in_divs"]
BOXES = {
    "dialog": ("<dialog open>", "</dialog>"),
    "role dialog": ("<div role='dialog' aria-modal='true'>", "</div>"),
    "dialog in a dialog": ("<div role='dialog'><div role='dialog'>", "</div></div>"),
    "alert dialog": ("<div role='alertdialog'>", "</div>"),
    "status": ("<div role='status'>", "</div>"),
    "live region": ("<div aria-live='polite'>", "</div>"),
    "alert": ("<div role='alert'>", "</div>"),
    "region": ("<section role='region' aria-label='Permissions'>", "</section>"),
    "form": ("<form>", "</form>"),
    "main": ("<main>", "</main>"),
    "tab panel": ("<div role='tabpanel'>", "</div>"),
    "article": ("<article>", "</article>"),
}  # fmt: skip
SAYS = {
    "an alert": "<div role='alert'>{}</div>",
    "a dialog": "<div role='dialog'>{}</div>",
    "a status": "<div role='status'>{}</div>",
}


def boxed(html: str, before: str, after: str) -> str:
    """The page with all that follows its chrome in a box."""
    start = html.index("</div>", html.index('<div id="sc-navbar">')) + len("</div>")
    return html[:start] + before + html[start:].replace("</body>", f"{after}</body>")


async def read(chromium: Browser, html: str, expected: dict[str, Any]) -> Grid:
    async with showing(chromium, html, url=expected["url"]) as page:
        return await read_grid(PageReader(page), own=expected["own"], expected="a1@users.example")


@pytest.mark.sampled(4)
@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("name", PLAIN)
async def test_a_grid_in_a_box_is_read_as_without_it(chromium: Browser, name: str, box: str) -> None:
    expected, html = recorded_case(PAGES / "permissions" / f"{name}.html")
    grid = await read(chromium, boxed(html, *BOXES[box]), expected)
    assert grid.complete, (grid.gaps, [row.problem for row in grid.rows if row.problem])
    assert read_rows(grid) == expected_rows(expected)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("says", SAYS)
@pytest.mark.parametrize("words", ["Waits for approval", "Revoked", "The changes are being processed"])
async def test_what_a_box_within_the_grid_says_is_a_gap(chromium: Browser, says: str, words: str) -> None:
    expected, html = recorded_case(PAGES / "permissions" / "in_a_dialog.html")
    told = "Lets the user work with FBA dashboard.</div>"
    assert told in html
    grid = await read(chromium, html.replace(told, told + SAYS[says].format(words)), expected)
    assert not grid.complete
