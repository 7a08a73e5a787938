"""One measured figure, and the reason why another could not be measured."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from statistics import median


class UnmeasuredError(Exception):
    """This machine lacks what a figure needs; the sentence says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The median of several runs with its bounds."""

    name: str
    value: float
    unit: str  # ratio, s, MB, 1/min, 1/s, %
    of: str  # what it was measured beside
    runs: int
    min: float
    max: float


def figure(name: str, values: Sequence[float], *, unit: str, of: str) -> Figure:
    """Sum up the runs of one figure."""
    return Figure(name=name, value=median(values), unit=unit, of=of, runs=len(values), min=min(values), max=max(values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Figures that are measured together.

    `measure` takes whether it is the quick run, and yields them as they come.
    """

    names: tuple[str, ...]
    measure: Callable[[bool], AsyncIterator[Figure]]
