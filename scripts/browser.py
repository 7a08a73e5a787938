"""Provide a browser: the setting, else Playwright's headless shell, else Debian's package when root. The second run
installs nothing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from flows.browser.launch import find_executable
from flows.errors import BrowserMissingError

DEBIAN_PACKAGE = "chromium-headless-shell"
HINT = (
    "no browser: Playwright could not download its own and Debian's package could not be installed; "
    f"install {DEBIAN_PACKAGE} (or Chromium) and set SC_AGENT_BROWSER__EXECUTABLE to it"
)


def main() -> int:
    """Exit 0 once a browser is there; else one line saying what to install."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    for provide in (None, _download, _install_debian):
        if provide:
            provide()
        if (found := _find()) and _starts(str(found)):
            print(f"browser: {found}")
            return 0
    print(HINT, file=sys.stderr)
    return 1


def _find() -> Path | None:
    setting = os.environ.get("SC_AGENT_BROWSER__EXECUTABLE")
    try:
        return find_executable(Path(setting) if setting else None)
    except BrowserMissingError:
        return None


def _starts(executable: str) -> bool:
    """A downloaded browser may lack system libraries; only one that runs counts."""
    if subprocess.run([executable, "--version"], capture_output=True, timeout=60, check=False).returncode == 0:
        return True
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(
            [sys.executable, "-m", "playwright", "install-deps", "chromium"], capture_output=True, check=False
        )
    return subprocess.run([executable, "--version"], capture_output=True, timeout=60, check=False).returncode == 0


def _download() -> None:
    """Playwright's own download.

    Out of reach on closed networks, where it is given up soon.
    """
    print("browser: asking Playwright for its headless shell")
    command = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
    try:
        subprocess.run(
            command,
            capture_output=True,
            timeout=300,
            check=False,
            env=os.environ | {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000"},
        )
    except subprocess.TimeoutExpired:
        print("browser: Playwright's download took too long")


def _install_debian() -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print(f"browser: installing Debian's {DEBIAN_PACKAGE}")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", DEBIAN_PACKAGE]):
        subprocess.run(["apt-get", *arguments], env=quiet, check=False, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    raise SystemExit(main())
