"""Controls in the markup that component libraries draw are read from what they show, and what stands beside is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from flows.models import Grid
from flows.permissions.page_reader import PageReader
from flows.permissions.reader import read_grid
from tests.support.lies.libraries import read_kinds, readable_kinds, readable_table
from tests.support.sites.grids.recorded import showing

pytestmark = pytest.mark.asyncio(loop_scope="session")
SOAK = Path(__file__).parents[4] / "docs" / "soak.md"
USER = "a1@users.example"
URL = "https://sellercentral.amazon.com/account/permissions"
_HIDDEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"
_AROUND = '<div class="ant-spin-nested-loading"><div class="ant-spin-container">'  # always there, and no spinner
_SVG = '<svg width="12" height="12"></svg>'
_FIELD = 'role="combobox" aria-expanded="false" aria-haspopup="listbox" aria-label="{label}"'
CONTROLS = {
    "react-select": f"""<div class="css-b62m3t-container"><span aria-live="polite"></span><div class="css-control">
    <div><div class="css-singleValue">{{level}}{{more}}</div><div><input {_FIELD} value=""></div></div>
    <div><div aria-hidden="true" class="css-indicator" style="cursor:pointer">{_SVG}</div></div></div></div>""",
    "Ant Design": f"""<div class="ant-select" style="cursor:pointer"><div class="ant-select-selector">
    <span><input type="search" readonly style="opacity:0" {_FIELD} value=""></span>
    <span class="ant-select-selection-item" title="{{level}}">{{level}}{{more}}</span></div>
    <span class="ant-select-arrow" aria-hidden="true">{_SVG}</span></div>""",
    "Element Plus": f"""<div class="el-select"><div class="el-select__wrapper"><div><input readonly {_FIELD} value=""></div>
    <div class="el-select__placeholder"><span>{{level}}{{more}}</span></div></div></div>""",  # noqa: E501 - a text in lines of its own
    "Mantine": """<div class="mantine-Select-root"><input aria-haspopup="listbox" aria-expanded="false" readonly
    aria-label="{label}" value="{level}">{more}<input type="hidden" value="{level}"></div>""",
    "React Aria": f"""<div class="react-aria-Select"><div aria-hidden="true" style="{_HIDDEN}"><label>
    <select tabindex="-1"><option selected>{{level}}</option><option>Other</option></select></label></div>{{level}}{{more}}</div>""",  # noqa: E501 - a text in lines of its own
    "plain words": "<span>{level}</span>{more}",
}
_LABELS = ("Manage Orders", "Manage Returns", "Transactions", "Manage Refunds", "Order Reports", "Manage SAFE-T Claims")
_LEVELS = ("View & Edit", "None", "View")
ROWS = {name: (label, _LEVELS[at % 3]) for at, (name, label) in enumerate(zip(CONTROLS, _LABELS, strict=True))}


async def read(browser: Browser, *, spoilt: str = "") -> Grid:
    """Read a page with a row for each control; in the spoilt one stands another word."""
    rows = "".join(
        f'<div class="perm" style="display:flex"><div style="width:300px">{label}</div><div>'
        + CONTROLS[name].format(
            label=label, level=level.replace("&", "&amp;"), more=" <i>Revoked</i>" if name == spoilt else ""
        )
        + "</div></div>"
        for name, (label, level) in ROWS.items()
    )
    main = f"<h1>Edit User Permissions</h1><p>{USER}</p><h2>Orders</h2>{_AROUND}{rows}</div></div>"
    async with showing(browser, f"<!doctype html><html lang=en><main>{main}</main>", url=URL) as page:
        return await read_grid(PageReader(page), own=False, expected=USER)


async def test_what_a_control_shows_is_the_level(chromium: Browser) -> None:
    grid = await read(chromium)
    assert grid.complete, (grid.gaps, [(row.permission, row.problem) for row in grid.rows if row.problem])
    assert [(row.permission, row.level) for row in grid.rows] == list(ROWS.values())


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", CONTROLS)
async def test_a_word_beside_the_level_in_its_control_is_never_left_out(chromium: Browser, name: str) -> None:
    grid = await read(chromium, spoilt=name)
    assert not grid.complete


async def test_at_least_two_thirds_of_the_kinds_that_could_not_be_read_are_read_and_the_table_says_which() -> None:
    ranked = [kind for kind in readable_kinds() if kind["ranked"]]
    assert len(ranked) == 43
    assert len(read_kinds(ranked)) * 3 >= len(ranked) * 2
    assert readable_table() in SOAK.read_text(encoding="utf-8")
