"""Business Reports: columns by translationKey, scales by their sign, windows by granularity."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from flows.insights.reports import BusinessReport, read_report

DATE, BUY_BOX, TWIN, CHILD = (
    "SC_MA_Date_25913",
    "SC_MA_BuyBoxPercentage_25956",
    "SCA_BR_BuyBoxPercentage_BB",
    "SC_MA_ChildASIN_25991",
)


def answer(keys: list[str], rows: list[list[Any]], **more: Any) -> dict[str, Any]:
    report = {"granularity": "DAY", "startDate": "2026-11-01", "endDate": "2026-11-20", "hasNext": False, **more}
    return {"data": {"getReportData": {**report, "columns": [{"translationKey": key} for key in keys], "rows": rows}}}


def read(keys: list[str], rows: list[list[Any]], **more: Any) -> BusinessReport:
    report = read_report(answer(keys, rows, **more))
    assert report is not None
    return report


def test_the_column_is_found_by_its_key_and_never_taken_for_its_twin() -> None:
    report = read([TWIN, BUY_BOX, DATE], [["1%", "87.5%", "2026-11-19"]])
    assert [(point.value, point.first, point.last) for point in report.points] == [
        (87.5, date(2026, 11, 19), date(2026, 11, 19))
    ]


@pytest.mark.parametrize(
    ("granularity", "first", "last"),
    [
        ("DAY", (2026, 11, 15), (2026, 11, 15)),
        ("WEEK", (2026, 11, 15), (2026, 11, 20)),
        ("MONTH", (2026, 11, 15), (2026, 11, 20)),
    ],
)
def test_a_row_stands_for_its_stretch_of_days_inside_the_report(
    granularity: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    report = read([DATE, BUY_BOX], [["2026-11-15", "50%"]], granularity=granularity)
    assert [(point.first, point.last) for point in report.points] == [(date(*first), date(*last))]


@pytest.mark.parametrize(
    ("text", "day"), [("11/19/2026", 19), ("19/11/2026", 19), ("19.11.2026", 19), ("11/19/26", 19)]
)
def test_a_written_day_counts_where_the_reports_own_dates_leave_one(text: str, day: int) -> None:
    assert [point.first.day for point in read([DATE, BUY_BOX], [[text, "50%"]]).points] == [day]


@pytest.mark.parametrize(
    ("keys", "rows", "more"),
    [
        ([DATE, BUY_BOX, BUY_BOX], [["2026-11-19", "1%", "2%"]], {}),
        ([DATE, BUY_BOX], [["2026-11-19"]], {}),
        ([DATE, BUY_BOX], [["someday", "1%"]], {}),
        ([DATE, BUY_BOX], [["10/11/2026", "1%"]], {"startDate": "2026-10-01", "endDate": "2026-11-20"}),
        ([DATE, BUY_BOX], [["2026-11-19", "1%"]], {"granularity": "YEAR"}),
        ([DATE], [["2026-11-19"]], {}),
    ],
)
def test_a_report_that_can_be_read_in_two_ways_has_a_problem(
    keys: list[str], rows: list[list[Any]], more: dict[str, Any]
) -> None:
    report = read(keys, rows, **more)
    assert report.problem
    assert report.points == ()


def test_plain_numbers_count_only_where_one_of_them_tells_the_scale() -> None:
    days = ["2026-11-18", "2026-11-19"]
    scaled = read([DATE, BUY_BOX], [[day, value] for day, value in zip(days, [0.5, 87.5], strict=True)])
    fractions = read([DATE, BUY_BOX], [[day, value] for day, value in zip(days, [0.5, 1], strict=True)])
    assert [point.value for point in scaled.points] == [0.5, 87.5]
    assert [point.value for point in fractions.points] == [None, None]
    assert all(point.problem for point in fractions.points)


def test_a_dash_is_no_value_and_no_problem() -> None:
    report = read([CHILD, BUY_BOX], [["B01", "--"], ["B02", "12%"]])
    assert [(row.child_asin, row.values["buyBoxPercentage"], row.unread) for row in report.rows] == [
        ("B01", None, {}),
        ("B02", 12.0, {}),
    ]


@pytest.mark.parametrize("content", [[], {}, {"data": None}, {"data": {"getSellerMetaData": {}}}])
def test_an_answer_to_another_question_is_no_report(content: Any) -> None:
    assert read_report(content) is None


def test_an_error_of_the_sites_is_a_problem_whatever_else_is_there() -> None:
    report = read_report({**answer([DATE, BUY_BOX], [["2026-11-19", "1%"]]), "errors": [{"message": "x"}]})
    assert report is not None
    assert report.problem
