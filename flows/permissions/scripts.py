"""The scripts of this room that run in a page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flows.browser.scripts import function_of, load_script

_FOLDER = Path(__file__).parent / "js"


@cache
def script(name: str, *before: str) -> str:
    """Return a script of the folder as a function, after the statements `before`."""
    return function_of(part(name), *before)


def part(name: str) -> str:
    """Return a script of the folder as it stands."""
    return load_script(_FOLDER, name)
