"""The second look, before a page that would pass is believed.

It is watched for a while, and read once more.
"""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

from flows.browser.page_errors import ActRefusedError, PageMovedError
from flows.browser.scripts import clock
from flows.catalogue.grids import grid_data
from flows.errors import FlowError
from flows.models import Bounds, Grid, PageGap, PageGapKind
from flows.permissions.page_reader import PageReader
from flows.permissions.scripts import part, script
from flows.permissions.snapshot.turns import coming_again
from flows.visit.requests import OpenRequests

_ROUNDS = 3
_STIRRED = 40_000  # parts of a page the pointer is led over; a page of 500 rows has some 10,000
_WIDER = 2
_CHAINED = 3.0  # seconds for timers that those have set
_TURNS, _TURN = 10, 0.5  # looks at what comes again until it has ended, and seconds between two
LONGEST = 61.0  # seconds a timer of the page may be due in and still be waited for


async def look_again(
    page: PageReader, first: Grid, *, read: Callable[[], Awaitable[Grid]], requests: OpenRequests, bounds: Bounds
) -> Grid:
    """Watch a page that was read whole, then read it until two readings agree.

    In between the window is made wider, the pointer crosses the page and each part that hears it, the page is told
    that it is in front, timers that were set come due, what comes again and again gets some seconds to end, and every
    open request is answered; one that is not is a gap. What came late is in the reading that is returned.
    """
    async with _wider(page):
        return await _until_the_same(page, first, read=read, requests=requests, bounds=bounds)


async def _until_the_same(
    page: PageReader, first: Grid, *, read: Callable[[], Awaitable[Grid]], requests: OpenRequests, bounds: Bounds
) -> Grid:
    loop, grid = get_running_loop(), first
    began = loop.time()
    for _ in range(_ROUNDS):
        unmoved = await _watch(page, bounds.second_look)
        answered = await requests.answered(within=bounds.step)
        again = (await read()).short_of(*unmoved)
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
async def _wider(page: PageReader) -> AsyncIterator[None]:
    """Show the page in a wider window.

    What scripts leave out of a narrow one is drawn there.
    """
    size = page.size
    if size is None:
        yield
        return
    width, height = size
    await page.resize(int(width * _WIDER), height)
    try:
        yield
    except BaseException:
        with suppress(FlowError, PageMovedError):  # what ended the look says more
            await page.resize(width, height)
        raise
    await page.resize(width, height)


async def _watch(page: PageReader, wait: timedelta) -> tuple[PageGap, ...]:
    """Be there as a person would; one gap where the page could not be told so."""
    try:
        was_told = await _stir(page)
    except ActRefusedError:
        was_told = False
    words = "the page could not be told that somebody is there"
    gaps = () if was_told else (PageGap(kind=PageGapKind.UNEXPLAINED, words=words),)
    await page.ask("wait", least=wait.total_seconds() * 1000, limit=LONGEST * 1000)
    await page.ask("wait", least=0, limit=_CHAINED * 1000)
    with suppress(ActRefusedError):  # asked once more in the end
        for _ in range(_TURNS):
            if not await coming_again(page):
                break
            await page.ask("wait", least=_TURN * 1000, limit=_TURN * 1000)
    return gaps


async def _stir(page: PageReader) -> bool:
    """Tell the page of a person; return whether all of it was told."""
    (width, height), walk = page.size or (1280, 720), grid_data("walk")
    for share in (0.3, 0.5, 0.7):
        await page.point(width * share, height * share)
    await page.point(0, height - 1)
    told = await page.value(
        script("stir", clock(), part("keys")),
        {
            "at_most": _STIRRED,
            "control": walk["interactive"],
            "choice": walk["choice"],
            "group": f"{walk['group']}, [role=listbox], [role=tablist], [role=menu], [role=slider]",
            "chosen": f"{walk['radio']}, {walk['checkbox']}, {walk['switch']}, {walk['choice']}, {walk['tab']}",
            "row": walk["row"],
        },
    )
    return told is True
