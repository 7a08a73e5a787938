"""How one visit is done in a browser; this is the door that the agent comes by.

Knows nothing of mail, state, settings or schedules. `__init__.pyi` beside this file names what the agent may use and
where it lives. A name's module is imported at the name's first use: a command that needs the errors alone does not
load the browser's driver.
"""

from __future__ import annotations

import ast
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

_NAMES = Path(__file__).with_suffix(".pyi")


def __getattr__(name: str) -> Any:
    if name not in _rooms():
        raise AttributeError(f"flows exports no {name!r}; a name that the agent may use stands in {_NAMES.name}")
    value = getattr(import_module(_rooms()[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_rooms()})


@cache
def _rooms() -> dict[str, str]:
    """Each exported name with its module."""
    tree = ast.parse(_NAMES.read_text(encoding="utf-8"))
    return {
        alias.name: node.module
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
