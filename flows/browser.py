"""Starting the one browser of a worker, and opening one fresh context a visit in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser

from flows.guards import HostPolicy
from flows.redact import Redactor
from flows.visit import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserOptions:
    """How to start or reach the browser. The last group is the rehearsal's: both empty in production."""

    executable: Path | None = None
    endpoint: str | None = None  # ws:// (Playwright server), http:// or ws://.../devtools/... (CDP)
    headless: bool = True
    no_sandbox: bool = False
    user_agent_suffix: str = ""
    slow_ms: float = 0
    host_resolver_rules: str | None = None
    trusted_spki: tuple[str, ...] = ()

    @property
    def is_rehearsal(self) -> bool:
        """Whether the browser is pointed at a stand-in."""
        return bool(self.host_resolver_rules or self.trusted_spki)


def find_executable(setting: Path | None = None, *, headless: bool = True) -> Path:
    """Find a browser: the setting, Playwright's own headless shell, Debian's headless shell, a Chromium.

    Raises:
        BrowserMissingError: none is installed; the message says what to install.
    """
    raise NotImplementedError


@asynccontextmanager
async def open_browser(options: BrowserOptions) -> AsyncIterator[Browser]:
    """Start (or connect to) the browser and close it afterwards. Share it between visits.

    Raises:
        BrowserMissingError: it is not installed or does not start.
    """
    raise NotImplementedError
    yield


@asynccontextmanager
async def open_visit(
    browser: Browser,
    *,
    options: BrowserOptions,
    storage_state: Mapping[str, Any] | None = None,
    redactor: Redactor | None = None,
    policy: HostPolicy | None = None,
) -> AsyncIterator[Visit]:
    """Open a fresh context with its page and guard, the stored session loaded into it; closed afterwards.

    Raises:
        BrowserLostError: the browser died.
    """
    raise NotImplementedError
    yield
