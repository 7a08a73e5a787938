"""The data the grid readers rest on, loaded from `selectors/grids/`.

Words, controls, ways, pages to probe, recorded shapes.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from flows.data_files import selectors_root


@cache
def grid_data(name: str) -> dict[str, Any]:
    """Load one data file by name, from the catalogue's one root."""
    path = selectors_root() / "grids" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def recorded_shapes() -> dict[str, tuple[str, ...]]:
    """The shapes of the recorded pages, by layout."""
    return {layout: tuple(shapes) for layout, shapes in grid_data("shapes")["shapes"].items()}
