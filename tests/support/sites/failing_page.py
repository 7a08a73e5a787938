"""Pages whose browser fails: at every act in one way, or at one act of a real page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

from playwright.async_api import Error, Page
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from flows.browser.page_errors import ActRefusedError, PageMovedError
from flows.errors import BrowserLostError

# What Playwright says, and what that means everywhere.
LOST = "Page.evaluate: Target page, context or browser has been closed"
MOVED = "Page.evaluate: Execution context was destroyed, most likely because of a navigation"
REFUSED = "Page.evaluate: TypeError: x is not a function"
LATE = "Page.evaluate: Timeout 3000ms exceeded.\nCall log:\n  - the page has been closed, it says"
MEANT = {LOST: BrowserLostError, MOVED: PageMovedError, REFUSED: ActRefusedError, LATE: ActRefusedError}

_CALLS = ("evaluate", "evaluate_handle", "aria_snapshot", "goto", "screenshot")


def error_of(words: str) -> Error:
    """The error that Playwright raises with these words."""
    return PlaywrightTimeoutError(words) if "Timeout" in words else Error(words)


class FailingPage:
    """A page, and whatever hangs on it, whose every act fails with the same words."""

    url = "https://sellercentral.amazon.com/permissions"
    viewport_size = {"width": 1280, "height": 720}  # noqa: RUF012 - never changed

    def __init__(self, words: str) -> None:
        self._words = words

    def is_closed(self) -> bool:
        """It is there: the words of the error alone say what happened."""
        return False

    def on(self, *_: object) -> None:
        """Nothing happens on it."""

    def __getattr__(self, name: str) -> FailingPage:
        if name.startswith("__"):
            raise AttributeError(name)
        return FailingPage(self._words)

    async def __call__(self, *_: object, **__: object) -> Any:
        raise error_of(self._words)


def failing_page(words: str) -> Page:
    """A page on which nothing can be done."""
    return cast("Page", FailingPage(words))


def calls_into(page: Page, at: Callable[[int], Awaitable[None]] | None = None) -> list[str]:
    """Note every call into a page from now on, by its name; `at` is told its number before it is made."""
    calls: list[str] = []

    def noted(name: str, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def made(*given: Any, **named: Any) -> Any:
            calls.append(name)
            if at is not None:
                await at(len(calls) - 1)
            return await call(*given, **named)

        return made

    for name in _CALLS:
        setattr(page, name, noted(name, getattr(page, name)))
    return calls
