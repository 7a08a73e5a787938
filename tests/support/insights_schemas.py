"""An insights document mapped back to Amazon's two report schemas, with its nulls dropped, and held against them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from agent.domain.insights.document import InsightsDocument
from tests.support.json_schema import errors_of


def schema_errors(document: InsightsDocument) -> list[str]:
    """Where the document does not fit the schemas whose names it claims."""
    health, sales = reports_of(document)
    return [*_errors("accountHealth", health), *_errors("salesAndTraffic", sales)]


def reports_of(document: InsightsDocument) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same values as the two reports have them; what is ours alone (score, band, windows) is no part of them."""
    rating = {key: document["accountHealthRating"][key] for key in ("accountHealthRatingStatus",)}
    metrics = {**document["performanceMetrics"], "accountHealthRating": rating}
    status = {"marketplaceId": document["marketplaceId"], "status": document["accountStatus"]}
    health = {"accountStatuses": [status], "performanceMetrics": [metrics]}
    buy_box = document["buyBox"]
    day = {"date": buy_box["from"], "trafficByDate": {"buyBoxPercentage": buy_box["buyBoxPercentage"]}}
    sales = {"salesAndTrafficByDate": [day], "salesAndTrafficByAsin": buy_box["byAsin"]}
    return _without_nulls(health), _without_nulls(sales)


def _without_nulls(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _without_nulls(value) for key, value in tree.items() if value is not None}
    return [_without_nulls(item) for item in tree] if isinstance(tree, list) else tree


@cache
def _schemas() -> dict[str, Any]:
    text = (Path(__file__).parents[1] / "data" / "insights_schemas.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _errors(name: str, report: dict[str, Any]) -> list[str]:
    schema = {"$defs": _schemas()["$defs"], "$ref": f"#/$defs/{name}"}
    return [f"{name} {error}" for error in errors_of(report, schema)]
