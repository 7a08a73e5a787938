"""Every row with a finding gets its picture.

Also one far down a list, in a closed section, of another marketplace or language.
"""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from playwright.async_api import Browser

from flows.permissions.capture import capture_rows
from flows.permissions.page_reader import PageReader
from flows.permissions.reader import read_grid
from tests.support.sites.grids.recorded import PAGES, recorded_case, showing

pytestmark = pytest.mark.asyncio(loop_scope="session")
CASES = {
    "permissions/g3_virtual_scroller": (0, 40, -1),
    "permissions/g3_late_collapsed": (0, -1),
    "permissions/g3_marketplace_select": (0, 11, -1),
    "permissions/zh_levels": (0, -1),
    "permissions/g1_headings": (4, 5),  # Manage Returns, which stands there twice
    "permissions_own/by_hand_accordion_two_marketplaces_en": (0, -1),
}


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("name", "picks"), CASES.items(), ids=lambda value: str(value).rpartition("/")[2])
async def test_each_row_is_pictured_by_itself_wherever_it_stands(
    chromium: Browser, name: str, picks: tuple[int, ...], tmp_path: Path
) -> None:
    expected, html = recorded_case(PAGES / f"{name}.html")
    async with showing(chromium, html, url=expected["url"]) as shown:
        page = PageReader(shown)
        grid = await read_grid(page, own=expected["own"], expected="a1@users.example")
        wanted = {grid.rows[at]: tmp_path / f"{at}.png" for at in picks}
        taken = await capture_rows(page, wanted, pages=grid.pages)
    assert taken == frozenset(wanted)
    pictures = [path.read_bytes() for path in wanted.values()]
    assert len(set(pictures)) == len(pictures)
    assert all(picture.startswith(b"\x89PNG") and 12 <= int.from_bytes(picture[20:24]) <= 420 for picture in pictures)
    assert {stat.S_IMODE(path.stat().st_mode) for path in wanted.values()} == {0o600}
