"""What a page says only where the pointer rests, or only to those who cannot see, of rows and levels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.support.lies.rig import LyingRig, lying_rig
from tests.support.lies.whole import whole_page

pytestmark = pytest.mark.asyncio(loop_scope="session")
HIDDEN = "3 permissions are hidden"
LEVEL = "<div>View &amp; Edit</div>"
MARKED = '<p class="t">&nbsp;<i class="in"></i></p>'
RULES = {
    "hover": ".t:hover::after{content:'SAID'}",
    "any element": ":hover::after{content:'SAID'}",
    "focus": ".t:focus-visible::before{content:'SAID'}",
    "within": "main:focus-within .t::after{content:'SAID'}",
    "pressed": ".t:active::after{content:'SAID'}",
    "a child": ".t:hover .in::before{content:'SAID'}",
    "one of several": ".x, .t:is(:hover, :focus)::after{content:'SAID'}",
    "nested": ".t{&:hover::after{content:'SAID'}}",
    "nested twice": "main{.t{&:hover{&::after{content:'SAID'}}}}",
    "in a layer": "@layer a{@media all{.t:hover::after{content:'SAID'}}}",
    "a variable": ".t::after{content:var(--t,'')}.t:hover{--t:'SAID'}",
    "an attribute": "[data-x]:hover::after{content:attr(data-x)}",
    "in pieces": ".t:hover::after{content:'' 'SAID' ''}",
}
NAMES = {
    "a group": '<div role="group" aria-label="SAID">&nbsp;</div>',
    "a section": '<section aria-label="SAID"><p>&nbsp;</p></section>',
    "a table": '<div role="table" aria-label="SAID" style="height:5px"></div>',
    "a status": '<div role="status" aria-label="SAID" style="height:5px"></div>',
    "a title": '<h2 aria-label="SAID">&nbsp;</h2>',
    "hidden words": '<div role="group" aria-labelledby="far">&nbsp;</div><span id="far" hidden>SAID</span>',
    "another attribute": '<div role="group" aria-roledescription="SAID">&nbsp;</div>',
    "for Braille": '<div role="group" aria-braillelabel="SAID">&nbsp;</div>',
}
OF_ROWS = [HIDDEN, "Showing 20 of 45 permissions", "Some permissions could not be loaded", "Pending permissions"]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def stage() -> AsyncIterator[LyingRig]:
    async with lying_rig() as ready:
        yield ready


def styled(rule: str, said: str) -> str:
    return f"<style>{rule.replace('SAID', said)}</style>" + MARKED.replace("<p", f'<p data-x="{said}"')


@pytest.mark.sampled(3)
@pytest.mark.parametrize("said", [HIDDEN, "Payments: None"])
@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
async def test_what_a_style_sheet_writes_on_touch_is_a_gap(stage: LyingRig, rule: str, said: str) -> None:
    judged = await stage.judge(whole_page(styled(rule, said)))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("said", ["None", "until 12 Dec", "Revoked"])
@pytest.mark.parametrize("how", ["{content:'SAID'}", "{content:attr(data-x)}", "{content:'SAID';font-size:14px}"])
async def test_what_it_writes_on_a_level_takes_it_back(stage: LyingRig, how: str, said: str) -> None:
    sheet = f"<style>.t:hover::after{how}</style>".replace("SAID", said)
    page = whole_page(sheet)
    assert LEVEL in page.html
    marked = LEVEL.replace("<div>", f'<div class="t" data-x="{said}">')
    judged = await stage.judge(replace(page, html=page.html.replace(LEVEL, marked, 1)))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "rule",
    [
        ".t:hover{background:#eef}",
        ".t:hover::after{content:'Read more about this page'}",
        ".t:hover::after{content:''}",
        ".t:not(:hover)::after{content:''}",
        ".t:focus{--ring:'auto'}",
    ],
)
async def test_a_style_sheet_that_says_nothing_of_rows_is_no_gap(stage: LyingRig, rule: str) -> None:
    judged = await stage.judge(whole_page(styled(rule, "A hint")))
    assert judged.verdict == "pass", str(judged)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("said", OF_ROWS)
@pytest.mark.parametrize("markup", NAMES.values(), ids=NAMES)
async def test_a_name_for_those_who_cannot_see_may_tell_of_rows(stage: LyingRig, markup: str, said: str) -> None:
    judged = await stage.judge(whole_page(markup.replace("SAID", said)))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("said", ["User permissions", "Content", "Permissions by section"])
async def test_any_other_name_is_no_gap(stage: LyingRig, said: str) -> None:
    judged = await stage.judge(whole_page(NAMES["a group"].replace("SAID", said)))
    assert judged.verdict == "pass", str(judged)
