"""Fixtures every room's tests share, and the guard that keeps pytest-playwright's synchronous fixtures out."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from flows.browser import BrowserOptions, open_browser

SYNCHRONOUS = {"page", "context", "browser", "playwright", "browser_context_args", "new_context"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The plugin's `page` keeps an event loop running, after which every async test fails; its options are what we use."""
    for item in items:
        if wrong := SYNCHRONOUS & set(getattr(item, "fixturenames", ())):
            raise pytest.UsageError(
                f"{item.nodeid} asks for pytest-playwright's synchronous {sorted(wrong)}; use `chromium` of tests/conftest.py"
            )


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A test sees the settings it makes, not those of the machine it runs on."""
    for name in list(os.environ):
        if name.upper().startswith("SC_AGENT_") and name.upper() != "SC_AGENT_BROWSER__EXECUTABLE":
            monkeypatch.delenv(name)


@pytest.fixture
def browser_options(browser_name: str, browser_type_launch_args: dict[str, object]) -> BrowserOptions:
    """How the plugin's command line (--headed, --browser) asks for a browser, in our words."""
    if browser_name != "chromium":
        raise pytest.UsageError(f"the agent drives Chromium only, and --browser={browser_name} was given")
    return BrowserOptions(headless=bool(browser_type_launch_args.get("headless", True)), no_sandbox=os.geteuid() == 0)


@pytest.fixture
async def chromium(browser_options: BrowserOptions) -> AsyncIterator[Browser]:
    """A browser as the agent opens it, with no resolver rules."""
    async with open_browser(browser_options) as browser:
        yield browser
