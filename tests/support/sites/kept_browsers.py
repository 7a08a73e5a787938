"""Browsers that outlive the test that asks for one: in a process, one for each way to start it, and one driver for all.

To start a browser takes a third of a second of a processor, a driver two thirds. A visit has a context of its own
anyhow.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from playwright.async_api import Browser, Playwright, async_playwright

from flows.browser.launch import BrowserOptions, close_bounded, is_usable, open_browser
from flows.browser.options import is_root

Start = Callable[[], AbstractAsyncContextManager[Browser]]
_MOST = 4  # browsers that wait for the next test


@dataclass(slots=True)
class _Kept:
    browser: Browser
    stack: AsyncExitStack
    lent: int = 0


@dataclass(slots=True)
class KeptBrowsers:
    """Lends them to whoever is on the loop of `begin`; everybody else is started a browser of their own."""

    _loop: asyncio.AbstractEventLoop | None = None
    _kept: dict[Hashable, _Kept] = field(default_factory=dict)  # the one lent last is the last
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _driver: Playwright | None = None
    _driving: AsyncExitStack = field(default_factory=AsyncExitStack)
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    def begin(self) -> None:
        """Keep what tests on this loop are lent."""
        self._loop = asyncio.get_running_loop()

    async def end(self) -> None:
        """Close them all."""
        while self._kept:
            await self._kept.popitem()[1].stack.aclose()
        await self._driving.aclose()
        self._loop = self._driver = None

    @asynccontextmanager
    async def drive(self) -> AsyncIterator[Playwright]:
        """Playwright's driver, started once; used in the place of `async_playwright`."""
        if asyncio.get_running_loop() is not self._loop:
            async with async_playwright() as own:
                yield own
            return
        async with self._starting:
            if self._driver is None:
                self._driver = await self._driving.enter_async_context(async_playwright())
        yield self._driver

    def lend(self, options: BrowserOptions) -> AbstractAsyncContextManager[Browser]:
        """A browser of the agent's started so; used in the place of `open_browser`."""
        bare = options.no_sandbox or (is_root() and options.is_rehearsal)
        plain = replace(options, no_sandbox=bare, user_agent_suffix="")  # which is a context's
        return self.lend_as(plain, lambda: open_browser(plain))

    @asynccontextmanager
    async def lend_as(self, how: Hashable, start: Start) -> AsyncIterator[Browser]:
        """The browser that was started so before, with no context of another test; or a new one."""
        if asyncio.get_running_loop() is not self._loop:
            async with start() as own:
                yield own
            return
        async with self._lock:
            kept = await self._find(how, start)
            kept.lent += 1
        try:
            yield kept.browser
        finally:
            kept.lent -= 1
            if kept.lent == 0:
                for context in kept.browser.contexts:
                    await close_bounded(kept.browser, context.close())

    async def _find(self, how: Hashable, start: Start) -> _Kept:
        kept = self._kept.pop(how, None)
        if kept is None or not is_usable(kept.browser):
            if kept is not None:
                await kept.stack.aclose()
            await self._make_room()
            stack = AsyncExitStack()
            kept = _Kept(await stack.enter_async_context(start()), stack)
        self._kept[how] = kept
        return kept

    async def _make_room(self) -> None:
        waiting = [how for how, kept in self._kept.items() if kept.lent == 0]
        for how in waiting[: max(0, len(waiting) - _MOST + 1)]:
            await self._kept.pop(how).stack.aclose()


KEPT = KeptBrowsers()
