"""The breaker of sign-ins: what stops them, and how few accounts decide whether they go on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.domain.sign_in_breaker import BreakerLimits, Position, SignInBreaker, SignInEnd

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LIMITS = BreakerLimits()
OPEN = SignInBreaker().opens(bad=5, good=0, now=NOW, limits=LIMITS)


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("bad", "good", "position"), [(4, 0, "closed"), (5, 6, "closed"), (5, 5, "open"), (9, 0, "open")]
)
def test_it_opens_at_enough_accounts_and_a_large_enough_share(bad: int, good: int, position: str) -> None:
    assert SignInBreaker().opens(bad=bad, good=good, now=NOW, limits=LIMITS).position == position


def test_nobody_signs_in_before_the_rest_is_over_and_then_one() -> None:
    assert OPEN.admits("A1", now=after(14), limits=LIMITS) == (False, OPEN)
    admitted, trying = OPEN.admits("A1", now=after(15), limits=LIMITS)
    assert (admitted, trying.position, trying.canary) == (True, Position.TRYING, "A1")
    assert trying.admits("A2", now=after(16), limits=LIMITS) == (False, trying)


def test_three_that_go_well_let_all_go_on() -> None:
    breaker, moment = OPEN, after(15)
    for account in ("A1", "A2", "A3"):
        admitted, breaker = breaker.admits(account, now=moment, limits=LIMITS)
        assert admitted
        breaker = breaker.ended(account, SignInEnd.GOOD, now=moment, limits=LIMITS)
    assert breaker.position is Position.CLOSED
    assert breaker.since == moment  # what went badly before counts no more


def test_one_that_goes_badly_doubles_the_rest_up_to_its_limit() -> None:
    breaker, moment, rests = OPEN, NOW, []
    for _ in range(7):
        moment += breaker.rest
        _, breaker = breaker.admits("A1", now=moment, limits=LIMITS)
        breaker = breaker.ended("A1", SignInEnd.BAD, now=moment, limits=LIMITS)
        rests.append(breaker.rest)
    assert rests[:3] == [timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2)]
    assert rests[-1] == LIMITS.longest_rest


def test_a_canary_whose_worker_died_counts_as_bad_and_another_is_tried_later() -> None:
    _, trying = OPEN.admits("A1", now=after(15), limits=LIMITS)
    admitted, _ = trying.admits("A2", now=after(26), limits=LIMITS)
    assert not admitted  # it rests longer from when the canary was given up, whether or not that was written down
    admitted, again = trying.admits("A2", now=after(56), limits=LIMITS)
    assert (admitted, again.canary, again.good) == (True, "A2", 0)


def test_a_canary_that_typed_nothing_makes_room_for_another() -> None:
    _, trying = OPEN.admits("A1", now=after(15), limits=LIMITS)
    free = trying.ended("A1", SignInEnd.NOTHING, now=after(16), limits=LIMITS)
    assert free.admits("A2", now=after(16), limits=LIMITS)[0]


@given(
    st.lists(st.tuples(st.sampled_from("ABCDEF"), st.sampled_from([None, *SignInEnd]), st.integers(0, 30)), max_size=60)
)
def test_while_it_is_not_closed_no_two_accounts_are_tried_at_once(
    steps: list[tuple[str, SignInEnd | None, int]],
) -> None:
    breaker, moment = OPEN, NOW
    for account, end, minutes in steps:
        moment += timedelta(minutes=minutes)
        before = breaker
        if end is not None:
            breaker = breaker.ended(account, end, now=moment, limits=LIMITS)
            continue
        admitted, breaker = breaker.admits(account, now=moment, limits=LIMITS)
        if breaker.position is Position.CLOSED:
            return
        given_up = before.canary_at is not None and moment >= before.canary_at + LIMITS.patience
        assert not admitted or before.canary in (None, account) or given_up


def test_it_is_the_same_after_it_was_written_down() -> None:
    from agent.store.sign_in.sign_in_breaker import _from_row, _to_row

    _, trying = OPEN.admits("A1", now=after(15), limits=LIMITS)
    for breaker in (SignInBreaker(), OPEN, trying, replace(trying, good=2)):
        assert _from_row(_to_row(breaker)) == breaker
