"""Keeping what a page looked like, without what must not be kept."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Page

from flows.redact import Redactor
from flows.visit import Visit


async def capture(
    page: Page, directory: Path, name: str, redactor: Redactor, *, visit: Visit | None = None, error: BaseException | None = None
) -> list[Path]:
    """Save a masked screenshot, the scrubbed page and the visit's story; never raises for a page that is gone.

    Files are `<name>.png`, `<name>.html`, `<name>.json`, mode 0600; those that could be written are returned.
    """
    raise NotImplementedError
