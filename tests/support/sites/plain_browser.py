"""A browser as people have it: none of the agent's guards; for our own pages."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser

from flows.browser.launch import find_executable
from tests.support.sites.kept_browsers import KEPT


def plain_browser() -> AbstractAsyncContextManager[Browser]:
    """The headless shell that is here, lent."""
    return KEPT.lend_as("plain", _started)


@asynccontextmanager
async def _started() -> AsyncIterator[Browser]:
    told = os.environ.get("SC_AGENT_BROWSER__EXECUTABLE")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with KEPT.drive() as playwright:
        executable = find_executable(Path(told) if told else None)
        browser = await playwright.chromium.launch(executable_path=executable, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()
