"""Rows that look like no other row of the page: what they say may not be in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from flows.permissions.rows.tokens import RowToken

_LEAST = 4  # rows that look alike, for another to be unlike them
_FEW = 3  # so many rows that look alike for each that does not
_WHAT = ("is fainter than", "is written in another colour than", "stands on another colour than")


def unlike(rows: Sequence[RowToken]) -> dict[int, str]:
    """What is unlike the others in each row that is, by the row's number."""
    found: dict[int, str] = {}
    looks = [row.looks for row in rows if row.looks]
    if len(looks) < len(rows):
        return found
    held = [_held(row) for row in rows]
    for axis, what in enumerate(_WHAT):
        values = [row.looks[axis] for row in rows]
        for number in (*_alone(values, every=axis == 0), *_few(values, held)):
            found.setdefault(number, f"unread: the row {what} the others")
    for numbers in _by_level(rows):
        tints = [rows[number].looks[3] for number in numbers]
        for at in (*_alone(tints, every=False), *_few(tints, [""] * len(tints))):
            found.setdefault(numbers[at], "unread: the level is drawn unlike the same level in other rows")
    return found


def _alone(values: Sequence[str], *, every: bool) -> list[int]:
    """The places of a value that one row has; where `every`, of all that few have."""
    counts = Counter(value for value in values if value)
    if len(counts) < 2:
        return []
    (common, most), *rest = counts.most_common()
    if most < _LEAST:
        return []
    if every:
        return [at for at, value in enumerate(values) if value and value != common] if most * 2 > len(values) else []
    rare = [value for value, count in rest if count == 1]
    return [at for at, value in enumerate(values) if value in rare] if len(rare) == 1 else []


def _few(values: Sequence[str], held: Sequence[str]) -> list[int]:
    """The places of the one value that a few rows have, all others having another.

    Not where it goes with the level: rows of one level may all look so.
    """
    counts = Counter(value for value in values if value)
    if len(counts) != 2:
        return []
    (common, most), (rare, few) = counts.most_common()
    at = [place for place, value in enumerate(values) if value == rare]
    alike = {held[place] for place in at}
    goes_with_level = not any(value == common and held[place] in alike for place, value in enumerate(values))
    return at if few * _FEW <= most and most >= _LEAST and not goes_with_level else []


def _held(row: RowToken) -> str:
    """What a row says it holds, in the page's words."""
    return " ".join(word for one in row.options if one.on for word in (*one.own, one.column, one.shows, *one.chosen))


def _by_level(rows: Sequence[RowToken]) -> Iterator[list[int]]:
    """The numbers of the rows that say the same level in words."""

    def level(number: int) -> str:
        return rows[number].looks[3].partition("\n")[0]

    numbers = sorted((number for number, row in enumerate(rows) if row.looks[3]), key=level)
    for _, some in groupby(numbers, key=level):
        yield list(some)
