"""The schemas of the insights' data files, `selectors/insights/`.

What each key is for stands in the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from flows.tables import Table, Text, Texts

Address = Annotated[str, StringConstraints(pattern=r"^[/*]")]
About = Literal["health", "tiles", "by_date", "by_asin"]


class HealthWords(Table):
    """Words of the account health page."""

    nothing: tuple[str, ...]
    marketplace: Texts


class MetricNames(Table):
    """A metric with a rate."""

    counts: Texts
    parts: Texts = ()


class OrderDefectNames(MetricNames):
    """The metric with a side for each kind of delivery."""

    name: Text
    sides: Texts


class DefectNames(Table):
    """A metric with a number of defects."""

    listing: Texts


class RateRow(Table):
    """A row of the page with a rate."""

    row: Text
    rate: Text
    part: Text
    whole: Text
    first: bool = False


class DefectRow(Table):
    """A row of the page with a number of defects."""

    row: Text
    defects: Text


class RatingPlace(Table):
    """Where the rating stands."""

    score: Text


class HealthPage(Table):
    """Where the page shows a value."""

    column: Text
    value: Text
    counts: Text
    none: Text
    rates: tuple[RateRow, ...]
    defects: tuple[DefectRow, ...]
    single_rates: dict[Text, Text]
    single_counts: dict[Text, Text]
    rating: RatingPlace
    bands: dict[Literal["great", "at_risk", "critical"], Text]


class HealthTable(Table):
    """`health.toml`."""

    words: HealthWords
    enumerations: dict[Text, Texts]
    spellings: dict[Text, Texts]
    same_as: dict[Text, Text]
    rates: dict[Text, MetricNames]
    order_defects: OrderDefectNames
    defects: dict[Text, DefectNames]
    page: HealthPage


class OpenedPage(Table):
    """A page that is opened."""

    about: About
    addresses: tuple[Address, ...] = Field(min_length=1)
    also: tuple[Address, ...] = ()
    fragment: Text | None = None


class ListenedAnswer(Table):
    """A call of the page's own that is listened to."""

    about: Literal["health", "tiles", "report"]
    method: Literal["GET", "POST"]
    paths: tuple[Address, ...] = Field(min_length=1)
    queries: Texts = ()


class InsteadOfJson(Table):
    """An answer of another kind."""

    looked_at: Annotated[int, Field(ge=1)]
    signed_out: Texts
    throttled: Texts
    whole: Text


class PagesTable(Table):
    """`pages.toml`."""

    documents: tuple[Address, ...] = Field(min_length=1)
    pages: tuple[OpenedPage, ...] = Field(min_length=1)
    answers: tuple[ListenedAnswer, ...] = Field(min_length=1)
    instead: InsteadOfJson


class ReportsTable(Table):
    """`reports.toml`."""

    granularities: Texts
    keys: dict[Text, Texts]
    percents: dict[Text, Texts]
    counts: dict[Text, Texts]
    places: dict[Text, Texts]


class TilesTable(Table):
    """`tiles.toml`."""

    data: Texts
    text: Text
    card: Text
    windows: dict[Literal["2d", "30d"], int]


INSIGHTS_TABLES: Mapping[str, type[Table]] = MappingProxyType(
    {"health": HealthTable, "pages": PagesTable, "reports": ReportsTable, "tiles": TilesTable}
)
