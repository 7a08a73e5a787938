"""Every recorded permission grid reads as it should, or says what it could not read."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from flows.permissions.page_reader import PageReader
from flows.permissions.reader import read_grid
from tests.support.sites.grids.recorded import expected_rows, read_rows, recorded_case, recorded_grids, showing

CASES = recorded_grids()

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("case", CASES, ids=[f"{case.parent.name}-{case.stem}" for case in CASES])
async def test_a_recorded_grid_reads_as_expected(chromium: Browser, case: Path) -> None:
    expected, html = recorded_case(case)
    async with showing(chromium, html, url=expected["url"]) as page:
        grid = await read_grid(PageReader(page), own=expected["own"], expected=expected["subject"])
    assert grid.complete == expected["complete"], grid.gaps
    if expected["complete"]:
        assert read_rows(grid) == expected_rows(expected)
        assert (grid.layout, grid.editable, grid.subject) == (
            expected["layout"],
            expected["editable"],
            expected["subject"],
        )
        assert grid.language.split("-")[0] == expected["language"].replace("_", "-").split("-")[0]
    else:
        assert grid.gaps or any(row.problem for row in grid.rows)
