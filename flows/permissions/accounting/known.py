"""What the reading of a page did besides looking, and every text that it showed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flows.permissions.rows.tokens import ColumnsToken, DomSnapshot, RowToken, SwitchToken, TextToken, Token
from flows.permissions.rows.vocabulary import bare_title
from flows.words import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the reading did besides looking.

    The names of tabs and choices it followed, and whose rights it expects.
    """

    followed: frozenset[str] = frozenset()  # folded
    names: frozenset[str] = frozenset()  # addresses that may stand on the page, folded
    nameless: bool = False  # nothing on the page says whose rights these are, and that is known
    shown: frozenset[str] = frozenset()  # every text that was shown in any part of the page, folded


def shown_texts(snapshots: Iterable[DomSnapshot]) -> frozenset[str]:
    """Every text of rows, titles and heads, in a form to compare."""
    return frozenset(shape(text) for snapshot in snapshots for token in snapshot.tokens for text in _texts(token))


def shape(text: str) -> str:
    """A text in a form to compare: folded, without a count behind it."""
    return fold(re.sub(r"\s+\d+$", "", bare_title(text)))


def _texts(token: Token) -> tuple[str, ...]:
    match token:
        case RowToken():
            return (token.label, *token.described, *token.beside, *token.astray)
        case TextToken():
            return (token.text,)
        case ColumnsToken():
            return token.parts
        case SwitchToken():
            return token.own
