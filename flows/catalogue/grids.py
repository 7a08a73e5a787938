"""The data the grid readers rest on, loaded from `selectors/grids/`.

Words, controls, ways, pages to probe, recorded shapes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from flows.catalogue.grid_tables import GRID_TABLES
from flows.tables import check_table, raw_table


@cache
def grid_data(name: str) -> dict[str, Any]:
    """Load one data file by name, from the catalogue's one root.

    Raises:
        CatalogueError: the file does not fit its schema; the message names file and key.
    """
    table = raw_table(f"grids/{name}")
    check_table(f"grids/{name}.toml", table, GRID_TABLES[name])
    return table


def recorded_shapes() -> dict[str, tuple[str, ...]]:
    """The shapes of the recorded pages, by layout."""
    return {layout: tuple(shapes) for layout, shapes in grid_data("shapes")["shapes"].items()}
