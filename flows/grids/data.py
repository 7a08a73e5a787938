"""The data the grid readers rest on, loaded from `selectors/grids/`: words, controls, ways, pages to probe, recorded shapes."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve()
_ROOTS = (_HERE.parents[2] / "selectors" / "grids", _HERE.parents[1] / "_selectors" / "grids")


@cache
def grid_data(name: str) -> dict[str, Any]:
    """Load one data file by name; the checkout's copy, or the installed wheel's."""
    path = next((root / f"{name}.toml" for root in _ROOTS if root.is_dir()), _ROOTS[0] / f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def recorded_shapes() -> dict[str, tuple[str, ...]]:
    """The shapes of the recorded pages, by layout."""
    return {layout: tuple(shapes) for layout, shapes in grid_data("shapes")["shapes"].items()}
