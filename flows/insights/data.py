"""The data an insights visit rests on, `selectors/insights/`.

Pages, ids, keys, spellings.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from flows.data_files import selectors_root


@cache
def insights_data(name: str) -> dict[str, Any]:
    """Load one data file by name, from the catalogue's one root."""
    path = selectors_root() / "insights" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
