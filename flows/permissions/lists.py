"""Drop-downs whose list comes only when they are pressed.

Opened, read and closed again, with nothing chosen.
"""

from __future__ import annotations

from collections import Counter

from flows.permissions.page_reader import PageReader
from flows.permissions.rows.tokens import DomSnapshot, Way
from flows.permissions.snapshot.aria_tree import parse_aria
from flows.visit.page_acts import Handle

_COMING = 2500  # ms for a list to come
_DRAWN = 40  # ms for a list to be drawn, or to go, once what the press set off is over


def has_closed_lists(snapshot: DomSnapshot) -> bool:
    """Whether a row has an unopened drop-down of unknown levels."""
    return any(
        option.way is Way.CHOICE and not option.listed and not option.locked
        for row in snapshot.rows
        for option in row.options
    )


async def list_levels(page: PageReader) -> tuple[str, ...]:
    """Open each of them, once; the page remembers what it listed.

    Returns what went wrong: a list that did not come, or did not go.

    Opening is all that is done: the list is closed by Escape, and the drop-down must show afterwards what it showed
    before.
    """
    troubles, known = [], Counter(await _heard(page))
    for number, element in enumerate(await page.find("unlisted")):
        trouble = await _list_one(page, element, known=known)
        if trouble:
            troubles.append(f"drop-down {number + 1} {trouble}")
    return tuple(troubles)


async def _list_one(page: PageReader, element: Handle, *, known: Counter[str]) -> str:
    before = await page.ask("shown", target=element)
    await page.ask("keep", target=element, listed=[])  # whatever comes of it, it is not opened twice
    if not await page.press(element):
        return f"({before!r}) could not be opened"
    seen = await page.ask("coming", target=element, quiet=_DRAWN, limit=_COMING)
    heard = list((Counter(await _heard(page)) - known).elements())
    await page.escape()
    await page.rest(calm=_DRAWN)
    if await page.ask("listed", target=element) or await page.ask("shown", target=element) != before:
        return f"({before!r}) did not close as it was"
    if not seen or sorted(option["s"] for option in seen) != sorted(heard):
        return f"({before!r}) lists {len(seen)} levels in the document, {len(heard)} in the accessibility tree"
    await page.ask("keep", target=element, listed=seen)
    return ""


async def _heard(page: PageReader) -> list[str]:
    """The options of every list, as the accessibility tree has them."""
    tree = parse_aria(await page.accessible(boxes=False))
    return [node.name or node.text for node in tree.walk() if node.role == "option"]
