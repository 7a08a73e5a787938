"""Rows that look like no other row of the page: what they say may not be in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise

from flows.permissions.rows.tokens import RowToken
from flows.permissions.rows.vocabulary import is_level

_LEAST = 4  # rows that look alike, for another to be unlike them
_FEW = 3  # so many rows that look alike for each that does not
_LEVEL = 3  # the look of the level itself; the others are of the row
_WHAT = {
    0: "is fainter than",
    1: "is written in another colour than",
    2: "stands on another colour than",
    4: "is marked otherwise than",
}


def unlike(rows: Sequence[RowToken]) -> dict[int, str]:
    """What is unlike the others in each row that is, by the row's number."""
    found: dict[int, str] = {}
    looks = [row.looks for row in rows if row.looks]
    if len(looks) < len(rows):
        return found
    levels = [_chosen_level(row) for row in rows]
    for axis, what in _WHAT.items():
        values = [row.looks[axis] for row in rows]
        for number in (*_alone(values, every=axis == 0), *_few(values, levels)):
            found.setdefault(number, f"unread: the row {what} the others")
    for numbers in _by_level(rows):
        for number in _unlike_tints({number: rows[number].looks[_LEVEL] for number in numbers}):
            found.setdefault(number, "unread: the level is drawn unlike the same level in other rows")
    return found


def _unlike_tints(told: Mapping[int, str]) -> Iterator[int]:
    """Of the rows that say one level, those that draw it unlike the others.

    Where the ground is not known, because the pointer is there, the ink alone is compared.
    """
    numbers = list(told)
    parts = {number: tint.split("\n") for number, tint in told.items()}
    known = {number for number, (_, _, ground) in parts.items() if ground}
    whole = [told[number] if number in known else "" for number in numbers]
    inks = [ink for _, ink, _ in parts.values()]
    yield from (numbers[at] for at in (*_alone(whole, every=False), *_few(whole, [""] * len(whole))))
    unsure = (numbers[at] for at in (*_alone(inks, every=False), *_few(inks, [""] * len(inks))))
    yield from (number for number in unsure if number not in known)


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


def _few(values: Sequence[str], levels: Sequence[str]) -> list[int]:
    """The places of the one value that few rows have.

    All others have another, or two by turns.

    Not where it goes with the level: rows of one level may all look so.
    """
    counts = Counter(value for value in values if value).most_common()
    if len(counts) not in (2, 3):
        return []
    rare, few = counts[-1]
    if len(counts) == 3 and not _is_striped([value for value in values if value and value != rare]):
        return []  # three kinds of rows, as sections of a look of their own
    at = [place for place, value in enumerate(values) if value == rare]
    alike = {levels[place] for place in at}
    goes_with_level = not any(value and value != rare and levels[place] in alike for place, value in enumerate(values))
    most = sum(count for _, count in counts[:-1])
    return at if few * _FEW <= most and most >= _LEAST and not goes_with_level else []


def _is_striped(values: Sequence[str]) -> bool:
    """Whether two looks take turns."""
    return sum(one != other for one, other in pairwise(values)) * 2 > len(values)


def _chosen_level(row: RowToken) -> str:
    """The level that a row shows as chosen, in the page's words.

    What else names its control tells none.
    """
    words = (word for one in row.options if one.on for word in (*one.own, one.column, one.shows, *one.chosen))
    return " ".join(word for word in words if is_level(word))


def _by_level(rows: Sequence[RowToken]) -> Iterator[list[int]]:
    """The numbers of the rows that say the same level in words."""

    def level(number: int) -> str:
        return rows[number].looks[_LEVEL].partition("\n")[0]

    numbers = sorted((number for number, row in enumerate(rows) if row.looks[_LEVEL]), key=level)
    for _, some in groupby(numbers, key=level):
        yield list(some)
