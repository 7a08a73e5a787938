"""Business Reports: the answers of the page's own questions, by translationKey.

Pure.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flows.insights.data import insights_data
from flows.insights.numbers import NumberError, count_of, is_nothing, number_of, parse_count, parse_percent

_PARTS = re.compile(r"\D+")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuyBoxPoint:
    """The Featured Offer (Buy Box) percentage of one stretch of time, 0 to 100.

    `value` None: the site has none.
    """

    value: float | None
    first: date
    last: date
    granularity: str
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AsinRow:
    """One row of a report by ASIN.

    `unread` names the columns that could not be understood.
    """

    parent_asin: str | None
    child_asin: str | None
    sku: str | None
    values: dict[str, float | int | None] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the row is called in `missing`."""
        return self.child_asin or self.sku or self.parent_asin or "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessReport:
    """One answer: points by date, or rows by ASIN, or a problem with it as a whole."""

    points: tuple[BuyBoxPoint, ...] = ()
    rows: tuple[AsinRow, ...] = ()
    by_asin: bool = False
    goes_on: bool = False  # there are more rows than were fetched
    problem: str | None = None


def read_report(content: Any) -> BusinessReport | None:
    """Read one answer; None when it answers another question."""
    if isinstance(content, dict) and content.get("errors"):
        return BusinessReport(problem="the site answered with an error")
    data = content.get("data") if isinstance(content, dict) else None
    report = data.get("getReportData") if isinstance(data, dict) else None
    if report is None:
        return None
    columns = _columns(report.get("columns")) if isinstance(report, dict) else None
    rows = report.get("rows") if isinstance(report, dict) else None
    if columns is None or not isinstance(rows, list):
        return BusinessReport(problem="columns and rows were expected")
    width = len(report["columns"])
    if not all(isinstance(row, list) and len(row) == width for row in rows):
        return BusinessReport(problem="a row does not fit the columns")
    if "date" in columns:
        return _by_date(report, columns, rows)
    if {"childAsin", "parentAsin", "sku"} & columns.keys():
        return _by_asin(report, columns, rows)
    return None


def _columns(given: Any) -> dict[str, int] | None:
    """Our name of each known column and its place.

    None where a key stands twice or columns are no objects.
    """
    if not isinstance(given, list) or not all(isinstance(column, dict) for column in given):
        return None
    keys = [column.get("translationKey") for column in given]
    data, places = insights_data("reports"), {}
    for group in ("keys", "percents", "counts"):
        for name, wanted in data[group].items():
            found = [place for place, key in enumerate(keys) if key in wanted]
            if len(found) > 1:
                return None
            if found:
                places[name] = found[0]
    return places


def _by_date(report: dict[str, Any], columns: dict[str, int], rows: list[list[Any]]) -> BusinessReport:
    granularity = str(report.get("granularity"))
    start, end = _iso(report.get("startDate")), _iso(report.get("endDate"))
    if "buyBoxPercentage" not in columns:
        return BusinessReport(problem="the report has no column of the Featured Offer percentage")
    if granularity not in insights_data("reports")["granularities"]:
        return BusinessReport(problem="DAY, WEEK or MONTH was expected")
    percents = _percents([row[columns["buyBoxPercentage"]] for row in rows])
    points = []
    for row, (value, problem) in zip(rows, percents, strict=True):
        day = _day(row[columns["date"]], start, end)
        if day is None:
            return BusinessReport(problem=f"a date was expected, found {str(row[columns['date']])[:40]!r}")
        first, last = _stretch(day, granularity, start, end)
        points.append(BuyBoxPoint(value=value, first=first, last=last, granularity=granularity, problem=problem))
    return BusinessReport(points=tuple(points), goes_on=bool(report.get("hasNext")))


def _by_asin(report: dict[str, Any], columns: dict[str, int], rows: list[list[Any]]) -> BusinessReport:
    data = insights_data("reports")
    percents = {name: _percents([row[columns[name]] for row in rows]) for name in data["percents"] if name in columns}
    read = []
    for number, row in enumerate(rows):
        values: dict[str, float | int | None] = {}
        unread: dict[str, str] = {}
        for name, column in percents.items():
            value, problem = column[number]
            values[name] = value
            if problem:
                unread[name] = problem
        for name in data["counts"]:
            if name in columns:
                values[name] = _cell(name, row[columns[name]], _count, unread)
        named = {key: _text(row[columns[key]]) if key in columns else None for key in data["keys"] if key != "date"}
        read.append(
            AsinRow(
                parent_asin=named["parentAsin"],
                child_asin=named["childAsin"],
                sku=named["sku"],
                values=values,
                unread=unread,
            )
        )
    return BusinessReport(rows=tuple(read), by_asin=True, goes_on=bool(report.get("hasNext")))


def _percents(cells: list[Any]) -> list[tuple[float | None, str | None]]:
    """A column of percentages, 0 to 100. Texts carry a sign.

    Of plain numbers, some must be above 1 to tell their scale.
    """
    bare = [cell for cell in cells if isinstance(cell, int | float) and not isinstance(cell, bool)]
    is_scaled = any(cell > 1 for cell in bare) or all(cell == 0 for cell in bare)
    answers: list[tuple[float | None, str | None]] = []
    for cell in cells:
        unread: dict[str, str] = {}
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            parse = (lambda given: number_of(given, most=100)) if is_scaled else _unscaled
        else:
            parse = lambda given: parse_percent(str(given)).value  # noqa: E731 - as the other two
        answers.append((_cell("percent", cell, parse, unread), unread.get("percent")))
    return answers


def _unscaled(value: Any) -> float:
    raise NumberError(f"a percentage with its sign was expected, {value} may be a fraction")


def _cell(name: str, cell: Any, parse: Callable[[Any], Any], unread: dict[str, str]) -> Any:
    nothing = insights_data("health")["words"]["nothing"]
    if cell is None or (isinstance(cell, str) and is_nothing(cell, nothing)):
        return None
    try:
        return parse(cell)
    except NumberError as err:
        unread[name] = str(err)
        return None


def _count(cell: Any) -> int:
    return parse_count(cell) if isinstance(cell, str) else count_of(cell)


def _text(cell: Any) -> str | None:
    return cell.strip() or None if isinstance(cell, str) else None


def _iso(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _day(text: Any, start: date | None, end: date | None) -> date | None:
    """The day a cell names.

    A written order of day and month counts only if the report's own dates leave one.
    """
    day = _iso(text)
    if day is not None:
        return day
    parts = [int(part) for part in _PARTS.split(str(text).strip()) if part]
    if len(parts) != 3 or start is None or end is None:
        return None
    orders = {(parts[2], parts[1], parts[0]), (parts[2], parts[0], parts[1]), (parts[0], parts[1], parts[2])}
    found = set()
    for year, month, number in orders:
        try:
            day = date(year + 2000 if year < 100 else year, month, number)
        except ValueError:
            continue
        if start <= day <= end:
            found.add(day)
    return found.pop() if len(found) == 1 else None


def _stretch(day: date, granularity: str, start: date | None, end: date | None) -> tuple[date, date]:
    """The days that a row stands for, inside the report's own."""
    match granularity:
        case "WEEK":
            last = day + timedelta(days=6)
        case "MONTH":
            last = day.replace(day=calendar.monthrange(day.year, day.month)[1])
        case _:
            last = day
    first = max(day, start) if start and start <= last else day
    return first, min(last, end) if end and end >= first else last
