"""What tips say of levels: where the pointer rests, or to those who cannot see."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.lies.page import LyingPage
from tests.support.lies.rig import LyingRig
from tests.support.lies.whole import whole_page

pytestmark = pytest.mark.asyncio(loop_scope="session")
TIPS: dict[str, Any] = tomllib.loads((Path(__file__).parents[3] / "data/tips.toml").read_text(encoding="utf-8"))
HEADS = "<thead><tr><th>Permission</th><th>None</th><th>View</th><th>View &amp; Edit</th></tr></thead>"


def base(levels: str) -> LyingPage:
    """A page in order, of rows that show their levels so."""
    match levels:
        case "cells":
            return whole_page(line="table", level="word")
        case "marks":
            page = whole_page(line="table", level="word")
            return replace(page, html=marked(page.html))
        case _:
            return whole_page(level=levels)


def marked(html: str) -> str:
    """The tables of words as tables of marks below one head a level."""
    order = ("None", "View", "View &amp; Edit")
    for level in order:
        cells = "".join(f"<td>{'✓' if one == level else ''}</td>" for one in order)
        html = html.replace(f"<td>{level}</td>", cells)
    return re.sub(r"<thead>.*?</thead>", HEADS, html)


def tipped(place: str, way: str, said: str) -> LyingPage:
    """A page in order but for one tip."""
    levels, old, new = TIPS["place"][place]
    page = base(levels)
    assert old in page.html
    tip = TIPS["way"][way].replace("SAID", said)
    html = page.html.replace(old, new.replace("TIP", tip), 1).replace("</body>", f"{apart(way, said)}</body>")
    return replace(page, name=f"{place}, {way}", what=said, html=html)


def apart(way: str, said: str) -> str:
    """What a way needs elsewhere on the page."""
    match way:
        case "described by":
            return f'<div id="said" hidden>{said}</div>'
        case "written on touch":
            return "<style>[data-u]:hover::after { content: attr(data-u) }</style>"
        case _:
            return ""


def is_said(kind: str, place: str, way: str, said: str) -> bool:
    """Whether a page can say it so, and has to be read so.

    A sign outside of rows may be called None: in a legend. A level that is called like its row has no name, and a
    line of a list no other. A hidden text that gives a level to a name is a gap, whoever points to it.
    """
    if kind == "lie":
        return not (place == "a blank part before the rows" and said == "None")
    no_name = way == "the name" and (place == "the line that is chosen" or said == "Manage Orders")
    return not (no_name or (way == "described by" and said != "Manage Orders"))


def cases(kind: str, places: Iterable[str]) -> list[Any]:
    return [
        pytest.param(place, way, said, id=f"{place}, {way}: {what}")
        for place in places
        for way in TIPS["way"]
        for what, said in TIPS[kind].items()
        if is_said(kind, place, way, said)
    ]


@pytest.mark.sampled(6)
@pytest.mark.parametrize(("place", "way", "said"), cases("lie", TIPS["place"]))
async def test_a_tip_that_tells_another_level_is_never_passed_over(
    stage: LyingRig, place: str, way: str, said: str
) -> None:
    judged = await stage.judge(tipped(place, way, said))
    assert judged.verdict != "pass", str(judged)


async def test_a_tip_that_tells_the_level_by_another_word_leaves_the_row_unread(stage: LyingRig) -> None:
    page = base("word")
    html = page.html.replace("<div>View</div>", '<div title="View only">View</div>', 1)
    assert html != page.html
    judged = await stage.judge(replace(page, html=html))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("place", "way", "said"), cases("truth", TIPS["read"]["places"]))
async def test_a_tip_that_tells_the_level_that_is_shown_is_no_gap(
    stage: LyingRig, place: str, way: str, said: str
) -> None:
    judged = await stage.judge(tipped(place, way, said))
    assert judged.verdict == "pass", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    ("levels", "old", "new"),
    [
        pytest.param("radios", r"<label>(<input[^>]*>)([^<]+)<", r'<label title="\2">\1\2<', id="radios"),
        pytest.param("list", r"<option([^>]*)>([^<]+)<", r'<option\1 title="\2">\2<', id="a list"),
        pytest.param("marks", r"<td>✓<", r'<td title="Granted">✓<', id="marks"),
    ],
)
async def test_a_tip_on_each_level_that_names_it_is_no_gap(stage: LyingRig, levels: str, old: str, new: str) -> None:
    page = base(levels)
    html = re.sub(old, new, page.html)
    assert html != page.html
    judged = await stage.judge(replace(page, html=html))
    assert judged.verdict == "pass", str(judged)
