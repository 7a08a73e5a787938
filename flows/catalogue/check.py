"""Running the catalogue over recorded pages in a real browser.

What matched, by which candidate, what nothing claims.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from playwright.async_api import Browser, Page, Route

from flows.browser.scripts import PageMovedError, ask, source
from flows.catalogue.elements import find_on
from flows.catalogue.load import Catalogue, load_catalogue
from flows.catalogue.recognise import UNKNOWN_SCREEN, Recognition, nearest, recognise

_LATE = 1.5  # seconds a recorded page's own scripts get to draw it


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedPage:
    """One recorded page.

    Of `pages/<screen>/<case>/` with its expected reading, or one kept as evidence, of which nothing is
    expected.
    """

    html: Path
    expected: dict[str, Any]

    @property
    def address(self) -> str:
        """Where it was seen."""
        return str(self.expected["url"])

    @property
    def status(self) -> int:
        """The HTTP status it came with."""
        return int(self.expected.get("status", 200))

    @property
    def body(self) -> str:
        """The page itself."""
        return self.html.read_text("utf-8")

    @property
    def name(self) -> str:
        """Screen and case."""
        case = self.html.parent
        return f"{case.parent.name}/{case.name}" if self.html.name == "page.html" else f"{case.name}/{self.html.stem}"

    @property
    def is_evidence(self) -> bool:
        """Whether nobody has said what it should be read as."""
        return "screen" not in self.expected

    @property
    def screen(self) -> str:
        """The screen that must claim the page."""
        return self.expected.get("screen") or UNKNOWN_SCREEN


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """A page that is kept elsewhere than in a file."""

    address: str
    body: str
    status: int = 200


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


def shipped_pages() -> Path:
    """The recorded pages beside the catalogue, in the checkout and in a wheel alike."""
    return Path(__file__).parents[2] / "fixtures" / "pages"


def find_pages(paths: Iterable[Path]) -> list[RecordedPage]:
    """Find recorded pages and pages of evidence below folders, in order.

    Raises:
        ValueError: an expected.json is not one.
    """
    pages = sorted({file for path in paths for file in ([path] if path.suffix == ".html" else path.rglob("*.html"))})
    found = []
    for page in pages:
        told = page.with_name("expected.json") if page.name == "page.html" else page.with_suffix(".json")
        if told.is_file():
            found.append(RecordedPage(html=page, expected=_expected(told)))
    return [one for one in found if one.expected["url"].startswith("https://")]


async def check_pages(
    browser: Browser, pages: Iterable[RecordedPage], *, catalogue: Catalogue | None = None
) -> AsyncIterator[PageCheck]:
    """Show each page under its own address and read it."""
    known = catalogue or load_catalogue()
    async with showing(browser) as show:
        for recorded in pages:
            page = await show(recorded)
            seen = await read_recorded(page, known, recorded.screen)
            near = await nearest(page, known) if seen.screen == UNKNOWN_SCREEN else ()
            yield PageCheck(page=recorded, seen=seen, elements=await _elements(page, known, seen), near=near)


@asynccontextmanager
async def showing(browser: Browser) -> AsyncIterator[Any]:
    """Open a page that answers every navigation with the recorded page.

    Everything else gets nothing.
    """
    context = await browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
    await context.add_init_script(source("rest"))
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
        await page.goto("about:blank")
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


def _expected(file: Path) -> dict[str, Any]:
    try:
        expected: dict[str, Any] = json.loads(file.read_text("utf-8"))
        is_page = file.name == "expected.json"
        if not isinstance(expected["url"], str) or (is_page and "screen" not in expected):
            raise KeyError("url")
    except (ValueError, KeyError, TypeError) as err:
        raise ValueError(f"{file}: url and screen were expected: {err}") from err
    return expected if is_page else {"url": expected["url"], "status": expected.get("status") or 200}
