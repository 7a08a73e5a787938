"""A permission level as the contract writes it, and the order of levels."""

from __future__ import annotations

from collections.abc import Iterable

from flows import Level as Level

_ORDER = tuple(Level)


def rank(level: Level) -> int:
    """How high a level is; None is 0."""
    return _ORDER.index(level)


def by_rank(levels: Iterable[Level]) -> tuple[Level, ...]:
    """The distinct levels, lowest first."""
    return tuple(sorted(set(levels), key=rank))
