"""Opening what a grid keeps folded, and scrolling its boxes back."""

from __future__ import annotations

from collections.abc import AsyncIterator

from flows.permissions.page_reader import PRESSED, PageReader
from flows.visit.page_acts import Handle

_ROUNDS = 60


async def unfold(page: PageReader) -> tuple[str, ...]:
    """Open every closed section and press every "show more".

    Returns what would not open.

    A page that closes one section when another opens is left with the last one open; `closed_sections` shows the
    others.
    """
    there = await page.survey()
    stuck = [
        *(await _open_sections(page) if there.closed else ()),
        *(await _show_more(page) if there.closed or there.more else ()),
    ]
    if (await page.survey() if there.closed or there.more else there).pagers:
        stuck.append("the list is divided into pages")
    return tuple(stuck)


async def _open_sections(page: PageReader) -> list[str]:
    stuck: list[str] = []
    passed = 0  # handles that did not leave the list of closed ones when they were pressed
    for _ in range(_ROUNDS):
        closed = await closed_sections(page)
        if passed >= len(closed):
            break
        if not await _open(page, closed[passed]):
            stuck.append(f"the section {(await page.text_of(closed[passed])).strip()[:60]!r} could not be opened")
        await page.rest(calm=PRESSED)
        passed += len(await closed_sections(page)) >= len(closed)
    else:
        stuck.append("there was always one more section to open")
    return stuck


async def _show_more(page: PageReader) -> list[str]:
    for _ in range(_ROUNDS):
        more = await page.find("more")
        if not more:
            return []
        if not await page.press(more[0]):
            return ["a list could not be shown to its end"]
        await page.rest()
    return ["a list offers more without end"]


async def closed_sections(page: PageReader) -> list[Handle]:
    """The handles of sections that are closed now."""
    return await page.find("expanders")


async def open_each(page: PageReader) -> AsyncIterator[tuple[str, bool]]:
    """Open the sections that are closed now, one after the other.

    Opening one may close another. Yields whether
    each is open, by its name.
    """
    for handle in await closed_sections(page):
        name = " ".join((await page.text_of(handle)).split())
        if await page.ask("is_closed", target=handle):
            pressed = await _open(page, handle)
            await page.rest()
            yield name, pressed and not await page.ask("is_closed", target=handle)
        else:
            yield name, True


async def _open(page: PageReader, closed: Handle) -> bool:
    """Press what opens a section: its handle, or the knob in a row of a tree."""
    (knob,) = await page.find("knob", target=closed)
    return await page.press(knob)


async def to_beginnings(page: PageReader) -> tuple[str, ...]:
    """Scroll each box that stands scrolled back to where it begins.

    Returns what did not stay there.
    """
    stuck = [box for box in await page.find("away") if not await page.to_beginning(box)]
    return (f"{len(stuck)} boxes could not be scrolled to where they begin",) if stuck else ()
