"""Listeners for all of a page, and what is called again, which may be adopted.

They are known again by the hash of their text.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache

from flows.catalogue.grids import grid_data
from flows.models import PageGap, PageGapKind
from flows.permissions.rows.tokens import Piece

_LEAST = 40  # characters of a text that can be known again: "e => show()" may stand on any page
_MOST = 20_000  # longer ones are cut off by the page
_SHOWN = 160  # of what it hears and how it begins, before the hash
CALLED_AGAIN = "turn of a script"  # where a gap stands that is none of an element
_WHERE = re.compile(rf"listener on (window|document|html|body)|{CALLED_AGAIN}")
_MARK = re.compile(r" \[[0-9a-f]{16}\]$")


def gap_of_listener(piece: Piece) -> PageGap:
    """The gap of a listener for a part of the page, or of what is called again.

    One that hears for all of it, whose source cannot be followed and which names nothing of rows, is told by the hash
    of its text: a person who knows it may adopt it. Any other may bring rows.
    """
    if not is_known_again(piece):
        return PageGap(kind=PageGapKind.WAY_NOT_TAKEN, words=piece.words, where=piece.where)
    words = f"{piece.words[:_SHOWN]} {listener_mark(piece.value)}"
    return PageGap(kind=PageGapKind.UNEXPLAINED, words=words, where=piece.where)


def is_known_again(piece: Piece) -> bool:
    """Whether a listener can be adopted.

    It hears for all of the page, is told whole, and names nothing of rows.
    """
    text = piece.value
    if piece.role != "page" or not _WHERE.fullmatch(piece.where) or not _LEAST <= len(text) <= _MOST:
        return False
    return "[native code]" not in text and "isTrusted" not in text and not _about_rows().search(text)


def listener_mark(text: str) -> str:
    """What the words of its gap end with."""
    return f"[{hashlib.sha256(text.encode()).hexdigest()[:16]}]"


def is_listener(gap: PageGap) -> bool:
    """Whether a gap is that of a listener that may be adopted."""
    return bool(_WHERE.fullmatch(gap.where) and _MARK.search(gap.words))


@cache
def _about_rows() -> re.Pattern[str]:
    words = grid_data("listeners")["about_rows"]
    return re.compile("|".join(words), re.IGNORECASE)
