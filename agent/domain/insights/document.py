"""One reading as the contract's JSON: what is stored, shown and sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypedDict

from agent.domain.insights.judge import JudgedRate, judge_metric
from agent.domain.insights.names import BUY_BOX, METRICS, WARNINGS, WINDOWS, health_names
from agent.domain.insights.reading import (
    AsinFigures,
    DatedPercentage,
    Insights,
    InsightValue,
    MissingReason,
    Scalar,
)

SCHEMA = 1
_TRAFFIC = ("sessions", "pageViews", "buyBoxPercentage", "buyBoxPercentageB2B", "unitSessionPercentage")
_SALES = ("unitsOrdered", "totalOrderItems")


class MissingValue(TypedDict):
    """One value that is null: its path, why, and what was seen instead."""

    what: str
    reason: str
    evidence: list[str]


class PageOutcome(TypedDict):
    """How one page went: `read`, or the reason of what it lacks."""

    about: str
    outcome: str
    detail: str


class InsightsDocument(TypedDict):
    """The contract's section "insights ID --format json".

    `judged` and `pages` stand beside it.
    """

    schema: int
    account: str
    marketplaceId: str
    captured_at: str
    source: str
    accountStatus: str | None
    accountHealthRating: dict[str, Any]
    performanceMetrics: dict[str, Any]
    buyBox: dict[str, Any]
    missing: list[MissingValue]
    judged: list[JudgedRate]
    pages: list[PageOutcome]


def insights_document(insights: Insights, *, account: str, now: datetime) -> InsightsDocument:
    """Write one reading down; every null is named in `missing`."""
    tree: dict[str, Any] = {"accountHealthRating": {}, METRICS: {"marketplaceId": insights.marketplace_id}}
    missing: list[MissingValue] = []
    for what in health_names():
        value = insights.values.get(what) or _absent(insights, "health")
        _put(tree, what, value.value)
        missing += _missing(what, value)
    tree[METRICS]["warningStates"] = _warnings(insights, missing)
    buy_box, buy_box_missing = _buy_box(insights)
    missing += buy_box_missing
    return InsightsDocument(
        schema=SCHEMA,
        account=account,
        marketplaceId=insights.marketplace_id,
        captured_at=now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        source=_source(insights),
        accountStatus=tree["accountStatus"],
        accountHealthRating=tree["accountHealthRating"],
        performanceMetrics=tree[METRICS],
        buyBox=buy_box,
        missing=_with_wholes(tree, missing),
        judged=list(_judged(tree[METRICS])),
        pages=[
            PageOutcome(
                about=page.about,
                outcome="read" if page.reason is MissingReason.NO_DATA else str(page.reason),
                detail=page.detail,
            )
            for page in insights.pages
        ],
    )


def is_everything(document: InsightsDocument) -> bool:
    """Whether nothing is missing but what the site has no data for."""
    return all(missing["reason"] == MissingReason.NO_DATA for missing in document["missing"])


def _absent(insights: Insights, about: str) -> InsightValue:
    """A value that no reading of its page saw."""
    page = insights.page(about)
    return InsightValue(value=None, reason=page.reason, evidence=(page.detail,) if page.detail else ())


def _put(tree: dict[str, Any], path: str, value: Scalar | None) -> None:
    *above, last = path.split(".")
    for name in above:
        tree = tree.setdefault(name, {})
    tree[last] = value


def _missing(what: str, value: InsightValue) -> list[MissingValue]:
    if value.value is not None:
        return []
    return [MissingValue(what=what, reason=value.reason or MissingReason.NOT_READ, evidence=list(value.evidence))]


def _warnings(insights: Insights, missing: list[MissingValue]) -> list[dict[str, Any]] | None:
    states = {what: value for what, value in insights.values.items() if what.startswith(WARNINGS + ".")}
    if not states:
        missing += _missing(WARNINGS, _absent(insights, "health"))
        return None
    for what, value in states.items():
        missing += _missing(what, value)
    return [{"warningType": what.split(".")[-2], "status": value.value} for what, value in sorted(states.items())]


def _buy_box(insights: Insights) -> tuple[dict[str, Any], list[MissingValue]]:
    """The newest dated percentage of the report by date.

    Without one, the tile's of thirty days.
    """
    missing: list[MissingValue] = []
    windows: dict[str, Scalar | None] = {}
    for window in WINDOWS:
        value = insights.values.get(f"{BUY_BOX}.{window}") or _absent(insights, "tiles")
        windows[window] = value.value
        missing += _missing(f"{BUY_BOX}.windows.{window}", value)
    point, reason = _newest(insights)
    figures: dict[str, Any] = {"buyBoxPercentage": None, "from": None, "to": None, "granularity": None}
    if point is not None:
        figures |= {
            "buyBoxPercentage": point.value,
            "from": point.first.isoformat(),
            "to": point.last.isoformat(),
            "granularity": point.granularity,
        }
    elif windows["30d"] is not None:
        figures |= {"buyBoxPercentage": windows["30d"], "granularity": "30d"}
    missing += [
        item for name, value in figures.items() if value is None for item in _missing(f"{BUY_BOX}.{name}", reason)
    ]
    rows, rows_missing = _by_asin(insights)
    return {**figures, "windows": windows, "byAsin": rows}, [*missing, *rows_missing]


def _newest(insights: Insights) -> tuple[DatedPercentage | None, InsightValue]:
    """The newest percentage that is read in one way only, and why there is none."""
    absent = _absent(insights, "by_date")
    points = sorted(insights.points, key=lambda point: (point.last, point.first), reverse=True)
    troubled = [f"{point.first}: {point.problem}" for point in points if point.problem]
    for point in points:
        same = {other.value for other in points if (other.first, other.last) == (point.first, point.last)}
        if len(same) > 1:
            troubled.append(f"{point.first}: {' and '.join(str(value) for value in sorted(same, key=str))}")
        elif point.value is not None and not point.problem:
            return point, absent
    if troubled:
        return None, InsightValue(value=None, reason=MissingReason.NOT_READ, evidence=tuple(troubled[:5]))
    return None, absent


def _by_asin(insights: Insights) -> tuple[list[dict[str, Any]] | None, list[MissingValue]]:
    path = f"{BUY_BOX}.byAsin"
    if not insights.rows:
        return None, _missing(path, _absent(insights, "by_asin"))
    missing = [item for row in insights.rows for item in _unread(path, row)]
    if insights.rows_go_on:
        more = InsightValue(value=None, reason=MissingReason.NOT_READ, evidence=("the report has more rows",))
        missing += _missing(path, more)
    return [_row(row) for row in insights.rows], missing


def _row(row: AsinFigures) -> dict[str, Any]:
    written: dict[str, Any] = {"parentAsin": row.parent_asin, "childAsin": row.child_asin, "sku": row.sku}
    for place, names in (("trafficByAsin", _TRAFFIC), ("salesByAsin", _SALES)):
        written[place] = {name: row.values[name] for name in names if name in row.values}
    return written


def _unread(path: str, row: AsinFigures) -> Iterator[MissingValue]:
    for name, value in row.values.items():
        if value is None:
            place = "salesByAsin" if name in _SALES else "trafficByAsin"
            problem = row.unread.get(name)
            reason = MissingReason.NOT_READ if problem else MissingReason.NO_DATA
            evidence = [problem] if problem else []
            yield MissingValue(what=f"{path}.{row.name}.{place}.{name}", reason=reason, evidence=evidence)
    for name in ("parentAsin", "childAsin", "sku"):
        if {"parentAsin": row.parent_asin, "childAsin": row.child_asin, "sku": row.sku}[name] is None:
            yield MissingValue(what=f"{path}.{row.name}.{name}", reason=MissingReason.NO_DATA, evidence=[])


def _with_wholes(tree: dict[str, Any], missing: list[MissingValue]) -> list[MissingValue]:
    """Name a metric of which nothing was read in front of its values."""
    told: list[MissingValue] = []
    named: set[str] = set()
    for item in missing:
        parts = item["what"].split(".")
        whole = ".".join(parts[:2])
        if len(parts) > 2 and parts[0] == METRICS and whole not in named and _is_empty(tree[METRICS].get(parts[1])):
            named.add(whole)
            told.append(MissingValue(what=whole, reason=item["reason"], evidence=item["evidence"]))
        told.append(item)
    return told


def _is_empty(value: Any) -> bool:
    return all(_is_empty(one) for one in value.values()) if isinstance(value, dict) else value is None


def _judged(metrics: Mapping[str, Any]) -> Iterator[JudgedRate]:
    for name, metric in metrics.items():
        if not isinstance(metric, dict):
            continue
        sides = {f"{name}.{side}": metric[side] for side in ("mfn", "afn") if side in metric} or {name: metric}
        for called, one in sides.items():
            if (judged := judge_metric(called, one)) is not None:
                yield judged


def _source(insights: Insights) -> str:
    """`page_json` where any value comes from an answer, else `page`."""
    heard = bool(insights.points or insights.rows) or any(
        value.source == "page_json" for value in insights.values.values()
    )
    return "page_json" if heard else "page"
