"""The one browser of a worker.

Started when first needed, replaced after enough visits or when it died.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from agent.errors import ConfigurationError
from agent.settings.model import Settings
from flows import (
    Browser,
    BrowserMissingError,
    BrowserOptions,
    is_usable,
    memory_of,
    open_browser,
    parse_proxy,
)
from flows import (
    require_browser as look_for_browser,
)

_CLOSE_WITHIN = 8.0  # seconds; flows end a browser that hangs sooner, this is for what starts and stops it


def browser_options(settings: Settings) -> BrowserOptions:
    """The flows' options from the settings."""
    given = settings.browser
    return BrowserOptions(
        executable=given.executable,
        endpoint=given.endpoint,
        proxy=parse_proxy(given.proxy.get_secret_value()) if given.proxy else None,
        headless=given.headless,
        no_sandbox=given.no_sandbox,
        user_agent_suffix=given.user_agent_suffix,
        slow_ms=given.slow_ms,
        host_resolver_rules=given.host_resolver_rules,
        trusted_spki=tuple(given.trusted_spki),
    )


def pool_of(settings: Settings, *, pictures: bool = False) -> BrowserPool:
    """A pool by the settings; nothing is started yet."""
    options = replace(browser_options(settings), pictures=pictures)
    return BrowserPool(options=options, replace_after=settings.browser.replace_after)


def require_browser(settings: Settings) -> None:
    """Refuse to begin what needs a browser where there is none; nothing is started.

    Raises:
        ConfigurationError: there is none, or this user may not start it.
    """
    try:
        look_for_browser(browser_options(settings))
    except BrowserMissingError as err:
        raise ConfigurationError(str(err)) from err


@dataclass(slots=True)
class _Running:
    """One started browser and who uses it."""

    browser: Browser
    stack: AsyncExitStack
    visits: int = 0
    inside: int = 0
    retired: bool = False


@dataclass(slots=True, kw_only=True)
class BrowserPool:
    """Lends the browser to visits; each opens its own context in it."""

    options: BrowserOptions
    replace_after: int
    _current: _Running | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def browser(self) -> AsyncIterator[Browser]:
        """The browser for one visit.

        Raises:
            BrowserMissingError: it is not installed or does not start.
        """
        running = await self._enter()
        try:
            yield running.browser
        finally:
            running.inside -= 1
            if running.retired and running.inside == 0:
                await _close(running)

    def memory(self) -> int:
        """Bytes that the browser and its processes hold; 0 where none runs, or not here."""
        running = self._current
        return 0 if running is None else memory_of(running.browser)

    def retire(self) -> None:
        """Start a new browser for the next visit; visits inside the old one end there."""
        if self._current is not None:
            self._current.retired = True

    async def close(self) -> None:
        """Close the browser; visits inside it end."""
        async with self._lock:
            running, self._current = self._current, None
        if running is not None:
            await _close(running)

    async def _enter(self) -> _Running:
        async with self._lock:
            running = self._current
            if (
                running is None
                or running.retired
                or not is_usable(running.browser)
                or running.visits >= self.replace_after
            ):
                await self._replace()
                running = self._current
            assert running is not None  # noqa: S101 - just replaced
            running.visits += 1
            running.inside += 1
            return running

    async def _replace(self) -> None:
        old, self._current = self._current, None
        if old is not None:
            old.retired = True
            if old.inside == 0:
                await _close(old)
        stack = AsyncExitStack()
        browser = await stack.enter_async_context(open_browser(self.options))
        self._current = _Running(browser=browser, stack=stack)


async def _close(running: _Running) -> None:
    try:
        async with asyncio.timeout(_CLOSE_WITHIN):
            await running.stack.aclose()
    except TimeoutError:
        pass
