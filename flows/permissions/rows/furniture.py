"""The catalogue of furniture.

What stands on permission pages and takes nothing away from what the rows say.
"""

from __future__ import annotations

import re
from functools import cache

from flows.catalogue.grids import grid_data
from flows.permissions.rows.vocabulary import generic
from flows.words import fold


def matches(name: str, text: str) -> bool:
    folded = fold(text)
    return bool(folded) and any(rule.fullmatch(folded) for rule in _furniture(name))


@cache
def _furniture(name: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rule, re.IGNORECASE) for rule in grid_data("furniture").get(name, ()))


@cache
def naming_rules() -> tuple[re.Pattern[str], ...]:
    own = [rf"\b(?:{rule})\b" for rule in grid_data("furniture")["naming"]]
    titles = sorted((re.escape(title) for title in generic("titles")), key=len, reverse=True)
    return tuple(re.compile(rule, re.IGNORECASE) for rule in (*titles, *own))


@cache
def rules_of_rows() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf"\b(?:{rule})", re.IGNORECASE) for rule in grid_data("furniture")["row"]["takes_back"])
