"""From what the insights flow read to what the domain says."""

from __future__ import annotations

from agent.domain.insights.reading import (
    AsinFigures,
    DatedPercentage,
    InsightPage,
    Insights,
    InsightValue,
    MissingReason,
)
from flows import InsightsReading, Settled


def insights_of(reading: InsightsReading) -> Insights:
    """Say in the domain's words what a flow read."""
    return Insights(
        marketplace_id=reading.marketplace_id,
        values={what: _value(settled) for what, settled in reading.values.items()},
        pages=tuple(
            InsightPage(about=page.about, reason=MissingReason(page.absence.value), detail=page.detail)
            for page in reading.pages
        ),
        points=tuple(
            DatedPercentage(
                value=point.value,
                first=point.first,
                last=point.last,
                granularity=point.granularity,
                problem=point.problem,
            )
            for point in reading.points
        ),
        rows=tuple(
            AsinFigures(
                name=row.name,
                parent_asin=row.parent_asin,
                child_asin=row.child_asin,
                sku=row.sku,
                values=row.values,
                unread=row.unread,
            )
            for row in reading.rows
        ),
        rows_go_on=reading.rows_go_on,
        blocked=reading.blocked_requests,
    )


def _value(settled: Settled) -> InsightValue:
    return InsightValue(
        value=settled.value,
        source=None if settled.source is None else settled.source.value,
        reason=None if settled.absence is None else MissingReason(settled.absence.value),
        evidence=settled.evidence,
    )
