"""A picture of one row of a grid, with everything private on the page covered."""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import FloatRect, Page

from flows.grids.data import grid_data
from flows.models import PermissionRow

_MARGIN = 8
_LEAST = 12


async def capture_row(page: Page, row: PermissionRow, path: Path) -> bool:
    """Save a cropped, masked screenshot (PNG, mode 0600) of one row; False when the row is not on the page as it stands."""
    walk, reach = grid_data("walk"), grid_data("reach")
    css = {"row": walk["row"], "control": f"{walk['radio']}, {walk['choice']}", "private": reach["css"]["private"]}
    try:
        box = await page.evaluate(_script(), {"css": css, "label": row.permission, "occurrence": row.occurrence, "hide": True})
        if box is None or box["height"] < _LEAST:
            return False
        picture = await page.screenshot(clip=_around(box, page), timeout=5000, animations="disabled")
    except PlaywrightError:
        return False
    await asyncio.to_thread(_save, path, picture)
    return True


def _save(path: Path, picture: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(picture)


def _around(box: dict[str, float], page: Page) -> FloatRect:
    """The row with a small margin, inside the window."""
    size = page.viewport_size or {"width": 1280, "height": 720}
    x, y = max(0.0, box["x"] - _MARGIN), max(0.0, box["y"] - _MARGIN)
    width = min(box["width"] + 2 * _MARGIN, size["width"] - x)
    return {"x": x, "y": y, "width": max(1.0, width), "height": max(1.0, min(box["height"] + 2 * _MARGIN, size["height"] - y))}


@cache
def _script() -> str:
    return (Path(__file__).parent / "capture.js").read_text(encoding="utf-8")
