"""Small charts as SVG, with title and description for screen readers; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

_WIDTH, _HEIGHT, _EDGE = 240, 64, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The values of one metric, oldest first, beside its newest target.

    `percent`: values are fractions.
    """

    name: str
    points: tuple[tuple[datetime, float], ...]
    target: float | None = None
    condition: str = ""
    percent: bool = True

    def shown(self, value: float) -> str:
        """A value as people read it."""
        return f"{value:.2%}" if self.percent else f"{value:g}"


def line_chart(series: Series, *, number: int) -> Markup:
    """Draw one metric as a line with its target.

    `number` makes the ids of the page its own.
    """
    values = [value for _, value in series.points]
    low, high = _bounds([*values, *([] if series.target is None else [series.target])])
    dots = [(_across(at, len(values)), _up(value, low, high)) for at, value in enumerate(values)]
    line = " ".join(f"{x:g},{y:g}" for x, y in dots)
    last = (
        Markup('<circle class="chart-dot" cx="{}" cy="{}" r="3"/>').format(*map(_plain, dots[-1]))
        if dots
        else Markup("")
    )
    return Markup(
        '<svg class="chart" role="img" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
        'aria-labelledby="chart-{n}-t chart-{n}-d"><title id="chart-{n}-t">{title}</title><desc '
        'id="chart-{n}-d">{told}</desc>{target}<polyline class="chart-line" points="{line}" fill="none"/>{last}</svg>'
    ).format(
        w=_WIDTH, h=_HEIGHT, n=number, title=series.name, told=describe(series), line=line, last=last,
        target=_target_line(series, low, high),
    )  # fmt: skip


def describe(series: Series) -> str:
    """What a person sees in the chart, in words."""
    if not series.points:
        return "No value was read."
    (first_at, first), (last_at, last) = series.points[0], series.points[-1]
    told = f"{series.shown(last)} on {last_at:%Y-%m-%d}"
    if len(series.points) > 1:
        told = f"From {series.shown(first)} on {first_at:%Y-%m-%d} to {told}, {len(series.points)} readings"
    if series.target is None:
        return f"{told}. No target was read with it."
    wanted = {"LESS_THAN": "below", "GREATER_THAN": "above", "EQUALS": "equal to"}.get(series.condition, "at")
    return f"{told}. The target is {wanted} {series.shown(series.target)}."


def _target_line(series: Series, low: float, high: float) -> Markup:
    if series.target is None:
        return Markup("")
    y = _plain(_up(series.target, low, high))
    return Markup('<line class="chart-target" x1="0" x2="{}" y1="{}" y2="{}"/>').format(_WIDTH, y, y)


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _across(at: int, count: int) -> float:
    return _WIDTH / 2 if count == 1 else _EDGE + at * (_WIDTH - 2 * _EDGE) / (count - 1)


def _up(value: float, low: float, high: float) -> float:
    return _HEIGHT - _EDGE - (value - low) * (_HEIGHT - 2 * _EDGE) / (high - low)


def _plain(number: float) -> str:
    return f"{number:g}"
