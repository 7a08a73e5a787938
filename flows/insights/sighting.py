"""What one reading says of one value, and what two readings come to.

Units are settled here: `rate` is a fraction, `buyBoxPercentage` 0 to 100.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

Scalar = int | float | str
_EXACT = 1e-9


class InsightSource(StrEnum):
    """Where a value was seen; the contract's words."""

    PAGE = "page"  # text and ids of the page
    PAGE_JSON = "page_json"  # an answer that the page's own code fetched, or the data it was sent with


class Absence(StrEnum):
    """Why a value is null; the contract's words."""

    NO_PERMISSION = "no_permission"  # the site refuses the page or the call
    NO_DATA = "no_data"  # the site says that there is none
    NOT_READ = "not_read"  # it was not there to read, not understood, or two readings differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One value as one reading has it.

    `value` None: the reading says that there is none; with `problem`, it could not be understood. `step` is how far a
    rounded text may lie from the exact value.
    """

    what: str  # dotted path in the document
    value: Scalar | None
    source: InsightSource
    where: str  # an id, a path, a key
    step: float = 0.0
    problem: str | None = None

    @property
    def told(self) -> str:
        """The sighting as evidence, in one line."""
        return f"{self.source} {self.where}: {self.problem or ('no value' if self.value is None else self.value)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What the readings of one value come to.

    A value, or why there is none, with what each said.
    """

    value: Scalar | None
    source: InsightSource | None = None
    absence: Absence | None = None
    evidence: tuple[str, ...] = ()
    readings: int = 1  # how many kinds of reading saw it
    differs: bool = False  # they were understood, and say different things


def settle_sightings(sightings: Iterable[Sighting]) -> dict[str, Settled]:
    """Settle each value that was seen; readings that differ settle nothing.

    A metric with one value that differs is not read as a whole. Where readings differ in several metrics, or in half
    of those that have two, one of them is of another day or place: only what both say is left.
    """
    by_what: dict[str, list[Sighting]] = {}
    for sighting in sightings:
        by_what.setdefault(sighting.what, []).append(sighting)
    settled = {what: _settle(seen) for what, seen in by_what.items()}
    doubtful = {_metric_of(what) for what, one in settled.items() if one.differs}
    compared = {_metric_of(what) for what, one in settled.items() if one.readings > 1}
    nothing_else = len(doubtful) > 1 or (bool(doubtful) and 2 * len(doubtful) >= len(compared))
    return {
        what: _doubted(one)
        if one.value is not None and (_metric_of(what) in doubtful or (nothing_else and one.readings < 2))
        else one
        for what, one in settled.items()
    }


def _metric_of(what: str) -> str:
    return ".".join(what.split(".")[:2])


def _doubted(one: Settled) -> Settled:
    told = ("other values that were read with it differ from the page", *one.evidence)
    return replace(one, value=None, source=None, absence=Absence.NOT_READ, evidence=told)


def _settle(seen: list[Sighting]) -> Settled:
    evidence = tuple(dict.fromkeys(sighting.told for sighting in seen))
    kinds = len({sighting.source for sighting in seen})
    if any(sighting.problem for sighting in seen):
        return Settled(value=None, absence=Absence.NOT_READ, evidence=evidence)
    valued = [sighting for sighting in seen if sighting.value is not None]
    if not valued:
        return Settled(value=None, absence=Absence.NO_DATA, evidence=evidence, readings=kinds)
    best = min(valued, key=lambda sighting: (sighting.step, sighting.source is not InsightSource.PAGE_JSON))
    if len(valued) < len(seen) or not all(_agree(best, other) for other in valued):
        return Settled(value=None, absence=Absence.NOT_READ, evidence=evidence, readings=kinds, differs=True)
    return Settled(value=best.value, source=best.source, evidence=evidence, readings=kinds)


def _agree(one: Sighting, other: Sighting) -> bool:
    if isinstance(one.value, str) or isinstance(other.value, str):
        return one.value == other.value
    assert one.value is not None  # noqa: S101 - only valued sightings are compared
    assert other.value is not None  # noqa: S101
    return abs(one.value - other.value) <= max(one.step, other.step) + _EXACT
