"""The data an insights visit rests on, `selectors/insights/`.

Pages, ids, keys, spellings.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from flows.insights.tables import INSIGHTS_TABLES
from flows.tables import check_table, raw_table


@cache
def insights_data(name: str) -> dict[str, Any]:
    """Load one data file by name, from the catalogue's one root.

    Raises:
        CatalogueError: the file does not fit its schema; the message names file and key.
    """
    table = raw_table(f"insights/{name}")
    check_table(f"insights/{name}.toml", table, INSIGHTS_TABLES[name])
    return table
