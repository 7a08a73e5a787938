"""What the page's own scripts fetched for its account switcher.

Heard as it passes by. Nothing is asked by us.

Paths and shapes: invitations and permissions, 2 (facts). What does not come whole, as JSON, from the page's own host
was not heard: it says nothing, neither yes nor no. A body that the page itself never reads is not heard either.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page, Request, Response

from flows.browser.page_errors import unless_gone

LARGEST = 512 * 1024  # bytes of a body; an agency's list of hundreds is a tenth of it
_BODY = 5.0  # seconds for a body whose headers have come
_AT_ONCE = 8  # bodies read at the same time; what comes on top is not heard
_KEPT = 32


class About(StrEnum):
    """What an answer tells."""

    ACCOUNTS = "accounts"  # every account the signed-in user may act for
    SELECTION = "selection"  # the one that is active


_PATHS = {
    "/account-switcher/global-accounts": About.ACCOUNTS,
    "/account-switcher/global-and-regional-account/merchantMarketplace": About.SELECTION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitcherAnswer:
    """One answer. `document` numbers the page's documents: which of them had asked."""

    about: About
    document: int
    content: Mapping[str, Any]


class SwitcherAnswers:
    """Keeps a page's answers from the moment the page is made."""

    def __init__(self, page: Page) -> None:
        """Listen to the page from now on."""
        self._page = page
        self._open: dict[Request, int] = {}  # asked and not answered, and by which document
        self._reading: set[asyncio.Task[None]] = set()
        self._heard: deque[SwitcherAnswer] = deque(maxlen=_KEPT)
        self._changed = asyncio.Event()
        self.document = 0  # the number of the document that is there or on its way
        page.on("request", self._begin)
        page.on("response", self._answer)
        page.on("requestfailed", self._fail)

    def heard(self, about: About, *, since: int) -> list[SwitcherAnswer]:
        """Return the answers that this or a later document had asked for.

        Oldest first.
        """
        return [one for one in self._heard if one.about is about and one.document >= since]

    async def settled(self, *, within: timedelta) -> None:
        """Wait until what was asked is answered, or so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within.total_seconds()):
                while self._open or self._reading:
                    self._changed.clear()
                    await self._changed.wait()

    def _begin(self, request: Request) -> None:
        with unless_gone():  # a request without a frame is no document's
            if request.frame is not self._page.main_frame:
                return
            if request.is_navigation_request():
                self.document += 1
                self._open.clear()
                self._changed.set()
            elif _about(request, self._page.url) is not None:
                self._open[request] = self.document

    def _fail(self, request: Request) -> None:
        self._open.pop(request, None)
        self._changed.set()

    def _answer(self, response: Response) -> None:
        document = self._open.pop(response.request, None)
        about = _about(response.request, self._page.url)
        self._changed.set()
        if document is None or about is None or not _is_json(response) or len(self._reading) >= _AT_ONCE:
            return
        task = asyncio.ensure_future(self._read(response, about, document))
        self._reading.add(task)
        task.add_done_callback(self._done)

    async def _read(self, response: Response, about: About, document: int) -> None:
        with unless_gone(), suppress(TimeoutError):
            async with asyncio.timeout(_BODY):
                body = await response.body()
            if (content := content_of(body)) is not None:
                self._heard.append(SwitcherAnswer(about=about, document=document, content=content))

    def _done(self, task: asyncio.Task[None]) -> None:
        self._reading.discard(task)
        if not task.cancelled():
            task.exception()  # a closing page may refuse
        self._changed.set()


def content_of(body: bytes) -> Mapping[str, Any] | None:
    """Read a body: one JSON object, whole and not too large; None for anything else."""
    if len(body) > LARGEST:
        return None
    try:
        content = json.loads(body.decode("utf-8-sig"), parse_constant=_refused, object_pairs_hook=_object)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that says one thing twice."""
    if len(told := dict(pairs)) != len(pairs):
        raise ValueError("a name comes twice")
    return told


def _refused(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _about(request: Request, page_url: str) -> About | None:
    if request.method != "GET" or request.resource_type not in ("xhr", "fetch"):
        return None
    asked, page = urlsplit(request.url), urlsplit(page_url)
    if asked.scheme != "https" or (asked.scheme, asked.netloc) != (page.scheme, page.netloc):
        return None
    return _PATHS.get(asked.path)


def _is_json(response: Response) -> bool:
    """Whether the headers promise what is wanted, straight from where it was asked."""
    headers = response.headers
    length = headers.get("content-length", "0")
    return (
        response.status == 200
        and response.request.redirected_from is None
        and headers.get("content-type", "").split(";")[0].strip().lower() == "application/json"
        and length.isdecimal()
        and len(length) < 10
        and int(length) <= LARGEST
    )
