"""Readings of insights for tests of what is kept and shown."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.engine import Engine

from agent.domain.insights.document import InsightsDocument, insights_document
from agent.domain.insights.reading import (
    AsinFigures,
    DatedPercentage,
    InsightPage,
    Insights,
    InsightValue,
    MissingReason,
)
from agent.store import accounts
from agent.store.database.engine import writing
from agent.store.insights import record_insights

LATE = "performanceMetrics.lateShipmentRate"


def late_shipments(
    rate: float, *, target: float = 0.04, now: datetime, account: str = "A1", **more: Any
) -> InsightsDocument:
    """A reading with one metric beside its target, a percentage and a row by ASIN; `more` are other parts of it."""
    values: dict[str, Any] = {
        f"{LATE}.rate": rate,
        f"{LATE}.targetValue": target,
        f"{LATE}.targetCondition": "LESS_THAN",
    }
    row = AsinFigures(
        name="B01", parent_asin="B00", child_asin="B01", sku=None, values={"buyBoxPercentage": 55.0}, unread={}
    )
    parts: dict[str, Any] = {
        "values": {what: InsightValue(value=value, source="page_json") for what, value in values.items()},
        "pages": tuple(
            InsightPage(about=about, reason=MissingReason.NO_DATA)
            for about in ("health", "tiles", "by_date", "by_asin")
        ),
        "points": (DatedPercentage(value=87.5, first=date(2026, 11, 20), last=date(2026, 11, 20), granularity="DAY"),),
        "rows": (row,),
    } | more
    return insights_document(Insights(marketplace_id="ATVPDKIKX0DER", **parts), account=account, now=now)


def keep_insights(engine: Engine, document: InsightsDocument, *, at: datetime) -> int:
    """Store one reading of its account."""
    with writing(engine) as conn:
        account = accounts.get(conn, document["account"])
        return record_insights(conn, account, document, at=at, visit_id="v" * 32)[0]
