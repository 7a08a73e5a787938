"""Icons beside one level, lines along it, and pictures that a style sheet writes: what they say is not known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.lies.page import LyingPage
from tests.support.lies.rig import LyingRig
from tests.support.lies.whole import PLACE, whole_page

pytestmark = pytest.mark.asyncio(loop_scope="session")
LEVEL = "<div>View &amp; Edit</div>"
ICON = '<svg xmlns="http://www.w3.org/2000/svg" width="12" height="12"><path d="M0 0h12v12H0z" fill="red"/></svg>'
WORDS = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="60"><text x="5" y="30">Payments None</text></svg>'
AT_ICON, AT_WORDS = f"{PLACE}/icon.svg", f"{PLACE}/words.svg"
BESIDE = {
    "a picture": f'View &amp; Edit <img width="12" height="12" alt="" src="{AT_ICON}">',
    "a picture before": f'<img width="12" height="12" alt="" src="{AT_ICON}"> View &amp; Edit',
    "a drawing": f"View &amp; Edit {ICON}",
    "a ground": f'View &amp; Edit <i class="i" style="background:url({AT_ICON})"></i>',
}
DRAWN = {
    "a wavy line": "text-decoration:underline wavy red",
    "a line above": "text-decoration:overline",
    "a shadow": "text-shadow:1px 1px 3px red",
    "upside down": "display:inline-block;transform:rotate(180deg)",
    "mirrored": "display:inline-block;transform:scaleX(-1)",
    "mixed with its ground": "mix-blend-mode:difference",
}
WRITTEN = {
    "before": "<style>.w::before{content:url(AT)}</style><div class='w'></div>",
    "after words": "<style>.w::after{content:url(AT)}</style><div class='w'>&nbsp;</div>",
    "in a line": "<style>.w::after{content:url(AT)}</style><p><span class='w'></span></p>",
    "several": "<style>.w::after{content:'' url(AT)}</style><div class='w'></div>",
    "one of a set": "<style>.w::after{content:image-set(url(AT) 1x)}</style><div class='w'></div>",
    "a list": "<ul style='list-style-image:url(AT)'><li>&nbsp;</li></ul>",
    "a list within": "<ul style='list-style-image:url(AT);list-style-position:inside'><li></li></ul>",
}


def page(more: str = "") -> LyingPage:
    sheet = "<style>.i{display:inline-block;width:12px;height:12px}</style>"
    return whole_page(sheet + more, resources={"/icon.svg": ICON, "/words.svg": WORDS}, html="image/svg+xml")


def changed(level: str, *, times: int = 1) -> LyingPage:
    """A page in order with another markup of so many levels."""
    whole = page()
    assert whole.html.count(LEVEL) >= 4
    return replace(whole, html=whole.html.replace(LEVEL, f"<div>{level}</div>", times))


@pytest.mark.sampled(1)
@pytest.mark.parametrize("level", BESIDE.values(), ids=BESIDE)
async def test_an_icon_that_one_level_has_makes_its_row_unread(stage: LyingRig, level: str) -> None:
    judged = await stage.judge(changed(level))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("level", BESIDE.values(), ids=BESIDE)
async def test_an_icon_that_all_levels_of_a_word_have_says_nothing(stage: LyingRig, level: str) -> None:
    judged = await stage.judge(changed(level, times=1000))
    assert judged.verdict == "pass", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("style", DRAWN.values(), ids=DRAWN)
async def test_a_level_that_is_drawn_otherwise_than_the_same_level_is_unread(stage: LyingRig, style: str) -> None:
    judged = await stage.judge(changed(f'<span style="{style}">View &amp; Edit</span>'))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("style", DRAWN.values(), ids=DRAWN)
async def test_what_all_levels_are_drawn_with_says_nothing(stage: LyingRig, style: str) -> None:
    judged = await stage.judge(changed(f'<span style="{style}">View &amp; Edit</span>', times=1000))
    assert judged.verdict == "pass", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("markup", WRITTEN.values(), ids=WRITTEN)
async def test_a_picture_that_a_style_sheet_writes_is_a_gap(stage: LyingRig, markup: str) -> None:
    judged = await stage.judge(page(markup.replace("AT", AT_WORDS)))
    assert judged.verdict == "incomplete", str(judged)


UNSIZED = {
    "a file": "<img alt='' src='AT'>",
    "without another text": "<img src='AT'>",
    "with another text": "<img alt='Content' src='AT'>",
    "one of a set": "<img alt='' srcset='AT 1x'>",
    "of several kinds": "<picture><source srcset='AT'><img alt=''></picture>",
    "in the page": "<img alt='' src='data:image/svg+xml,%3Csvg/%3E'>",
    "of a width": "<img alt='' src='AT' width='300'>",
    "of a height": "<img alt='' src='AT' style='height:40px'>",
    "as wide as its box": "<img alt='' src='AT' style='max-width:100%;height:auto'>",
    "in a box": "<div><span><img alt='' src='AT'></span></div>",
}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("markup", UNSIZED.values(), ids=UNSIZED)
async def test_a_picture_whose_size_is_not_told_is_a_gap_since_none_is_loaded(stage: LyingRig, markup: str) -> None:
    judged = await stage.judge(page(markup.replace("AT", AT_WORDS)))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    "markup",
    [
        "<img alt='' src='AT' width='1' height='1'>",
        "<img alt='' src='AT' width='16' height='16'>",
        "<img alt='' src='AT' style='width:16px;height:16px'>",
        "<img alt='' src='AT' style='display:none'>",
        "<div hidden><img alt='' src='AT'></div>",
        "<img alt='' src='AT' width='0' height='0'>",
        "<img alt='' src='AT' height='16'>",
        "<img alt='' src='AT' style='max-width:24px'>",
        "<img alt='' src='AT' width='32' height='32' style='height:auto'>",
    ],
)
async def test_an_icon_and_one_that_is_not_shown_are_none(stage: LyingRig, markup: str) -> None:
    judged = await stage.judge(page(markup.replace("AT", AT_ICON)))
    assert judged.verdict == "pass", str(judged)
