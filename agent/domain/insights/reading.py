"""What a visit read of insights, in the domain's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

Scalar = int | float | str


class MissingReason(StrEnum):
    """Why a value is null; the contract's words."""

    NO_PERMISSION = "no_permission"  # the site refuses the page or the call
    NO_DATA = "no_data"  # the site says that there is none
    NOT_READ = "not_read"  # it was not there to read, not understood, or two readings differ


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightValue:
    """One value, or why there is none."""

    value: Scalar | None
    source: str | None = None  # page, page_json
    reason: MissingReason | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightPage:
    """How one page of the visit went; `reason` is why a value it did not show is null."""

    about: str  # health, tiles, by_date, by_asin
    reason: MissingReason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedPercentage:
    """The Featured Offer percentage of one stretch of days, 0 to 100."""

    value: float | None
    first: date
    last: date
    granularity: str
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AsinFigures:
    """One row of a report by ASIN.

    `unread` says of each column that could not be understood why.
    """

    name: str
    parent_asin: str | None
    child_asin: str | None
    sku: str | None
    values: Mapping[str, int | float | None]
    unread: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Insights:
    """Everything that was read of one marketplace.

    `values` are by the paths of `names`, only what was seen.
    """

    marketplace_id: str
    values: Mapping[str, InsightValue]
    pages: tuple[InsightPage, ...]
    points: tuple[DatedPercentage, ...] = ()
    rows: tuple[AsinFigures, ...] = ()
    rows_go_on: bool = False
    blocked: tuple[str, ...] = field(default=())

    def page(self, about: str) -> InsightPage:
        """How the page of this name went."""
        unopened = InsightPage(about=about, reason=MissingReason.NOT_READ, detail="it was not opened")
        return next((page for page in self.pages if page.about == about), unopened)

    @property
    def refused(self) -> tuple[InsightPage, ...]:
        """The pages that the site does not let this user open."""
        return tuple(page for page in self.pages if page.reason is MissingReason.NO_PERMISSION)
