"""The requests of a page that have no answer yet, whatever began them.

Scripts, modules, streams, frames.
"""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from urllib.parse import urlsplit

from playwright.async_api import Frame, Page, Request, Response

_DATA = frozenset({"fetch", "xhr", "script"})  # what parts of a page are drawn by
_NO_CONTENT = frozenset({"image", "media", "font", "ping", "websocket", "eventsource", "manifest", "texttrack"})

_ERROR = 400  # HTTP status
_MARK = re.compile(r"(?<![0-9a-f])[0-9a-f]*\d[0-9a-f-]{5,}|\d+", re.IGNORECASE)  # what makes each path another


class OpenRequests:
    """What a page has asked for and not got.

    Made when the page is; a new document forgets what the old one asked.
    """

    def __init__(self, page: Page) -> None:
        """Listen to the page from now on."""
        self._page = page
        self._open: dict[Request, None] = {}
        self._refused: dict[str, None] = {}
        self._ended = asyncio.Event()
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._fail)
        page.on("response", self._answer)
        page.on("framenavigated", self._moved)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of what is open now, oldest first."""
        return tuple(urlsplit(request.url).path for request in self._open)

    @property
    def refused(self) -> tuple[str, ...]:
        """What the document's scripts asked for and did not get, oldest first.

        As "METHOD host/path".

        It failed, the site answered with an error, or the guard stopped it.
        """
        return tuple(self._refused)

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

    def _answer(self, response: Response) -> None:
        if response.status >= _ERROR and response.request.resource_type in _DATA:
            self._refused[_told(response.request)] = None

    def _fail(self, request: Request) -> None:
        if request.resource_type in _DATA and not _is_taken_back(request):
            self._refused[_told(request)] = None
        self._end(request)

    def _end(self, request: Request) -> None:
        self._open.pop(request, None)
        self._ended.set()

    def _moved(self, frame: Frame) -> None:
        """The document is another.

        What was asked for before its own request is no part of it.
        """
        if frame is not self._page.main_frame:
            return
        self._refused.clear()
        asked = list(self._open)
        last = max(
            (at for at, one in enumerate(asked) if one.is_navigation_request() and one.frame is frame), default=0
        )
        for request in asked[:last]:
            self._end(request)


def _told(request: Request) -> str:
    """A request without what differs from one to the next."""
    parts = urlsplit(request.url)
    return f"{request.method} {parts.hostname}{_MARK.sub('*', parts.path)}"


def _is_taken_back(request: Request) -> bool:
    """Whether the page took the request back, or no script waits for it.

    A measurement is such a request.
    """
    return request.failure == "net::ERR_ABORTED"
