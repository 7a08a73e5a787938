"""Drop-downs whose list comes only when they are pressed.

Opened, read and closed again, with nothing chosen.
"""

from __future__ import annotations

from collections import Counter

from playwright.async_api import ElementHandle, Page

from flows.permissions.rows.tokens import DomSnapshot, Way
from flows.permissions.settle import ask, find, rest
from flows.permissions.snapshot.aria_tree import parse_aria
from flows.permissions.unfold import press

_COMING = 2500  # ms for a list to come
_DRAWN = 40  # ms for a list to be drawn, or to go, once what the press set off is over


def has_closed_lists(snapshot: DomSnapshot) -> bool:
    """Whether a row has an unopened drop-down of unknown levels."""
    return any(
        option.way is Way.CHOICE and not option.listed and not option.locked
        for row in snapshot.rows
        for option in row.options
    )


async def list_levels(page: Page) -> tuple[str, ...]:
    """Open each of them, once; the page remembers what it listed.

    Returns what went wrong: a list that did not come, or did not go.

    Opening is all that is done: the list is closed by Escape, and the drop-down must show afterwards what it showed
    before.
    """
    troubles, known = [], Counter(await _heard(page))
    for number, element in enumerate(await find(page, "unlisted")):
        trouble = await _list_one(page, element, known=known)
        if trouble:
            troubles.append(f"drop-down {number + 1} {trouble}")
    return tuple(troubles)


async def _list_one(page: Page, element: ElementHandle, *, known: Counter[str]) -> str:
    before = await ask(page, "shown", target=element)
    await ask(page, "keep", target=element, listed=[])  # whatever comes of it, it is not opened twice
    if not await press(element):
        return f"({before!r}) could not be opened"
    seen = await ask(page, "coming", target=element, quiet=_DRAWN, limit=_COMING)
    heard = list((Counter(await _heard(page)) - known).elements())
    await page.keyboard.press("Escape")
    await rest(page, calm=_DRAWN)
    if await ask(page, "listed", target=element) or await ask(page, "shown", target=element) != before:
        return f"({before!r}) did not close as it was"
    if not seen or sorted(option["s"] for option in seen) != sorted(heard):
        return f"({before!r}) lists {len(seen)} levels in the document, {len(heard)} in the accessibility tree"
    await ask(page, "keep", target=element, listed=seen)
    return ""


async def _heard(page: Page) -> list[str]:
    """The options of every list, as the accessibility tree has them."""
    tree = parse_aria(await page.aria_snapshot(mode="ai"))
    return [node.name or node.text for node in tree.walk() if node.role == "option"]
