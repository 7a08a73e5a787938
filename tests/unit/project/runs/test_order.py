"""The order of a whole run: every file once, and no long one at the end."""

from __future__ import annotations

from pathlib import Path

from tests.support.order import LONG, order_of

TESTS = Path(__file__).parents[3]
FILES = sorted(file.relative_to(TESTS).as_posix() for file in TESTS.rglob("test_*.py"))


def test_every_long_file_is_there() -> None:
    assert [file for file in LONG if file not in FILES] == []


def test_every_file_has_one_turn() -> None:
    assert sorted(order_of(FILES)) == FILES
    assert order_of(FILES[:1]) == FILES[:1]
    assert order_of([]) == []


def test_no_long_file_is_among_the_last_and_the_longest_are_far_from_them() -> None:
    order = order_of(FILES)
    assert not set(order[-len(FILES) // 25 :]) & set(LONG)
    assert set(LONG[: len(LONG) // 2]) <= set(order[: len(FILES) // 2])


def test_the_longest_comes_first_and_short_ones_between() -> None:
    order = order_of(FILES)
    assert order[0] == LONG[0]
    assert order[1] not in LONG
