"""When a failed delivery is tried again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from agent.outbox.retries import next_try, parse_retry_after
from tests.support.registry import NOW


def test_ten_tries_reach_over_three_days() -> None:
    total = sum((next_try(attempts, now=NOW, chance=0.5) - NOW for attempts in range(1, 10)), timedelta())
    assert timedelta(days=3) < total < timedelta(days=4)


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 4.0), (0.5, 5.0), (1.0, 6.0)])
def test_the_first_wait_is_five_seconds_a_fifth_either_way(chance: float, seconds: float) -> None:
    assert next_try(1, now=NOW, chance=chance) == NOW + timedelta(seconds=seconds)


def test_a_later_retry_after_is_kept() -> None:
    assert next_try(1, now=NOW, chance=0.5, retry_after=timedelta(minutes=9)) == NOW + timedelta(minutes=9)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120.0), ("0", 0.0), ("999999999999999999999", 3600.0), ("Mon, 23 Nov 2026 12:01:00 GMT", 60.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0), ("soon", None), ("", None), ("-5", None), (None, None), ("²", None),
    ],
)  # fmt: skip
def test_retry_after_is_read_in_both_forms_and_at_most_an_hour(text: str | None, seconds: float | None) -> None:
    found = parse_retry_after(text, now=NOW)
    assert (None if found is None else found.total_seconds()) == seconds
