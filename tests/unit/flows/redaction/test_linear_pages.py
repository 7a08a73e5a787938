"""Work on what a page says grows with its length, not with its square."""

from __future__ import annotations

import re
import time

import pytest

from flows.permissions.rows.subject import EMAIL
from flows.recording.evidence import _ADDRESS
from flows.recording.scrubbing.found_secrets import _EMAIL
from flows.recording.scrubbing.named_values import _ATTRIBUTE
from flows.visit.requests import _MARK

GROWTH = 8  # times the length; a square takes 64 times as long
IGNORED = 0.03  # seconds of processor time that are noise


def seconds(pattern: re.Pattern[str], size: int) -> float:
    started = time.thread_time()
    assert pattern.search("a" * size) is None
    return time.thread_time() - started


@pytest.mark.parametrize("pattern", [EMAIL, _ADDRESS, _EMAIL, _ATTRIBUTE, _MARK], ids=lambda each: each.pattern[:20])
def test_a_run_of_letters_without_an_end_is_searched_in_one_go(pattern: re.Pattern[str]) -> None:
    small = min(seconds(pattern, 5_000) for _ in range(3))
    large = min(seconds(pattern, 5_000 * GROWTH) for _ in range(2))
    assert large < 4 * GROWTH * max(small, IGNORED / GROWTH)
