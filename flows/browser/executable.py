"""Finding the browser's program on this machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from flows.errors import BrowserMissingError

_HEADLESS_PROGRAMS = ("chromium-headless-shell", "chrome-headless-shell")
_HEADED_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def find_executable(setting: Path | None = None, *, headless: bool = True) -> Path:
    """Find a browser.

    The setting, Playwright's own headless shell, Debian's headless shell, a Chromium.

    Raises:
        BrowserMissingError: none is installed; the message says what to install.
    """
    if setting is not None:
        if not os.access(setting, os.X_OK):
            raise BrowserMissingError(
                f"a browser was expected at {setting}, there is none that can be started: correct "
                "SC_AGENT_BROWSER__EXECUTABLE"
            )
        return setting
    for found in (*_downloaded(headless=headless), *_installed(headless=headless)):
        return found
    raise BrowserMissingError(
        "a browser was expected, none was found: run 'playwright install --only-shell chromium', "
        "or on Debian 'apt-get install chromium-headless-shell', or set SC_AGENT_BROWSER__EXECUTABLE"
    )


def _downloaded(*, headless: bool) -> list[Path]:
    """List what Playwright has downloaded, newest first."""
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    pattern = "chromium_headless_shell-*/*/*headless*shell*" if headless else "chromium-*/*/chrome"
    found = [
        path
        for path in folder.glob(pattern)
        if path.is_file() and os.access(path, os.X_OK) and path.suffix in ("", ".exe")
    ]
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def _installed(*, headless: bool) -> list[Path]:
    """List what the system offers.

    Chromium's own headless mode is about three times slower per context than the shell.
    """
    programs = (*_HEADLESS_PROGRAMS, *_HEADED_PROGRAMS) if headless else _HEADED_PROGRAMS
    return [Path(path) for name in programs if (path := shutil.which(name))]
