"""Pictures of a page as it changes, one at a time.

The next is sent when the viewer has drawn the last. After the last change of the page the viewer gets a picture that
shows it: whenever one is dropped, here or perhaps in the browser, the page is drawn anew.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import time
from typing import Any

from playwright.async_api import CDPSession

from flows.browser.page_errors import unless_gone

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """What the browser drew; times in seconds by the clock on the wall."""

    data: str = field(repr=False)  # a JPEG as Base64
    width: int = WIDTH
    height: int = HEIGHT
    at: float | None  # None where the browser does not say
    margin: float = _MARGIN  # it may be so much older
    came_at: float


@dataclass(slots=True, kw_only=True)
class Screencast:
    """Casts while it is on.

    `is_clean` is asked before each picture is delivered; one that fails is dropped, and so is one that the browser
    drew, or sent, before `clean_since` (seconds by the clock on the wall).
    """

    session: CDPSession
    is_clean: Callable[[], Awaitable[bool]]
    clean_since: Callable[[], float]
    deliver: Callable[[Picture], Awaitable[None]]
    clock: Callable[[], float] = time
    still_for: float = 0.2  # seconds without a frame, after which a picture that is owed is taken
    is_on: bool = False
    sent: int = 0
    dropped: int = 0
    _number: int = 0
    _takes: bool = False  # the viewer has drawn the last picture
    _owes: bool = False  # what the browser sent may not show the page as it is
    _frame: _Drawn | None = None  # the newest, not looked at yet
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _unanswered: list[int] = field(default_factory=list)  # the browser's numbers of the frames it waits for
    _answered_at: float = 0.0
    _shown_at: float = 0.0  # when the picture was drawn that was delivered last
    _is_working: bool = False
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _listens: bool = False

    async def start(self) -> None:
        """Begin, with a picture of the page as it is: a still page would send none."""
        if self.is_on:
            return
        if not self._listens:
            self.session.on("Page.screencastFrame", lambda frame: self._on_frame(frame))
            self._listens = True
        self.is_on = self._takes = self._is_working = True
        self._owes, self._frame, self._unanswered = False, None, []
        try:
            await self.session.send("Page.startScreencast", _CAST)
            await self._draw_anew()
        finally:
            self._is_working = False
        self._go_on()

    async def stop(self) -> None:
        """Stop; nothing is delivered after it returns."""
        self.is_on = False
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with unless_gone():
            await self.session.send("Page.stopScreencast")

    async def drawn(self) -> None:
        """The viewer has drawn the last picture and takes the next."""
        self._takes = True
        self._go_on()

    def _on_frame(self, frame: dict[str, Any]) -> None:
        """Keep the newest frame.

        The browser draws on while a few frames are unanswered, and drops without a word what it draws after them
        (chromium: the fourth). None was dropped after a frame that it drew with all answers at hand.
        """
        if not self.is_on:
            return
        drawn = _drawn(frame, came_at=self.clock())
        if self._unanswered or drawn.at is None or drawn.at <= self._answered_at:
            self._owes = True
        self._unanswered.append(frame["sessionId"])
        if self._frame is None or (drawn.at or 0) >= (self._frame.at or 0):  # each is packed by itself
            self._frame = drawn
        self._came.set()
        self._go_on()

    def _go_on(self) -> None:
        """Start to work, unless that goes on; called when there may be more to do."""
        if self._is_working or not self._is_due:
            return
        self._is_working = True
        task = asyncio.ensure_future(self._work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def _is_due(self) -> bool:
        return self.is_on and self._takes and (self._frame is not None or self._owes)

    async def _work(self) -> None:
        try:
            while self._is_due:
                await (self._draw_when_still() if self._frame is None else self._take())
        finally:
            self._is_working = False

    async def _draw_when_still(self) -> None:
        """A frame that comes by itself costs less than one that is asked for."""
        self._came.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(self.still_for):
                await self._came.wait()
        if self._frame is None:
            await self._draw_anew()

    async def _draw_anew(self) -> None:
        """Ask for a picture after a look at the page: it shows nothing of before."""
        self._owes, drawn = False, None
        with unless_gone():
            await self._answer()
            if not await self.is_clean():
                self._drop()
                return
            asked = self.clock()
            taken = await self.session.send("Page.captureScreenshot", {"format": "jpeg", "quality": _CAST["quality"]})
            drawn = _Drawn(data=taken["data"], at=asked, margin=0, came_at=self.clock())
        if drawn is None:  # the page moves on
            self._owes = True
            return
        await self._pass_on(drawn)

    async def _take(self) -> None:
        frame, self._frame = self._frame, None
        await self._answer()
        if frame is None:
            return
        if frame.at is not None and frame.at < self._shown_at:  # a newer picture came first, or a clock was set
            self._owes = True
            return
        await self._pass_on(frame)

    async def _answer(self) -> None:
        """Let the browser send more."""
        while self._unanswered:
            with unless_gone():
                await self.session.send("Page.screencastFrameAck", {"sessionId": self._unanswered[0]})
            self._unanswered = self._unanswered[1:]
            self._answered_at = self.clock()

    async def _pass_on(self, drawn: _Drawn) -> None:
        if not await self.is_clean() or not self.is_on or self._is_of_before(drawn):
            self._drop()
            return
        self._shown_at = drawn.at or self._shown_at
        self._number += 1
        self.sent += 1
        self._takes = False
        jpeg = b64decode(drawn.data)
        await self.deliver(Picture(number=self._number, width=drawn.width, height=drawn.height, jpeg=jpeg))

    def _drop(self) -> None:
        self.dropped += 1
        self._owes = True

    def _is_of_before(self, drawn: _Drawn) -> bool:
        """Whether it may show what was on the page before it was clean.

        One without a time counts as drawn when it came.

        Of a browser whose clock goes otherwise, pictures come again a few seconds after the page is clean.
        """
        since = self.clean_since()
        is_old = drawn.at is not None and drawn.at - drawn.margin <= since
        return drawn.came_at <= since or (is_old and drawn.came_at < since + _LATEST)


def _drawn(frame: dict[str, Any], *, came_at: float) -> _Drawn:
    told = frame["metadata"]
    at = None if told.get("timestamp") is None else float(told["timestamp"])
    width, height = round(told["deviceWidth"]), round(told["deviceHeight"])
    return _Drawn(data=frame["data"], width=width, height=height, at=at, came_at=came_at)
