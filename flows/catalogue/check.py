"""Running the catalogue over recorded pages in a real browser.

What matched, by which candidate, what nothing claims.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import urldefrag, urlsplit

from playwright.async_api import Browser, Page, Route

from flows.browser.page_errors import PageMovedError
from flows.browser.scripts import ask, clock
from flows.catalogue.elements import find_on
from flows.catalogue.load import Catalogue, load_catalogue
from flows.catalogue.recognise import UNKNOWN_SCREEN, Recognition, nearest, recognise
from flows.catalogue.recorded_page import KeptPage, RecordedPage

_LATE = 1.5  # seconds a recorded page's own scripts get to draw it


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCheck:
    """What the catalogue said of one recorded page."""

    page: RecordedPage
    seen: Recognition
    elements: dict[str, int | None] = field(default_factory=dict)  # name: index of the candidate that found it
    near: tuple[str, ...] = ()  # where no screen claims it: the claims that come nearest, and what they lack

    @property
    def problems(self) -> list[str]:
        """What is not as expected; empty when all is."""
        if self.page.is_evidence:
            return []
        found = []
        if not _is_same_screen(self.page.screen, self.seen.screen):
            found.append(f"read as {self.seen.screen}, expected {self.page.screen}")
        for key, actual in (("alert", self.seen.alert), ("language", self.seen.language)):
            if (
                key in self.page.expected
                and self.page.expected[key] != actual
                and not self.page.screen.startswith("permissions_")
            ):
                found.append(f"{key} read as {actual}, expected {self.page.expected[key]}")
        return found

    @property
    def drift(self) -> list[str]:
        """Elements that any but the first candidate found."""
        return [f"{name} by candidate {index + 1}" for name, index in self.elements.items() if index]


async def check_pages(
    browser: Browser, pages: Iterable[RecordedPage], *, catalogue: Catalogue | None = None
) -> AsyncIterator[PageCheck]:
    """Show each page under its own address and read it, those of one host in a row."""
    known = catalogue or load_catalogue()
    async with showing(browser) as show:
        for recorded in by_host(pages):
            page = await show(recorded)
            seen = await read_recorded(page, known, recorded.screen)
            near = await nearest(page, known) if seen.screen == UNKNOWN_SCREEN else ()
            yield PageCheck(page=recorded, seen=seen, elements=await _elements(page, known, seen), near=near)


def by_host(pages: Iterable[RecordedPage]) -> list[RecordedPage]:
    """Pages of one host in a row.

    With each change of host the browser starts a process for the page.
    """
    return sorted(pages, key=lambda page: urlsplit(page.address).hostname or "")


@asynccontextmanager
async def showing(browser: Browser) -> AsyncIterator[Any]:
    """Open a page that answers every navigation with the recorded page.

    Everything else gets nothing.
    """
    context = await browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
    await context.add_init_script(clock())
    page = await context.new_page()
    current: list[RecordedPage | KeptPage] = []

    async def answer(route: Route) -> None:
        if not route.request.is_navigation_request() or not current:
            await route.abort()
            return
        shown = current[0]
        await route.fulfill(status=shown.status, body=shown.body, content_type="text/html; charset=utf-8")

    async def show(recorded: RecordedPage | KeptPage) -> Page:
        current[:] = [recorded]
        if urldefrag(page.url).url == urldefrag(recorded.address).url:
            await page.goto("about:blank")  # another fragment alone would load nothing
        await page.goto(recorded.address, wait_until="load")
        return page

    try:
        await context.route("**/*", lambda route: answer(route))
        yield show
    finally:
        await context.close()


async def read_recorded(page: Page, catalogue: Catalogue, wanted: str) -> Recognition:
    """Read a recorded page, giving its own scripts a moment where needed."""
    ends = monotonic() + _LATE
    while True:
        try:
            seen = await recognise(page, catalogue)
            if _is_same_screen(wanted, seen.screen) or monotonic() > ends:
                return seen
            await ask(page, "change", 100)
        except PageMovedError:
            await page.wait_for_load_state("load")


async def _elements(page: Page, catalogue: Catalogue, seen: Recognition) -> dict[str, int | None]:
    if seen.screen == UNKNOWN_SCREEN:
        return {}
    found = {}
    for name in catalogue.screens[seen.screen].elements:
        one = await find_on(page, catalogue, seen.screen, name)
        found[name] = one.candidate if one else None
    return found


def _is_same_screen(wanted: str, read: str) -> bool:
    """The layouts of the permission pages are told apart by the grid readers.

    Here any of them, or an ordinary page, will do.
    """
    return wanted == read or (wanted.startswith("permissions_") and (read == "app" or read.startswith("permissions_")))
