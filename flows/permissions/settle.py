"""Waiting until a page is at rest, and asking what there is to handle on it."""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from playwright.async_api import ElementHandle, JSHandle, Page

from flows.browser.scripts import source, value_of
from flows.catalogue.grids import grid_data
from flows.permissions.rows.tokens import DomSnapshot, Moment
from flows.permissions.rows.vocabulary import generic, level_words
from flows.permissions.scripts import part, script
from flows.permissions.snapshot.dom import read_dom

QUIET = 200  # ms without any change
# ms after a press or a step of a scroll; what these set off is known to the page's clock, so this is for drawing only
PRESSED = 80
_SLICE = 250  # ms until a page at rest is looked at again although it did not change
LIMIT = 1500  # ms a page may go on moving before it is looked at all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """How a page stands: `moment` changes with every change of it.

    At rest, nothing has changed for a while and nothing is under way.
    """

    moment: Moment
    is_rested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """How many of each there are to handle."""

    tabs: int
    pickers: int
    closed: int
    more: int
    pagers: int
    lists: int
    narrow: int  # tables that draw only some of their columns


async def settle(
    page: Page, *, within: timedelta, ready: Callable[[DomSnapshot], bool], seen: DomSnapshot | None = None
) -> tuple[DomSnapshot, bool]:
    """Look until the page is at rest.

    Two looks in a row see the same, nothing says it is loading, and `ready`
    agrees.

    False when time ran out first. `seen` is a look that may serve as the first; a look is not taken again at the moment
    it was taken of.
    """
    loop = get_running_loop()
    end, before = loop.time() + within.total_seconds(), seen or await read_dom(page)
    while True:
        now = await rest(page)
        snapshot = before if now.is_rested and now.moment == before.moment else await read_dom(page)
        if snapshot.tokens == before.tokens and not snapshot.busy and ready(snapshot):
            return snapshot, True
        if loop.time() >= end:
            return snapshot, False
        if snapshot is before:
            await change(page, now)
        before = snapshot


async def rest(page: Page, *, calm: int = QUIET) -> Rest:
    """Let the page run until nothing changes and nothing is under way."""
    now = await ask(page, "quiet", quiet=calm, limit=LIMIT)
    return Rest(moment=tuple(now["moment"]), is_rested=now["rested"])


async def moment_of(page: Page) -> Moment:
    """The moment of the page's clock."""
    return tuple((await ask(page, "now"))["moment"])


async def change(page: Page, now: Rest) -> None:
    """Wait for another moment, or a short while."""
    await ask(page, "other", moment=now.moment, limit=_SLICE)


async def is_as_seen(page: Page, snapshot: DomSnapshot) -> bool:
    """Whether nothing has changed since that look."""
    return await moment_of(page) == snapshot.moment


async def survey(page: Page) -> Survey:
    """Count what there is to handle, in one call."""
    return Survey(**await ask(page, "survey"))


async def ask(page: Page, what: str, **more: Any) -> Any:
    """Call one of the helpers in the page and take its answer as a value."""
    return await value_of(page, _script(), {**_asked(what), **more})


async def find(page: Page, what: str, **more: Any) -> list[ElementHandle]:
    """Call one of the helpers in the page and take the elements it finds."""
    found: JSHandle = await page.evaluate_handle(_script(), {**_asked(what), **more})
    properties = await found.get_properties()
    return [element for handle in properties.values() if (element := handle.as_element()) is not None]


def _asked(what: str) -> dict[str, Any]:
    phrases = grid_data("words")["generic"]
    return {
        "css": grid_data("walk"),
        "what": what,
        "more": phrases["more"],
        "next": sorted(generic("next")),
        "levels": level_words(),
    }


def _script() -> str:
    return script("handle", source("rest"), part("lists"))
