"""Numbers as the pages write them, in every listed language, and what is no number."""

from __future__ import annotations

import pytest

from flows.insights.numbers import (
    NumberError,
    count_of,
    counts_in,
    is_nothing,
    number_of,
    parse_count,
    parse_percent,
)

NOTHING = ["n/a", "--", ""]


@pytest.mark.parametrize(
    ("text", "value", "step"),
    [
        ("0.9%", 0.9, 0.05),
        ("0,90 %", 0.9, 0.005),
        ("100%", 100.0, 0.5),
        ("%87,5", 87.5, 0.05),
        ("\u0660\u066b\u0669\u0660\u066a", 0.9, 0.005),
        ("８７％", 87.0, 0.5),
        (" 12.345 % ", 12.345, 0.0005),
    ],
)
def test_a_percentage_is_read_with_how_exact_it_is(text: str, value: float, step: float) -> None:
    percent = parse_percent(text)
    assert percent.value == value
    assert percent.step == pytest.approx(step)


@pytest.mark.parametrize("text", ["0.9", "87", "-1%", "101%", "1.2.3%", "< 1%", "1% of 2%", "0 9%", "%", "N/A", "3 %x"])
def test_a_text_that_is_no_one_percentage_is_refused(text: str) -> None:
    with pytest.raises(NumberError):
        parse_percent(text)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3 of 1,204 orders", [3, 1204]),
        ("3 von 1.204.567 Bestellungen", [3, 1_204_567]),
        ("3 sur 1\u202f204 commandes", [3, 1204]),
        ("1,204 件中 3 件", [1204, 3]),
        ("\u0663 من \u0661\u066c\u0662\u0660\u0664", [3, 1204]),
        ("12,34,567 orders", [1_234_567]),
        ("0 of 0", [0, 0]),
    ],
)
def test_whole_numbers_are_found_however_they_are_grouped(text: str, numbers: list[int]) -> None:
    assert counts_in(text) == numbers


@pytest.mark.parametrize("text", ["1.5", "3 of 1,20", "-3", "12%", "1,2345", "1.234,567"])
def test_what_could_be_read_in_two_ways_is_no_whole_number(text: str) -> None:
    with pytest.raises(NumberError):
        parse_count(text)


@pytest.mark.parametrize("value", [None, True, "abc", float("nan"), float("inf"), -1, [], "1e5", "9 %"])
def test_a_field_without_a_number_is_refused(value: object) -> None:
    with pytest.raises(NumberError):
        number_of(value)


def test_a_whole_number_may_be_written_as_a_text_but_has_no_decimals() -> None:
    assert [count_of("12"), count_of(12.0)] == [12, 12]
    with pytest.raises(NumberError):
        count_of(1.5)


@pytest.mark.parametrize("text", ["N/A", "--", "k. A.", "該当なし", "", " – "])
def test_a_text_without_a_digit_says_that_there_is_nothing(text: str) -> None:
    assert is_nothing(text, NOTHING)
