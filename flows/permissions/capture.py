"""Pictures of rows of a grid, with everything private on the page covered.

Brought into view by what the reading itself presses.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path

from playwright.async_api import FloatRect

from flows.browser.page_errors import PageMovedError
from flows.catalogue.grids import grid_data
from flows.errors import FlowError
from flows.models import PermissionRow
from flows.permissions.page_reader import PageReader
from flows.permissions.rows.interpret import interpret
from flows.permissions.scan import each_window
from flows.permissions.scopes import show_scope
from flows.permissions.scripts import script
from flows.visit.page_acts import Handle

_MARGIN = 8
_LEAST, _MOST = 12, 400  # px: a row is no thinner and no higher


async def capture_rows(
    page: PageReader, wanted: Mapping[PermissionRow, Path], *, pages: tuple[str, ...] = ()
) -> frozenset[PermissionRow]:
    """Save a cropped, masked picture (PNG, mode 0600) of each row.

    Returns those that were found.

    `pages` are the addresses the rows were read at, the last of them the one that is open. Sections are opened and
    lists scrolled again; nothing else is pressed.
    """
    left = dict(wanted)
    with suppress(
        FlowError, PageMovedError
    ):  # a page that is gone has no more pictures to give; those that were taken stay
        for address in reversed(pages or (page.url,)):
            await _capture_page(page, left, address)
            if not left:
                break
    return frozenset(wanted) - frozenset(left)


async def _capture_page(page: PageReader, left: dict[PermissionRow, Path], address: str) -> None:
    if page.url != address:
        await page.open(address)
        await page.rest()
    for scope in dict.fromkeys(row.scope for row in left):
        await show_scope(page, scope)
        async for _ in _views(page):
            await _capture_shown(page, left, scope)
            if not any(row.scope == scope for row in left):
                break


async def _views(page: PageReader) -> AsyncIterator[None]:
    """The page as it stands, then everything that opening and scrolling brings up."""
    yield
    async for _ in each_window(page):
        yield


async def _capture_shown(page: PageReader, left: dict[PermissionRow, Path], scope: str) -> None:
    """Take every wanted row of this scope that can be seen now."""
    read = interpret(await page.look(), scope=scope)
    shown = [(each, at) for each, at in zip(read.rows, read.at, strict=True) if at is not None]
    for row in [row for row in left if row.scope == scope]:
        found = [(each, at) for each, at in shown if _is(each, row)]
        exact = [(each, at) for each, at in found if each.occurrence == row.occurrence] if len(found) > 1 else found
        if exact and await _picture(page, await page.row(exact[0][1]), left[row]):
            del left[row]


def _is(shown: PermissionRow, row: PermissionRow) -> bool:
    """Whether it is the row: its place and what it says.

    A window may have lost the title of the section or the column heads.
    """
    same_place = shown.scope == row.scope and shown.permission == row.permission and shown.section in (row.section, "")
    return same_place and (shown.level is row.level or shown.level is None)


async def _picture(page: PageReader, parts: list[Handle], path: Path) -> bool:
    """Picture the box that holds the label and the controls of one row."""
    if not parts:
        return False
    box = await page.value(
        script("capture"), {"parts": parts, "css": grid_data("reach")["css"]["private"], "most": _MOST}
    )
    if box["height"] < _LEAST:
        return False
    picture = await page.picture(_around(box, page))
    await asyncio.to_thread(_save, path, picture)
    return True


def _save(path: Path, picture: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(picture)


def _around(box: dict[str, float], page: PageReader) -> FloatRect:
    """The row with a small margin, inside the window."""
    wide, high = page.size or (1280, 720)
    x, y = max(0.0, box["x"] - _MARGIN), max(0.0, box["y"] - _MARGIN)
    width = min(box["width"] + 2 * _MARGIN, wide - x)
    return {
        "x": x,
        "y": y,
        "width": max(1.0, width),
        "height": max(1.0, min(box["height"] + 2 * _MARGIN, high - y)),
    }
