"""What a page says about the length of a password, in its words; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_MOST_SAID = 64
_AROUND = 24  # characters beside a number in which a word says that it is the most
_CLAUSE = re.compile(r"[.!?;,。、,\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPolicy:
    """Bounds of a password's length, in characters."""

    least: int = 0
    most: int = _MOST_SAID


def parse_policy(text: str, *, characters: Iterable[str], at_most: Iterable[str]) -> PasswordPolicy:
    """Read the bounds out of a page's text, in whatever case.

    `characters` are the words that stand behind a number, `at_most` those beside it that make it the most; of two
    numbers in a row the second is the most.
    """
    said = text.lower()
    unit = "|".join(sorted(map(re.escape, characters), key=len, reverse=True))
    limits = re.compile("|".join(_whole(word) for word in at_most))
    least, most = 0, _MOST_SAID
    for found in re.finditer(rf"(?:(\d{{1,3}})[^\d.!?\n]{{1,12}})?(?<!\d)(\d{{1,3}})[\s-]?(?:{unit})", said):
        first, last = found[1], int(found[2])
        before = _CLAUSE.split(said[max(0, found.start() - _AROUND) : found.start(2)])[-1]
        after = _CLAUSE.split(said[found.end() : found.end() + _AROUND])[0]
        is_most = first is not None or limits.search(before) or limits.search(after)
        if is_most and last:
            most = min(most, last)
        lower = int(first or 0) if is_most else last
        least = max(least, lower if lower <= _MOST_SAID else 0)
    return PasswordPolicy(least=least, most=most)


def _whole(word: str) -> str:
    """A word as a pattern: whole, where words are written apart."""
    return rf"(?<!\w){re.escape(word)}(?!\w)" if word[0] < "\u3000" else re.escape(word)
