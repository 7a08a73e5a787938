"""The second look, before a page that would pass is believed.

It is watched for a while, and read once more.
"""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from flows.browser.scripts import source, value_of
from flows.catalogue.grids import grid_data
from flows.models import Bounds, Grid, PageGap, PageGapKind
from flows.permissions.scripts import script
from flows.permissions.settle import ask
from flows.visit.requests import OpenRequests

_ROUNDS = 3
_STIRRED = 4000  # parts of a page the pointer is led over
_WIDER = 1.5
_CHAINED = 3.0  # seconds for timers that those have set
LONGEST = 61.0  # seconds a timer of the page may be due in and still be waited for


async def look_again(
    page: Page, first: Grid, *, read: Callable[[], Awaitable[Grid]], requests: OpenRequests, bounds: Bounds
) -> Grid:
    """Watch a page that was read whole, then read it until two readings agree.

    In between the window is made wider, the pointer crosses the page and each part that hears it, the page is told
    that it is in front, timers that were set come due, and every open request is answered; one that
    is not is a gap. What came late is in the reading that is returned.
    """
    async with _wider(page):
        return await _until_the_same(page, first, read=read, requests=requests, bounds=bounds)


async def _until_the_same(
    page: Page, first: Grid, *, read: Callable[[], Awaitable[Grid]], requests: OpenRequests, bounds: Bounds
) -> Grid:
    loop, grid = get_running_loop(), first
    began = loop.time()
    for _ in range(_ROUNDS):
        await _watch(page, bounds.second_look)
        answered = await requests.answered(within=bounds.step)
        again = await read()
        if not answered:
            again = again.short_of(
                PageGap(kind=PageGapKind.LATE, words=f"no answer came for {', '.join(requests.paths[:3])}")
            )
        watched = timedelta(seconds=loop.time() - began)
        if not again.complete or (again.rows, again.gaps) == (grid.rows, grid.gaps):
            return replace(again, second_look=watched)
        grid = again
    restless = PageGap(kind=PageGapKind.LATE, words="rows came and went as long as the page was watched")
    return replace(grid, second_look=watched).short_of(restless)


@asynccontextmanager
async def _wider(page: Page) -> AsyncIterator[None]:
    """Show the page in a wider window.

    What scripts leave out of a narrow one is drawn there.
    """
    size = page.viewport_size
    try:
        if size is not None:
            await page.set_viewport_size({"width": int(size["width"] * _WIDER), "height": size["height"]})
        yield
    finally:
        if size is not None:
            with suppress(PlaywrightError):  # a page that is gone says so when it is read
                await page.set_viewport_size(size)


async def _watch(page: Page, wait: timedelta) -> None:
    size, walk = page.viewport_size or {"width": 1280, "height": 720}, grid_data("walk")
    try:
        for part in (0.3, 0.5, 0.7):
            await page.mouse.move(size["width"] * part, size["height"] * part)
        await page.mouse.move(0, size["height"] - 1)
        await value_of(
            page,
            script("stir", source("rest")),
            {
                "at_most": _STIRRED,
                "control": walk["interactive"],
                "choice": walk["choice"],
                "group": f"{walk['group']}, [role=listbox], [role=tablist], [role=menu], [role=slider]",
                "chosen": f"{walk['radio']}, {walk['checkbox']}, {walk['switch']}, {walk['choice']}, {walk['tab']}",
                "row": walk["row"],
            },
        )
    except PlaywrightError:
        pass  # a page that is gone says so when it is read
    await ask(page, "wait", least=wait.total_seconds() * 1000, limit=LONGEST * 1000)
    await ask(page, "wait", least=0, limit=_CHAINED * 1000)
