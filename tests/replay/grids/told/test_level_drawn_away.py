"""A level that is about to change its look, or whose control cannot be seen as the others are, is unread."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.lies.rig import Judged, LyingRig
from tests.support.lies.whole import whole_page

pytestmark = pytest.mark.asyncio(loop_scope="session")
WORD, CHOSEN = "<div>View &amp; Edit</div>", 'name="Orders0" checked'
MARKED = '<div class="q" id="q">View &amp; Edit</div>'
LATER = "<style>@keyframes z{HOW}.q PART{content:'';animation:z TIME}</style>"
MOVING = {
    "is to vanish": LATER.replace("PART", "").replace("HOW", "to{opacity:0}").replace("TIME", "1s 60s forwards"),
    "is to have another word": LATER.replace(" PART", "::after")
    .replace("HOW", "to{content:'None'}")
    .replace("TIME", "1s 60s forwards"),
    "has another word by turns": LATER.replace(" PART", "::after")
    .replace("HOW", "91%,100%{content:'None'}")
    .replace("TIME", "100s infinite"),
    "is to fade": "<style>.q{transition:all 1s 60s}</style><script>setTimeout(() => q.style.opacity = 0, 50)</script>",
    "is moved by a script": "<script>q.animate([{opacity:1},{opacity:0}],{duration:1000,delay:60000})</script>",
}
LISTS = {
    "too narrow": "width:8px",
    "too low": "height:4px",
    "without ink": "color:transparent",
    "moved out": "text-indent:-999px",
    "too small": "font-size:0",
    "fainter": "opacity:.4",
}


async def judged(stage: LyingRig, level: str, old: str, new: str, more: str = "") -> Judged:
    page = whole_page(more, level=level)
    assert old in page.html
    return await stage.judge(replace(page, html=page.html.replace(old, new, 1)))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("more", MOVING.values(), ids=MOVING)
async def test_a_level_that_will_be_drawn_otherwise_is_unread(stage: LyingRig, more: str) -> None:
    found = await judged(stage, "word", WORD, MARKED, more)
    assert found.verdict == "incomplete", str(found)


async def test_a_level_in_a_tree_whose_host_is_to_change_is_unread(stage: LyingRig) -> None:
    host = MARKED.replace("View &amp; Edit", "")
    tree = "<script>q.attachShadow({mode:'open'}).innerHTML='View &amp; Edit'</script>"
    found = await judged(stage, "word", WORD, host, tree)
    assert found.verdict == "pass", str(found)
    found = await judged(stage, "word", WORD, host, tree + MOVING["is to vanish"])
    assert found.verdict == "incomplete", str(found)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    "more",
    [
        "<style>@keyframes z{from{opacity:0}}.q{animation:z .2s}</style>",
        "<style>@keyframes z{from{opacity:0}}.q{animation:z 2s}</style>",
        "<style>@keyframes z{from{opacity:0}}.perm{animation:z .5s}</style>",
        "<style>@keyframes z{from{opacity:0}}#grid{animation:z .5s}</style>",
        "<style>.q{transition:color 5s}</style>",
        "<style>@keyframes z{to{transform:rotate(360deg)}}.w{animation:z 9s infinite}</style><i class='w'></i>",
    ],
)
async def test_what_has_come_in_or_moves_elsewhere_says_nothing(stage: LyingRig, more: str) -> None:
    found = await judged(stage, "word", WORD, MARKED, more)
    assert found.verdict == "pass", str(found)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("style", LISTS.values(), ids=LISTS)
async def test_a_list_that_cannot_be_seen_as_the_others_are_is_unread(stage: LyingRig, style: str) -> None:
    found = await judged(stage, "list", "<select ", f'<select style="{style}" ')
    assert found.verdict == "incomplete", str(found)


async def test_what_a_style_sheet_writes_instead_of_a_list_s_arrow_is_a_gap(stage: LyingRig) -> None:
    rule = "<style>select,::picker(select){appearance:base-select}select::picker-icon{content:'SAID'}</style>"
    found = await judged(stage, "list", "<select ", '<select class="p" ', rule.replace("SAID", "None"))
    assert found.verdict == "incomplete", str(found)
    found = await judged(stage, "list", "<select ", '<select class="p" ', rule.replace("SAID", "▾"))
    assert found.verdict == "pass", str(found)


async def test_a_list_that_is_off_is_fainter_by_the_browser_alone(stage: LyingRig) -> None:
    page = whole_page(level="list")
    off = page.html.replace(" disabled", "").replace("<select ", "<select disabled ", 2)
    assert off.count("<select disabled ") == 2
    found = await stage.judge(replace(page, html=off))
    assert "fainter" not in str(found)


@pytest.mark.parametrize("style", ["filter:grayscale(1) opacity(.3)", "opacity:.3"])
async def test_a_choice_that_is_fainter_than_the_others_is_unread(stage: LyingRig, style: str) -> None:
    found = await judged(stage, "radios", CHOSEN, f'style="{style}" {CHOSEN}')
    assert found.verdict == "incomplete", str(found)


@pytest.mark.parametrize("how", ["w.addEventListener('wheel',TURN)", "w.onwheel=TURN"])
async def test_a_box_that_the_wheel_changes_is_a_gap_whether_it_cuts_off_or_not(stage: LyingRig, how: str) -> None:
    turn = "()=>{w.textContent='Payments: None'}"
    box = f"<div id=w style='width:300px;height:40px'></div><script>{how.replace('TURN', turn)}</script>"
    found = await stage.judge(whole_page(box))
    assert found.verdict == "incomplete", str(found)


async def test_a_choice_that_is_called_off_and_is_not_is_unread(stage: LyingRig) -> None:
    page = whole_page(level="radios")
    at = page.html.index(CHOSEN)
    start = page.html.rindex("<input", 0, at)
    end = page.html.index(">", at) + 1
    boxed = f"{page.html[:start]}<span aria-disabled='true'>{page.html[start:end]}</span>{page.html[end:]}"
    found = await stage.judge(replace(page, html=boxed))
    assert found.verdict == "incomplete", str(found)


WHEELED = {
    "no room": ("<div id=w style='width:300px'></div>", "pass"),
    "a part that stands out": (
        "<div id=w style='width:300px'><i style='position:absolute;width:300px;height:40px'></i></div>",
        "incomplete",
    ),
}


@pytest.mark.parametrize(("box", "verdict"), WHEELED.values(), ids=WHEELED)
async def test_a_box_that_the_wheel_cannot_reach_is_no_gap(stage: LyingRig, box: str, verdict: str) -> None:
    found = await stage.judge(whole_page(f"{box}<script>w.addEventListener('wheel',()=>w.append('x'))</script>"))
    assert found.verdict == verdict, str(found)


async def test_a_part_of_a_control_that_hears_the_wheel_is_no_gap(stage: LyingRig) -> None:
    hears = "<script>document.querySelector('select').addEventListener('wheel',()=>stop())</script>"
    found = await stage.judge(whole_page(hears, level="list"))
    assert found.verdict == "pass", str(found)
