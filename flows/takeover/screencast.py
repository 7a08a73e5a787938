"""Pictures of a page as it changes, one at a time.

The next is asked for when the viewer has drawn the last.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import time
from typing import Any

from playwright.async_api import CDPSession, Error

WIDTH, HEIGHT = 1280, 900  # of a visit's page
_MARGIN = 0.05  # seconds: a picture is drawn a little before the time it bears
_LATEST = 5.0  # seconds: no picture comes later
_CAST = {"format": "jpeg", "quality": 60, "maxWidth": WIDTH, "maxHeight": HEIGHT, "everyNthFrame": 1}  # facts: 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One frame."""

    number: int
    width: int  # CSS pixels of the page that it shows
    height: int
    jpeg: bytes = field(repr=False)


@dataclass(slots=True, kw_only=True)
class Screencast:
    """Casts while it is on.

    `is_clean` is asked before each picture is delivered; one that fails is dropped, and so is one that the browser drew
    before `clean_since` (seconds by the clock on the wall) and that comes late.
    """

    session: CDPSession
    is_clean: Callable[[], Awaitable[bool]]
    clean_since: Callable[[], float]
    deliver: Callable[[Picture], Awaitable[None]]
    is_on: bool = False
    sent: int = 0
    dropped: int = 0
    _number: int = 0
    _waiting: int | None = None  # the browser's number of the frame that the viewer has not drawn yet
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _listens: bool = False

    async def start(self) -> None:
        """Begin, with a picture of the page as it is: a still page would send none."""
        if self.is_on:
            return
        if not self._listens:
            self.session.on("Page.screencastFrame", lambda frame: self._on_frame(frame))
            self._listens = True
        self.is_on = True
        self._waiting = None
        await self.session.send("Page.startScreencast", _CAST)
        await self._first()

    async def stop(self) -> None:
        """Stop; nothing is delivered after it returns."""
        self.is_on = False
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(Error):
            await self.session.send("Page.stopScreencast")

    async def drawn(self) -> None:
        """The viewer has drawn the last picture and takes the next."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None and self.is_on:
            with suppress(Error):
                await self.session.send("Page.screencastFrameAck", {"sessionId": waiting})

    async def _first(self) -> None:
        """The page is drawn anew for it, after the look before.

        Only what comes in between may be on it.
        """
        await self.is_clean()
        asked = time()
        taken = await self.session.send("Page.captureScreenshot", {"format": "jpeg", "quality": _CAST["quality"]})
        await self._pass_on(taken["data"], WIDTH, HEIGHT, drawn_at=asked + _MARGIN)

    def _on_frame(self, frame: dict[str, Any]) -> None:
        if not self.is_on:
            return
        task = asyncio.ensure_future(self._take(frame))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take(self, frame: dict[str, Any]) -> None:
        with suppress(Error):
            self._waiting = frame["sessionId"]
            told = frame["metadata"]
            width, height = round(told["deviceWidth"]), round(told["deviceHeight"])
            if not await self._pass_on(frame["data"], width, height, drawn_at=told.get("timestamp")):
                await self.drawn()

    async def _pass_on(self, data: str, width: int, height: int, *, drawn_at: float | None) -> bool:
        if not await self.is_clean() or not self.is_on or self._is_of_before(drawn_at):
            self.dropped += 1
            return False
        self._number += 1
        self.sent += 1
        await self.deliver(Picture(number=self._number, width=width, height=height, jpeg=b64decode(data)))
        return True

    def _is_of_before(self, drawn_at: float | None) -> bool:
        """Whether it may show what was on the page before it was clean.

        One without a time counts as just drawn.

        Of a browser whose clock goes otherwise, pictures come again a few seconds after the page is clean.
        """
        since = self.clean_since()
        return drawn_at is not None and drawn_at <= since + _MARGIN and time() < since + _LATEST
