"""Waiting, within a bound, until a page has stopped moving and two looks at it see the same."""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import ElementHandle, JSHandle, Page

from flows.grids.data import grid_data
from flows.grids.dom_sight import read_dom
from flows.grids.tokens import Sight

QUIET = 200  # ms without any change
LIMIT = 1500  # ms a page may go on moving before it is looked at all the same


async def settle(page: Page, *, within: timedelta, ready: Callable[[Sight], bool]) -> tuple[Sight, bool]:
    """Look until two looks in a row see the same, nothing says it is loading, and `ready` agrees; False when time ran out first.

    Between two looks nothing has changed for a moment; before the first one nothing is waited for.
    """
    loop = get_running_loop()
    end, before = loop.time() + within.total_seconds(), await read_dom(page)
    while True:
        await quiet(page)
        sight = await read_dom(page)
        if sight.tokens == before.tokens and not sight.busy and ready(sight):
            return sight, True
        if loop.time() >= end:
            return sight, False
        before = sight


async def quiet(page: Page) -> None:
    """Let the page run until nothing has changed for a moment."""
    await ask(page, "quiet", quiet=QUIET, limit=LIMIT)


async def ask(page: Page, what: str, **more: Any) -> Any:
    """Call one of the helpers in the page and take its answer as a value."""
    return await page.evaluate(_script(), {"css": grid_data("walk"), "what": what, **more})


async def find(page: Page, what: str, **more: Any) -> list[ElementHandle]:
    """Call one of the helpers in the page and take the elements it finds."""
    found: JSHandle = await page.evaluate_handle(_script(), {"css": grid_data("walk"), "what": what, **more})
    properties = await found.get_properties()
    return [element for handle in properties.values() if (element := handle.as_element()) is not None]


@cache
def _script() -> str:
    return (Path(__file__).parent / "handle.js").read_text(encoding="utf-8")
