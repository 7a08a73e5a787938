"""The last picture a viewer gets shows the last change of the page, whatever is dropped on the way."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast

import pytest
from playwright.async_api import CDPSession

from flows.takeover.screencast import Picture, Screencast

_IN_FLIGHT = 3  # unanswered frames of chromium; what it draws after them is lost
_STEPS = 40
AT_ONCE = 40  # seeds of one test: each test is collected by every worker of a run


@dataclass(slots=True, kw_only=True)
class Browser:
    """One page: each change is a version, and each picture of it says which."""

    random: Random
    version: int = 0
    is_dark: bool = False
    clean_since: float = 0.0
    shown: list[int] = field(default_factory=list)
    _seconds: float = 0.0
    _session: int = 0
    _in_flight: int = 0
    _is_casting: bool = False
    _listener: Callable[[dict[str, Any]], None] | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def on(self, event: str, listener: Callable[[dict[str, Any]], None]) -> None:
        assert event == "Page.screencastFrame"
        self._listener = listener

    async def send(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        await self.while_passes()
        answer = {}
        match method:
            case "Page.startScreencast":
                self._is_casting, self._session, self._in_flight = True, self._session + 1, 0
            case "Page.stopScreencast":
                self._is_casting = False
            case "Page.screencastFrameAck":
                self._in_flight -= params == {"sessionId": self._session}
            case "Page.captureScreenshot":
                answer = {"data": self._picture()}
        await self.while_passes()
        return answer

    def change(self) -> None:
        """Draw another version of the page."""
        self.version += 1
        if self._is_casting and self._in_flight < _IN_FLIGHT:
            self._in_flight += 1
            told = {"deviceWidth": 1280, "deviceHeight": 900, "timestamp": self.clock()}
            self._later(self._send({"data": self._picture(), "sessionId": self._session, "metadata": told}))

    def clock(self) -> float:
        self._seconds += 0.1
        return self._seconds

    async def is_clean(self) -> bool:
        await self.while_passes()
        if self.is_dark:
            self.clean_since = self.clock()
        return not self.is_dark

    async def while_passes(self, most: int = 6) -> None:
        for _ in range(self.random.randrange(most)):
            await asyncio.sleep(0)

    def draws(self, screencast: Screencast) -> Callable[[Picture], Coroutine[Any, Any, None]]:
        """A viewer that takes its time with each picture."""

        async def draw() -> None:
            await self.while_passes(20)
            await screencast.drawn()

        async def deliver(picture: Picture) -> None:
            self.shown.append(int(picture.jpeg))
            self._later(draw())

        return deliver

    async def _send(self, frame: dict[str, Any]) -> None:
        await self.while_passes()  # each is packed by itself: a later one may be ready first
        assert self._listener is not None
        self._listener(frame)

    def _picture(self) -> str:
        return b64encode(b"%d" % self.version).decode()

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def test_a_frame_that_comes_after_a_newer_picture_is_not_the_last() -> None:
    for seed in (760, 1447):
        await shown_to_the_last(seed)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("first", range(0, 5000, AT_ONCE))
async def test_after_the_last_change_the_viewer_gets_a_picture_of_it(first: int) -> None:
    for seed in range(first, first + AT_ONCE):
        await shown_to_the_last(seed)


async def shown_to_the_last(seed: int) -> None:
    """Change a page at random, and compare what a viewer was shown last."""
    random = Random(seed)
    browser = Browser(random=random)
    screencast = Screencast(
        session=cast("CDPSession", browser),
        is_clean=browser.is_clean,
        clean_since=lambda: browser.clean_since,
        deliver=lambda picture: deliver(picture),
        clock=browser.clock,
        still_for=0,
    )
    deliver = browser.draws(screencast)
    await screencast.start()
    for _ in range(_STEPS):
        match random.choice(("one", "many", "wait", "dark", "again")):
            case "one":
                browser.change()
            case "many":
                for _ in range(random.randrange(2, 7)):
                    browser.change()
                    await browser.while_passes(3)
            case "wait":
                await browser.while_passes(40)
            case "dark":
                browser.is_dark = random.random() < 0.4
            case _ if random.random() < 0.2:
                await screencast.stop()
                await screencast.start()
    browser.is_dark = False
    for _ in range(1000):
        await asyncio.sleep(0)
    assert browser.shown[-1] == browser.version, seed
    await screencast.stop()
