"""Grids written from what is publicly known alone, by a hand that had seen neither reader nor stand-in, are read, or
are missed by name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from flows.browser.launch import BrowserOptions, open_browser
from flows.models import Bounds
from flows.permissions.reader import read_grid
from tests.support.sites.recorded_grids import PAGES, expectation, expected_rows, read_rows, showing

CASES = sorted(path.parent for path in (PAGES / "permissions").glob("*/expected.json"))
PATIENCE = Bounds(step=timedelta(seconds=6))
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared() -> AsyncIterator[Browser]:
    async with open_browser(BrowserOptions(no_sandbox=True)) as browser:
        yield browser


@pytest.mark.sampled(3)
@pytest.mark.timeout(600)  # a list without an end is read for minutes
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_a_page_is_read_exactly_or_says_what_is_missing(shared: Browser, case: Path) -> None:
    expected = expectation(case)
    async with showing(shared, (case / "page.html").read_text(encoding="utf-8"), url=expected["url"]) as page:
        grid = await read_grid(page, own=expected["own"], bounds=PATIENCE, expected="a1@users.example")
    if "gap" in expected:
        missing = "; ".join([*grid.gaps, *(row.problem for row in grid.rows if row.problem)])
        assert not grid.complete
        assert expected["gap"] in missing
    else:
        assert grid.complete, (grid.gaps, [row.problem for row in grid.rows if row.problem])
        assert read_rows(grid) == expected_rows(expected)
        assert (grid.layout, grid.editable, grid.language) == (
            expected["layout"],
            expected["editable"],
            expected["language"],
        )
