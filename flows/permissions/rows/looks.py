"""Rows that look like no other row of the page: what they say may not be in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from flows.permissions.rows.tokens import RowToken

_LEAST = 4  # rows that look alike, for another to be unlike them
_WHAT = ("is fainter than", "is written in another colour than", "stands on another colour than")


def unlike(rows: Sequence[RowToken]) -> dict[int, str]:
    """What is unlike the others in each row that is, by the row's number."""
    found: dict[int, str] = {}
    looks = [row.looks for row in rows if row.looks]
    if len(looks) < len(rows):
        return found
    for axis, what in enumerate(_WHAT):
        for number in _alone([row.looks[axis] for row in rows], every=axis == 0):
            found.setdefault(number, f"unread: the row {what} the others")
    for numbers in _by_level(rows):
        for at in _alone([rows[number].looks[3] for number in numbers], every=False):
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


def _by_level(rows: Sequence[RowToken]) -> Iterator[list[int]]:
    """The numbers of the rows that say the same level in words."""

    def level(number: int) -> str:
        return rows[number].looks[3].partition("\n")[0]

    numbers = sorted((number for number, row in enumerate(rows) if row.looks[3]), key=level)
    for _, some in groupby(numbers, key=level):
        yield list(some)
