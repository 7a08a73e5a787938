"""The version of this program."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def own_version() -> str:
    """Return the installed version; 0 in a checkout that was never installed."""
    try:
        return version("secondary-user")
    except PackageNotFoundError:
        return "0"
