"""One browser for all commands of a test, which would each start their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from agent.settings.model import Settings
from agent.visits.shared import context
from agent.visits.shared.browser_pool import BrowserPool, browser_options
from flows.browser.launch import BrowserOptions


class _Kept(BrowserPool):
    """A pool that outlives the command it is lent to."""

    async def close(self) -> None:
        """Leave the browser to the next command."""


@asynccontextmanager
async def one_browser(patch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Lend commands of this process the same browser, one for each way to start it, and close it in the end."""
    pools: dict[BrowserOptions, _Kept] = {}

    def lend(settings: Settings) -> _Kept:
        options = browser_options(settings)
        return pools.setdefault(options, _Kept(options=options, replace_after=settings.browser.replace_after))

    patch.setattr(context, "pool_of", lend)
    try:
        yield
    finally:
        for pool in pools.values():
            await BrowserPool.close(pool)
