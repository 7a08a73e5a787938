"""The second reading: rows told from the accessibility tree alone.

By the order in which it is read aloud.

It knows no selector. Labels come before controls; a `row` is a row; what follows a control and is a level word is the
control's.
"""

from __future__ import annotations

from dataclasses import dataclass

from flows.permissions.page_reader import PageReader
from flows.permissions.scripts import script
from flows.permissions.snapshot.aria_decoys import drop_decoys
from flows.permissions.snapshot.aria_row import AccessibleRow
from flows.permissions.snapshot.aria_rows import RowCollector
from flows.permissions.snapshot.aria_tree import AriaNode, parse_aria

_OUTSIDE = ("navigation", "banner", "contentinfo", "search", "tablist")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessibilitySnapshot:
    """All rows of one accessibility tree."""

    rows: tuple[AccessibleRow, ...]


async def read_aria(page: PageReader, *, drawn: bool = False) -> AccessibilitySnapshot:
    """Listen to the page once.

    `drawn`: controls are not displayed and drawn by their labels, and have to be made audible.
    """
    if not drawn:
        return read_tree(parse_aria(await page.accessible(boxes=True)))
    await page.value(script("expose_drawn"), {"on": True})
    try:
        return read_tree(parse_aria(await page.accessible(boxes=True)))
    finally:
        await page.value(script("expose_drawn"), {"on": False})


def read_tree(root: AriaNode) -> AccessibilitySnapshot:
    """Tell rows from a tree; pure."""
    collector = RowCollector()
    drop_decoys(root)
    for node in root.walk():
        if node.role != "root" and (node.role == "tab" or not _is_outside(node)):
            collector.take(node)
    collector.flush()
    return AccessibilitySnapshot(rows=tuple(collector.rows))


def _is_outside(node: AriaNode) -> bool:
    """Whether a node is around the rows; tabs with their panels inside are not."""
    box = node.above(*_OUTSIDE)
    return box is not None and not (box.role == "tablist" and any(kid.role == "tabpanel" for kid in box.walk()))
