"""Opening everything a grid keeps folded: collapsible sections and "show more"."""

from __future__ import annotations

from collections.abc import AsyncIterator

from playwright.async_api import ElementHandle, Page
from playwright.async_api import Error as PlaywrightError

from flows.permissions.settle import PRESSED, ask, find, rest, survey

_ROUNDS = 60
_PRESS_MS = 3000


async def unfold(page: Page) -> tuple[str, ...]:
    """Open every closed section and press every "show more".

    Returns what would not open.

    A page that closes one section when another opens is left with the last one open; `closed_sections` shows the
    others.
    """
    there = await survey(page)
    stuck = [
        *(await _open_sections(page) if there.closed else ()),
        *(await _show_more(page) if there.closed or there.more else ()),
    ]
    if (await survey(page) if there.closed or there.more else there).pagers:
        stuck.append("the list is divided into pages")
    return tuple(stuck)


async def _open_sections(page: Page) -> list[str]:
    stuck: list[str] = []
    passed = 0  # handles that did not leave the list of closed ones when they were pressed
    for _ in range(_ROUNDS):
        closed = await closed_sections(page)
        if passed >= len(closed):
            break
        if not await _open(page, closed[passed]):
            stuck.append(
                f"the section {(await closed[passed].text_content() or '').strip()[:60]!r} could not be opened"
            )
        await rest(page, calm=PRESSED)
        passed += len(await closed_sections(page)) >= len(closed)
    else:
        stuck.append("there was always one more section to open")
    return stuck


async def _show_more(page: Page) -> list[str]:
    for _ in range(_ROUNDS):
        more = await find(page, "more")
        if not more:
            return []
        if not await press(more[0]):
            return ["a list could not be shown to its end"]
        await rest(page)
    return ["a list offers more without end"]


async def closed_sections(page: Page) -> list[ElementHandle]:
    """The handles of sections that are closed now."""
    return await find(page, "expanders")


async def open_each(page: Page) -> AsyncIterator[tuple[str, bool]]:
    """Open the sections that are closed now, one after the other.

    Opening one may close another. Yields whether
    each is open, by its name.
    """
    for handle in await closed_sections(page):
        name = " ".join((await handle.text_content() or "").split())
        if await ask(page, "is_closed", target=handle):
            pressed = await _open(page, handle)
            await rest(page)
            yield name, pressed and not await ask(page, "is_closed", target=handle)
        else:
            yield name, True


async def _open(page: Page, closed: ElementHandle) -> bool:
    """Press what opens a section: its handle, or the knob in a row of a tree."""
    (knob,) = await find(page, "knob", target=closed)
    return await press(knob)


async def press(handle: ElementHandle) -> bool:
    """Press one handle; False when it cannot be pressed."""
    try:
        await handle.scroll_into_view_if_needed(timeout=_PRESS_MS)
        await handle.click(timeout=_PRESS_MS)
    except PlaywrightError:
        return False
    return True
