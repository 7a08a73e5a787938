"""The requests of a page that nobody has answered yet, whatever began them.

Scripts, modules, streams, frames.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import urlsplit

from playwright.async_api import Frame, Page, Request

_NO_CONTENT = frozenset({"image", "media", "font", "ping", "websocket", "eventsource", "manifest", "texttrack"})


class OpenRequests:
    """What a page has asked for and not got.

    Made when the page is; a new document forgets what the old one asked.
    """

    def __init__(self, page: Page) -> None:
        """Listen to the page from now on."""
        self._page = page
        self._open: dict[Request, None] = {}
        self._ended = asyncio.Event()
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._end)
        page.on("framenavigated", self._moved)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of what is open now, oldest first."""
        return tuple(urlsplit(request.url).path for request in self._open)

    async def answered(self, *, within: timedelta) -> bool:
        """Wait until nothing is open; False when that took too long."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                while self._open:
                    self._ended.clear()
                    await self._ended.wait()
        except TimeoutError:
            return False
        return True

    def _begin(self, request: Request) -> None:
        if request.resource_type not in _NO_CONTENT:
            self._open[request] = None

    def _end(self, request: Request) -> None:
        self._open.pop(request, None)
        self._ended.set()

    def _moved(self, frame: Frame) -> None:
        """The document is another: what was asked for before its own request is no part of it."""
        if frame is not self._page.main_frame:
            return
        asked = list(self._open)
        last = max(
            (at for at, one in enumerate(asked) if one.is_navigation_request() and one.frame is frame), default=0
        )
        for request in asked[:last]:
            self._end(request)
