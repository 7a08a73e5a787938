"""The acts of a visit on its page that need no catalogue.

Each says its failures in the flows' own errors.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from playwright.async_api import ElementHandle, FloatRect, Page

from flows.browser.page_errors import ActRefusedError, page_errors
from flows.browser.scripts import elements_of, value_of
from flows.visit.visit import Visit

Handle = ElementHandle  # is handed back to the page that it came from
_PRESS_MS = 3000
_PICTURE_MS = 5000
_SHOWS = "el => el.selectedOptions ? [...el.selectedOptions].map(o => o.label).join() : el.textContent"


class PageActs:
    """Drives a page without showing it to the caller.

    Every act raises as `flows.browser.page_errors.page_errors`: BrowserLostError, PageMovedError, ActRefusedError.
    """

    def __init__(self, page: Page) -> None:
        """`page`: of a visit; `of` takes it from there."""
        self._page = page

    @classmethod
    def of(cls, visit: Visit) -> Self:
        """Drive the page of a visit."""
        return cls(visit.page)

    @property
    def url(self) -> str:
        """Where the page is now."""
        return self._page.url

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of its window, where it has one of its own."""
        size = self._page.viewport_size
        return None if size is None else (size["width"], size["height"])

    def acted(self) -> None:
        """Note that the page may be another now; who remembers a look forgets it."""

    async def value(self, function: str, argument: Any = None) -> Any:
        """Call a function in the page and take its answer as a plain value."""
        return await value_of(self._page, function, argument)

    async def elements(self, function: str, argument: Any = None) -> list[Handle]:
        """Call a function in the page and take the elements it finds."""
        return await elements_of(self._page, function, argument)

    async def open(self, address: str) -> None:
        """GET an address; the caller looks at what came."""
        self.acted()
        with page_errors(self._page):
            await self._page.goto(address, wait_until="domcontentloaded")

    async def loaded(self) -> None:
        """Wait for the next document, where one is on its way."""
        with page_errors(self._page):
            await self._page.wait_for_load_state("domcontentloaded")

    async def press(self, handle: Handle) -> bool:
        """Press one handle; False when it cannot be pressed."""
        self.acted()
        try:
            with page_errors(self._page):
                await handle.scroll_into_view_if_needed(timeout=_PRESS_MS)
                await handle.click(timeout=_PRESS_MS)
        except ActRefusedError:
            return False
        return True

    async def choose(self, picker: Handle, choice: str) -> bool:
        """Choose from a drop-down; False when it cannot be chosen."""
        self.acted()
        try:
            with page_errors(self._page):
                if await picker.evaluate("el => el.tagName") == "SELECT":
                    await picker.select_option(label=choice, timeout=_PRESS_MS)
                else:
                    await picker.click(timeout=_PRESS_MS)
                    await self._page.get_by_text(choice, exact=True).last.click(timeout=_PRESS_MS)
        except ActRefusedError:
            return False
        return True

    async def shown_by(self, picker: Handle) -> str:
        """What a drop-down shows as chosen."""
        with page_errors(self._page):
            return str(await picker.evaluate(_SHOWS))

    async def text_of(self, handle: Handle) -> str:
        """The words of an element."""
        with page_errors(self._page):
            return await handle.text_content() or ""

    async def escape(self) -> None:
        """Close what is open."""
        self.acted()
        with page_errors(self._page):
            await self._page.keyboard.press("Escape")

    async def point(self, x: float, y: float) -> None:
        """Lead the pointer to a place of the window."""
        self.acted()
        with page_errors(self._page):
            await self._page.mouse.move(x, y)

    async def resize(self, width: int, height: int) -> None:
        """Give the window another size."""
        self.acted()
        with page_errors(self._page):
            await self._page.set_viewport_size({"width": width, "height": height})

    async def accessible(self, *, boxes: bool) -> str:
        """The accessibility tree as text."""
        with page_errors(self._page):
            return await self._page.aria_snapshot(mode="ai", boxes=boxes)

    async def document_tree(self) -> dict[str, Any]:
        """Every node the browser knows, as `DOMSnapshot.captureSnapshot` gives them."""
        with page_errors(self._page):
            session = await self._page.context.new_cdp_session(self._page)
            try:
                return dict(await session.send("DOMSnapshot.captureSnapshot", {"computedStyles": []}))
            finally:
                await session.detach()

    async def picture(self, clip: FloatRect) -> bytes:
        """A picture (PNG) of a part of the window."""
        with page_errors(self._page):
            return await self._page.screenshot(clip=clip, timeout=_PICTURE_MS, animations="disabled")

    @asynccontextmanager
    async def blank(self) -> AsyncIterator[Page]:
        """Lend another page of the same browser, to draw on.

        Nothing can be loaded there and no script runs.
        """
        browser = self._page.context.browser
        if browser is None:
            raise RuntimeError("the page belongs to no browser that could open another")
        with page_errors(self._page):
            context = await browser.new_context(offline=True, java_script_enabled=False)
            try:
                yield await context.new_page()
            finally:
                await context.close()
