"""The insights document: names and units of the schemas, every null named, rates judged by the target read with
them.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from agent.domain.insights.document import is_everything
from agent.domain.insights.judge import judge_metric, meets_target
from agent.domain.insights.proof import kept_reason, read_features, refusal_reason
from agent.domain.insights.reading import DatedPercentage, InsightPage, InsightValue, MissingReason
from tests.support.insights import LATE, late_shipments
from tests.support.insights_schemas import schema_errors
from tests.support.sites.insights_rig import unnamed_nulls
from tests.support.stored.registry import NOW

REFUSED = tuple(
    InsightPage(about=about, reason=MissingReason.NO_PERMISSION, detail="access_required")
    for about in ("health", "by_date", "by_asin")
)


def point(value: float | None, day: int, problem: str | None = None) -> DatedPercentage:
    when = date(2026, 11, day)
    return DatedPercentage(value=value, first=when, last=when, granularity="DAY", problem=problem)


@pytest.mark.parametrize(
    ("rate", "target", "condition", "met"),
    [
        (0.009, 0.01, "LESS_THAN", True),
        (0.01, 0.01, "LESS_THAN", False),
        (0.96, 0.95, "GREATER_THAN", True),
        (0, 0, "EQUALS", True),
        (1, 0, "EQUALS", False),
        (0.5, None, "LESS_THAN", None),
        (0.5, 0.4, None, None),
        (0.5, 0.4, "ABOUT", None),
    ],
)
def test_a_rate_is_judged_by_its_own_target(
    rate: float, target: float | None, condition: str | None, met: bool | None
) -> None:
    assert meets_target(rate, target, condition) is met


def test_a_metric_without_a_value_is_not_judged() -> None:
    assert judge_metric("x", {"rate": None, "targetValue": 0.1, "targetCondition": "LESS_THAN"}) is None


def test_every_null_is_named_and_what_was_read_fits_the_schemas() -> None:
    document = late_shipments(0.05, now=NOW)
    assert unnamed_nulls(document) == []
    assert schema_errors(document) == []
    assert document["judged"] == [
        {"metric": "lateShipmentRate", "value": 0.05, "targetValue": 0.04, "targetCondition": "LESS_THAN", "met": False}
    ]


def test_a_value_outside_the_schema_would_be_seen() -> None:
    assert schema_errors(late_shipments(1.5, now=NOW))


def test_nothing_read_at_all_is_all_nulls_named_and_no_proof() -> None:
    document = late_shipments(0.05, now=NOW, values={}, pages=(), points=(), rows=())
    assert unnamed_nulls(document) == []
    assert {item["reason"] for item in document["missing"]} == {"not_read"}
    assert (is_everything(document), list(read_features(document)), document["source"]) == (False, [], "page")


@pytest.mark.parametrize(
    ("points", "value", "day"),
    [
        ((point(10.0, 1), point(20.0, 2)), 20.0, "2026-11-02"),
        ((point(10.0, 1), point(None, 2)), 10.0, "2026-11-01"),
        ((point(10.0, 1), point(None, 2, "two scales")), 10.0, "2026-11-01"),
        ((point(20.0, 2), point(21.0, 2)), None, None),
    ],
)
def test_the_newest_percentage_that_is_read_in_one_way_counts(
    points: tuple[DatedPercentage, ...], value: float | None, day: str | None
) -> None:
    buy_box = late_shipments(0.05, now=NOW, points=points)["buyBox"]
    assert (buy_box["buyBoxPercentage"], buy_box["from"]) == (value, day)


def test_the_tile_of_thirty_days_stands_in_where_the_report_has_nothing() -> None:
    values = {"buyBox.30d": InsightValue(value=66.0, source="page_json")}
    document = late_shipments(0.05, now=NOW, points=(), values=values)
    told = {key: document["buyBox"][key] for key in ("buyBoxPercentage", "from", "granularity")}
    assert told == {"buyBoxPercentage": 66.0, "from": None, "granularity": "30d"}


def test_refused_pages_are_a_reason_for_on_call_that_names_them() -> None:
    document = late_shipments(0.05, now=NOW, values={}, pages=REFUSED, points=(), rows=())
    reason = refusal_reason(document)
    assert reason is not None
    assert "health (access_required)" in reason
    assert kept_reason(reason) == reason
    assert kept_reason("audit: incomplete") is None
    assert refusal_reason(late_shipments(0.05, now=NOW + timedelta(days=1))) is None


def test_only_what_the_site_has_no_data_for_may_be_missing_from_everything() -> None:
    assert is_everything(late_shipments(0.05, now=NOW))
    one = InsightValue(value=None, reason=MissingReason.NOT_READ, evidence=("page 1", "page_json 2"))
    document = late_shipments(0.05, now=NOW, values={f"{LATE}.rate": one})
    assert not is_everything(document)
    assert {"what": f"{LATE}.rate", "reason": "not_read", "evidence": ["page 1", "page_json 2"]} in document["missing"]
