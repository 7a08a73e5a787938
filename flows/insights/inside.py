"""The scripts of this room that run in a page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flows.browser.scripts import function_of, load_script

_FOLDER = Path(__file__).parent / "js"


@cache
def script(name: str) -> str:
    """Return a script of the folder as a function, with the shared part in front."""
    return function_of(load_script(_FOLDER, name), load_script(_FOLDER, "shared"))
