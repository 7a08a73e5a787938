"""A picture of one row of a grid, with everything private on it covered."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page

from flows.models import PermissionRow


async def capture_row(page: Page, row: PermissionRow, path: Path) -> bool:
    """Save a cropped, masked screenshot (PNG, mode 0600) of one row; False when the row is no longer on the page."""
    raise NotImplementedError
