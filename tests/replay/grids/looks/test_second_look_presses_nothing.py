"""What the second look tells a page touches no control of it, and presses no key that presses or deletes."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from playwright.async_api import Browser

from flows.browser.scripts import clock
from flows.models import Bounds
from flows.permissions.page_reader import PageReader
from flows.permissions.reader import read_grid
from flows.permissions.second_look import look_again
from flows.visit.requests import OpenRequests
from tests.support.sites.grids.recorded import showing

pytestmark = pytest.mark.asyncio(loop_scope="session")
BOUNDS = Bounds(step=timedelta(seconds=10), second_look=timedelta(milliseconds=1))
ROWS = "".join(
    f"<tr><td>{name}</td><td><select><option>None</option><option>View</option><option selected>View &amp; "
    "Edit</option></select></td></tr>"
    for name in ("Manage Orders", "Manage Returns", "Manage Inventory")
)
# A page that would save, delete and send at keys it names, and notes all that it is told.
PAGE = f"""<!doctype html><title>User Permissions</title><main><h1>User Permissions</h1><h2>Orders</h2><table>{ROWS}</table>
<div role="radiogroup" id="group"><span role="radio" aria-checked="true" tabindex="0">x</span></div>
<div id="box" onmouseover="told.push('over')">Notes</div><input id="search" value="kept"><button id="save">Save</button></main>
<script>
  const told = window.told = [];
  const kinds = "click dblclick mousedown pointerdown input change submit keydown keyup keypress focusin".split(" ");
  for (const type of kinds)
    document.addEventListener(type, (event) => told.push([type, event.key || "", event.target.localName || ""].join(":")), true);
  group.addEventListener("keydown", (event) => {{ if (event.key === "ArrowDown") told.push("pressed"); }});
  document.addEventListener("keydown", (event) => {{
    if (event.key === "Enter" || event.key === " " || event.key === "Delete") told.push("pressed");
    if (event.key === "Backspace" || event.key === "Tab" || event.key === "Escape") told.push("pressed");
    if (event.key === "m") told.push("more");
    if (event.keyCode === 13 || event.keyCode === 46) told.push("pressed");
  }});
</script>"""  # noqa: E501 - a text in lines of its own


async def test_no_control_is_touched_and_no_key_that_presses_or_deletes_is_sent(chromium: Browser) -> None:
    async with showing(chromium, PAGE, url="https://sellercentral.amazon.com/permissions") as page:
        await page.context.add_init_script(clock())  # it notes who hears what
        await page.reload()
        reader = PageReader(page)
        read = partial(read_grid, reader, own=True, bounds=BOUNDS)
        first = await read()
        await page.evaluate("told.length = 0")
        await look_again(reader, first, read=read, requests=OpenRequests(page), bounds=BOUNDS)
        told: list[str] = await page.evaluate("told")
        state: dict[str, Any] = await page.evaluate(
            "({chosen: [...document.querySelectorAll('select')].map(s => s.selectedIndex), typed: search.value,"
            " focus: document.activeElement.localName})"
        )
    events = [one.split(":") for one in told if ":" in one]
    assert {"over", "more", "keydown:Shift:body"} <= set(told), told  # it was told of somebody's being there
    assert "pressed" not in told
    assert not {kind for kind, *_ in events} & {
        "click",
        "dblclick",
        "mousedown",
        "pointerdown",
        "input",
        "change",
        "submit",
    }
    assert {at for kind, _, at in events if kind.startswith(("key", "focus"))} <= {"body", "html", ""}
    assert state == {"chosen": [2, 2, 2], "typed": "kept", "focus": "body"}
