"""Every value an insights document has a place for, by dotted path.

The names are those of Amazon's report schemas `accountHealthReport-2020-11-18` and `sellerSalesAndTrafficReport`
(facts: account health and Buy Box, sections 1.1 and 1.3).
"""

from __future__ import annotations

from collections.abc import Iterator

METRICS = "performanceMetrics"
RATING = "accountHealthRating"
BUY_BOX = "buyBox"
_RANGE = ("reportingDateRange.reportingDateFrom", "reportingDateRange.reportingDateTo")
_COMMON = ("status", *_RANGE)
_JUDGED = ("rate", "targetValue", "targetCondition", *_COMMON)

_SIDE = (
    *_JUDGED,
    "orderCount",
    *(
        f"{part}.{name}"
        for part in ("orderWithDefects", "claims", "chargebacks", "negativeFeedback")
        for name in ("count", "status")
    ),
)
_RATES: dict[str, tuple[str, ...]] = {
    "lateShipmentRate": ("orderCount", "lateShipmentCount"),
    "preFulfillmentCancellationRate": ("orderCount", "cancellationCount"),
    "validTrackingRate": ("shipmentCount", "validTrackingCount"),
    "onTimeDeliveryRate": ("shipmentCountWithValidTracking", "onTimeDeliveryCount"),
    "unitOnTimeDeliveryRate": ("unitOnTimeDeliveryCount", "totalUnitCount"),
    "invoiceDefectRate": (
        "orderCount",
        *(
            f"{part}.{name}"
            for part in ("invoiceDefect", "missingInvoice", "lateInvoice")
            for name in ("count", "status")
        ),
    ),
}
_DEFECTS = (
    "listingPolicyViolations",
    "productAuthenticityCustomerComplaints",
    "productConditionCustomerComplaints",
    "productSafetyCustomerComplaints",
    "receivedIntellectualPropertyComplaints",
    "restrictedProductPolicyViolations",
    "suspectedIntellectualPropertyViolations",
    "foodAndProductSafetyIssues",
    "otherPolicyViolations",
    "documentRequests",
)
WARNINGS = f"{METRICS}.warningStates"
WINDOWS = ("2d", "30d")  # of the home page's tile


def health_names() -> Iterator[str]:
    """Every value of account health, in the document's order."""
    yield "accountStatus"
    yield from (f"{RATING}.{name}" for name in ("ahrScore", "accountHealthRatingStatus", "band"))
    yield from (f"{METRICS}.orderDefectRate.{side}.{name}" for side in ("mfn", "afn") for name in _SIDE)
    yield from (f"{METRICS}.{metric}.{name}" for metric, own in _RATES.items() for name in (*_JUDGED, *own))
    yield from (
        f"{METRICS}.{metric}.{name}"
        for metric in _DEFECTS
        for name in ("defectsCount", "targetValue", "targetCondition", *_COMMON)
    )
