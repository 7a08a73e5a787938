"""A Chromium that takes the stand-in for Amazon, without anything of the agent's."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser

from fixtures.stand_in.world import StandIn
from tests.support.sites.kept_browsers import KEPT


@asynccontextmanager
async def chromium_for(stand_in: StandIn, *, pins: list[str] | None = None) -> AsyncIterator[Browser]:
    """Start the headless shell that is here (set, installed by the system, or Playwright's own) with the stand-in's
    rules and pins.
    """
    told = stand_in.description()
    arguments = [
        f"--host-resolver-rules={told['host_resolver_rules']}",
        f"--ignore-certificate-errors-spki-list={','.join(pins or told['spki'])}",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ]
    executable = os.environ.get("SC_AGENT_BROWSER__EXECUTABLE") or shutil.which("chromium-headless-shell")
    async with KEPT.drive() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()
