"""Grids written from what is publicly known alone, by a hand that had seen neither reader nor stand-in, are read, or
are missed by name.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser

from flows.models import Bounds
from flows.permissions.page_reader import PageReader
from flows.permissions.reader import read_grid
from tests.support.sites.grids.recorded import PAGES, expected_rows, read_rows, recorded_case, showing

CASES = sorted((PAGES / "permissions").glob("*.html"))
PATIENCE = Bounds(step=timedelta(seconds=6))
pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.sampled(2)
@pytest.mark.timeout(1800)  # a list without an end is read for minutes, beside others for more
@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
async def test_a_page_is_read_exactly_or_says_what_is_missing(chromium: Browser, case: Path) -> None:
    expected, html = recorded_case(case)
    async with showing(chromium, html, url=expected["url"]) as page:
        grid = await read_grid(PageReader(page), own=expected["own"], bounds=PATIENCE, expected="a1@users.example")
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
