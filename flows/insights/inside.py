"""The scripts of this room that run in a page."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def script(name: str) -> str:
    """Return a script of the folder as a function, with the shared part in front."""
    folder = Path(__file__).parent / "js"
    shared = (folder / "shared.js").read_text(encoding="utf-8")
    body = (folder / f"{name}.js").read_text(encoding="utf-8").rstrip().rstrip(";")
    return f"(argument) => {{\n{shared}\nreturn (\n{body}\n)(argument);\n}}"
