"""No lie of the machine passes an audit, and a page on which nothing of meaning was changed still does."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from random import Random

import pytest

from tests.support.lies.machine import drawn_lie, found_lie, hand_lie, same_page, widget_lie
from tests.support.lies.page import LyingPage
from tests.support.lies.part_kinds import folded
from tests.support.lies.rig import Judged, LyingRig

pytestmark = pytest.mark.asyncio(loop_scope="session")
LIES, WIDGETS, FOUND, HAND, SAME, AT_ONCE = 5000, 960, 1000, 500, 520, 100
NO_WORKER = "lie not made: A visit that only reads has no Worker."
SIDE_BY_SIDE = 4  # pages at a time, in one browser
SEEN_BY_ALL = range(52)  # each kind twice


@pytest.mark.sampled(2)
@pytest.mark.parametrize("seed", SEEN_BY_ALL)
async def test_a_drawn_lie_is_judged_as_its_truth_says(stage: LyingRig, seed: int) -> None:
    judged = await stage.judge(drawn_lie(seed))
    assert judged.unmade in ("", NO_WORKER)
    assert judged.unmade or judged.is_right, str(judged)


async def test_no_fold_is_drawn_that_nobody_could_see() -> None:
    drawn = {folded(Random(seed)).options["html"] for seed in range(2000)}
    assert [html for html in drawn if not re.search(r">[^<\s]|<svg", html)] == []


@pytest.mark.sampled(1)
@pytest.mark.parametrize("lie", [lambda: drawn_lie(121893), lambda: found_lie(120545)], ids=["a sign", "a line"])
async def test_a_lie_that_the_machine_did_not_make_at_first_is_made(
    stage: LyingRig, lie: Callable[[], LyingPage]
) -> None:
    judged = await stage.judge(lie())
    assert (judged.unmade, judged.verdict) == ("", "incomplete"), str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("seed", range(36))
async def test_a_change_that_means_nothing_changes_no_verdict(stage: LyingRig, seed: int) -> None:
    judged = await stage.judge(same_page(seed))
    assert not judged.unmade
    assert judged.verdict == "pass", str(judged)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(0, LIES, AT_ONCE))
async def test_no_lie_of_thousands_passes(stage: LyingRig, first: int) -> None:
    judged = await _judged(stage, drawn_lie, range(first, first + AT_ONCE))
    assert _told(one for one in judged if not one.is_right) == []
    assert len([one for one in judged if one.unmade]) <= AT_ONCE / 20


@pytest.mark.sampled(1)
@pytest.mark.parametrize("seed", range(50))
async def test_a_lie_by_a_widget_is_judged_as_its_truth_says(stage: LyingRig, seed: int) -> None:
    judged = await stage.judge(widget_lie(seed))
    assert judged.is_right, str(judged)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(0, WIDGETS, AT_ONCE))
async def test_no_lie_by_a_widget_passes(stage: LyingRig, first: int) -> None:
    judged = await _judged(stage, widget_lie, range(first, min(first + AT_ONCE, WIDGETS)))
    assert _told(one for one in judged if not one.is_right) == []
    assert len([one for one in judged if one.unmade]) <= AT_ONCE / 4


@pytest.mark.sampled(2)
@pytest.mark.parametrize("seed", range(50))
async def test_a_lie_that_was_found_by_hand_is_judged_as_its_truth_says(stage: LyingRig, seed: int) -> None:
    judged = await stage.judge(found_lie(seed))
    assert judged.is_right, str(judged)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(0, FOUND, AT_ONCE))
async def test_no_lie_that_was_found_by_hand_passes(stage: LyingRig, first: int) -> None:
    judged = await _judged(stage, found_lie, range(first, first + AT_ONCE))
    assert _told(one for one in judged if not one.is_right) == []
    assert len([one for one in judged if one.unmade]) <= AT_ONCE / 4


@pytest.mark.sampled(2)
@pytest.mark.parametrize("seed", range(69))
async def test_a_lie_of_a_second_hand_is_judged_as_its_truth_says(stage: LyingRig, seed: int) -> None:
    judged = await stage.judge(hand_lie(seed))
    assert judged.is_right, str(judged)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(0, HAND, AT_ONCE))
async def test_no_lie_of_a_second_hand_passes(stage: LyingRig, first: int) -> None:
    judged = await _judged(stage, hand_lie, range(first, first + AT_ONCE))
    assert _told(one for one in judged if not one.is_right) == []
    assert len([one for one in judged if one.unmade]) <= AT_ONCE / 4


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(0, SAME, AT_ONCE))
async def test_no_change_that_means_nothing_makes_a_page_unreadable(stage: LyingRig, first: int) -> None:
    judged = await _judged(stage, same_page, range(first, min(first + AT_ONCE, SAME)))
    assert _told(one for one in judged if one.verdict != "pass") == []


async def _judged(stage: LyingRig, make: Callable[[int], LyingPage], seeds: Iterable[int]) -> list[Judged]:
    return [one async for one in stage.judge_all(map(make, seeds), at_once=SIDE_BY_SIDE)]


def _told(some: Iterable[Judged]) -> list[str]:
    return [str(one) for one in some]
