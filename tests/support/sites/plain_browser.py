"""A browser as people have it: none of the agent's guards; for our own pages."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from flows.browser.launch import find_executable


@asynccontextmanager
async def plain_browser() -> AsyncIterator[Browser]:
    """Start the headless shell that is here."""
    told = os.environ.get("SC_AGENT_BROWSER__EXECUTABLE")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        executable = find_executable(Path(told) if told else None)
        browser = await playwright.chromium.launch(executable_path=executable, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()
