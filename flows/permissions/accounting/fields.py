"""Fields for typing.

Their value is a filter, and what they say of themselves may tell of rows that are not shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Set
from functools import cache

from flows.catalogue.grids import grid_data
from flows.models import PageGap, PageGapKind
from flows.permissions.rows.furniture import rules_of_rows
from flows.permissions.rows.tokens import Piece, PieceKind
from flows.permissions.rows.vocabulary import is_section, scope_of, split_level
from flows.words import fold


def field_gap(piece: Piece, *, shown: Set[str], count: int) -> PageGap | None:
    """The gap of a field.

    Its value, a level in its name, a word or a number that tells of more rows than the `count` that were read, or a
    suggestion that is none of the texts `shown`.
    """
    if piece.kind is not PieceKind.CONTROL or piece.role != "field" or piece.still or piece.chrome:
        return None
    if piece.value or split_level(piece.words)[1]:
        words = f"{piece.words}: {piece.value}".strip(": ")
        return PageGap(kind=PageGapKind.FILTERED, words=words, where=piece.where)
    told = next((text for text in (piece.words, *piece.texts) if says_more(text, count=count)), None)
    told = told or next((text for text in piece.texts if split_level(text)[1]), None)
    told = told or next((text for text in piece.listed if not _is_shown(text, shown)), None)
    return PageGap(kind=PageGapKind.WAY_NOT_TAKEN, words=told[:200], where=piece.where) if told else None


def says_more(text: str, *, count: int) -> bool:
    """Whether a text tells of rows besides the `count` that were read."""
    plain = unicodedata.normalize("NFKC", text)
    numbers = {int(one) for one in re.findall(r"\d+", plain)}
    return bool(numbers - {count}) or any(rule.search(plain) for rule in _rules())


@cache
def _rules() -> tuple[re.Pattern[str], ...]:
    more: Iterable[str] = grid_data("furniture")["field"]["more"]
    return (*(re.compile(rule, re.IGNORECASE) for rule in more), *rules_of_rows())


def _is_shown(text: str, shown: Set[str]) -> bool:
    return fold(text) in shown or is_section(text) or scope_of(text) is not None
