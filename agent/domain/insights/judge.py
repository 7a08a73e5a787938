"""Whether a rate meets the target that was read with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypedDict

_MEETS: Mapping[str, Callable[[float, float], bool]] = {
    "LESS_THAN": lambda rate, target: rate < target,
    "GREATER_THAN": lambda rate, target: rate > target,
    "EQUALS": lambda rate, target: rate == target,
}


class JudgedRate(TypedDict):
    """One metric beside its target; `met` is None where no target was read with it."""

    metric: str
    value: float
    targetValue: float | None
    targetCondition: str | None
    met: bool | None


def meets_target(rate: float | None, target: float | None, condition: str | None) -> bool | None:
    """Whether a rate meets its target.

    None where one of the three is missing or the condition has no name of ours.
    """
    if rate is None or target is None or condition is None or condition not in _MEETS:
        return None
    return _MEETS[condition](rate, target)


def judge_metric(name: str, metric: Mapping[str, Any]) -> JudgedRate | None:
    """Judge one metric of a document by its own target.

    None without a rate or a number of defects.
    """
    value = metric.get("rate", metric.get("defectsCount"))
    if value is None:
        return None
    target, condition = metric.get("targetValue"), metric.get("targetCondition")
    return JudgedRate(
        metric=name,
        value=value,
        targetValue=target,
        targetCondition=condition,
        met=meets_target(value, target, condition),
    )
