"""Recorded permission pages in a browser, and what reading one must give."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, Route

from flows.catalogue.recorded_page import read_page, shipped_pages
from flows.models import Grid

PAGES = shipped_pages()
Key = tuple[str, str, str, int, tuple[str, ...], str | None]


def recorded_grids() -> list[Path]:
    """Every recorded permission grid; lists of users are none."""
    return [path for path in sorted(PAGES.glob("permissions_*/*.html")) if "users" not in path.parent.name]


def recorded_case(case: Path) -> tuple[dict[str, Any], str]:
    """What a recording is expected to read as, and the page."""
    page = read_page(case)
    return page.expected, page.body


def expected_rows(expected: dict[str, Any]) -> set[Key]:
    """The rows of an expectation, comparable."""
    return {
        (r["scope"], r["section"], r["permission"], r["occurrence"], tuple(r["offered"]), r["level"])
        for r in expected["rows"]
    }


def read_rows(grid: Grid) -> set[Key]:
    """The rows that were read, comparable."""
    return {
        (
            row.scope,
            row.section,
            row.permission,
            row.occurrence,
            tuple(level.value for level in row.offered),
            row.level and row.level.value,
        )
        for row in grid.rows
    }


@asynccontextmanager
async def showing(browser: Browser, html: str, *, url: str, width: int = 1280) -> AsyncIterator[Page]:
    """Show a page under an address of the site; nothing else can be loaded."""
    context = await browser.new_context(locale="en-US", viewport={"width": width, "height": 720})

    async def answer(route: Route) -> None:
        if route.request.resource_type == "document":
            await route.fulfill(status=200, content_type="text/html; charset=utf-8", body=html)
        else:
            await route.abort()

    try:
        await context.route("**/*", answer)
        page = await context.new_page()
        await page.goto(url)
        yield page
    finally:
        await context.close()
