"""What a reading of insights proves of the second authorization.

Where it does not, on-call is told why.
"""

from __future__ import annotations

from collections.abc import Iterator

from agent.domain.insights.document import InsightsDocument
from agent.domain.insights.reading import MissingReason

_OURS = "insights: "  # an internal reason that begins so is of a reading of insights


def read_features(document: InsightsDocument) -> Iterator[str]:
    """The features of the policy whose data this reading holds."""
    metrics = document["performanceMetrics"]
    if any(_holds(value) for name, value in metrics.items() if name != "marketplaceId"):
        yield "account_health"
    if document["buyBox"]["buyBoxPercentage"] is not None:
        yield "buy_box_percentage"
    if document["buyBox"]["byAsin"]:
        yield "buy_box_insights"


def refusal_reason(document: InsightsDocument) -> str | None:
    """For on-call: the rows pass, yet the site refuses pages.

    None where it refuses none.
    """
    refused = [page for page in document["pages"] if page["outcome"] == MissingReason.NO_PERMISSION]
    if not refused:
        return None
    told = "; ".join(f"{page['about']} ({page['detail']})" if page["detail"] else page["about"] for page in refused)
    return f"{_OURS}the permissions pass, but the site refuses what they should open: {told}"


def kept_reason(internal_reason: str | None) -> str | None:
    """The part of an internal reason that only another reading of insights settles."""
    return internal_reason if internal_reason is not None and internal_reason.startswith(_OURS) else None


def _holds(value: object) -> bool:
    if isinstance(value, dict):
        return any(_holds(one) for one in value.values())
    return value is not None and value != []
