"""What lists say of how many rows they have, by the numbers on their rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.models import PageGap, PageGapKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The numbers on the rows of one list in one look."""

    where: str
    at: frozenset[int]
    size: int = 0  # how many rows it says it has; 0 where it does not say
    count: int = 0  # how many numbers a table says there are, with its heads or without
    heads: int = 0  # its rows of heads, which may count and bear no number


def joined(looks: Iterable[Numbers]) -> tuple[Numbers, ...]:
    """The numbers of each list over all looks."""
    found: dict[str, Numbers] = {}
    for one in looks:
        before = found.get(one.where, one)
        found[one.where] = Numbers(
            where=one.where,
            at=before.at | one.at,
            size=max(before.size, one.size),
            heads=max(before.heads, one.heads),
            count=one.count,
        )
    return tuple(found.values())


def numbers_missing(looks: Iterable[Numbers]) -> tuple[PageGap, ...]:
    """One gap for each list of which some number was never drawn."""
    gaps = []
    for one in joined(looks):
        last = max((*one.at, one.size), default=0)
        missing = sorted(set(range(1, last + 1)) - one.at - set(range(1, one.heads + 1)))
        if missing and one.count not in (len(one.at), len(one.at) + one.heads):  # some sites number what they leave out
            numbers = ", ".join(map(str, missing[:3]))
            words = f"{len(missing)} numbers of a list were never drawn ({numbers})"
            gaps.append(PageGap(kind=PageGapKind.WAY_NOT_TAKEN, words=words, where=one.where))
    return tuple(gaps)
