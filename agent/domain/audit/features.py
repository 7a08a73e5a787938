"""Which ChannelAdvisor features the rights that were seen can serve."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agent.domain.audit.level import Level
from agent.domain.audit.reading import Reading
from agent.domain.policy.model import Feature, Policy
from flows import ProbeAnswer


class Served(StrEnum):
    """Whether a feature can be served."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedFeature:
    """One feature and what that rests on."""

    name: str
    served: Served
    because: str


def served_features(policy: Policy, reading: Reading) -> tuple[ServedFeature, ...]:
    """Derive each feature from the rows, or from the probes where there are no rows."""
    derive = _from_rows if reading.rows else _from_probes
    return tuple(derive(feature, reading) for feature in policy.features) if reading.rows or reading.probes else ()


def _from_rows(feature: Feature, reading: Reading) -> ServedFeature:
    rows = [row for row in reading.rows if any(name.names(row) for name in feature.rows)]
    granted = next((row for row in rows if row.level not in (None, Level.NONE)), None)
    if granted is not None:
        return ServedFeature(
            name=feature.name, served=Served.YES, because=f"{granted.section} > {granted.permission} is {granted.level}"
        )
    if rows and all(row.level is Level.NONE for row in rows):
        return ServedFeature(
            name=feature.name, served=Served.NO, because=f"{rows[0].section} > {rows[0].permission} is None"
        )
    return ServedFeature(name=feature.name, served=Served.UNCLEAR, because="no row that it needs was read")


def _from_probes(feature: Feature, reading: Reading) -> ServedFeature:
    answers = {probe.path: probe.answer for probe in reading.probes if probe.path in feature.paths}
    reached = next((path for path, answer in answers.items() if answer is ProbeAnswer.REACHED), None)
    if reached is not None:
        return ServedFeature(name=feature.name, served=Served.YES, because=f"{reached} can be opened")
    if answers and all(answer is ProbeAnswer.REFUSED for answer in answers.values()):
        return ServedFeature(name=feature.name, served=Served.NO, because=f"{next(iter(answers))} is refused")
    return ServedFeature(name=feature.name, served=Served.UNCLEAR, because="no page that it needs gave a clear answer")
