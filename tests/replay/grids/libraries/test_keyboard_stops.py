"""Who hears that the keyboard comes to a part of the page with rows in it.

No focus is given to such a part, so what hears of it there, further up or by a note of a framework is a gap. What hears
for all of the document is told nothing more there: packed code of a script file is let be, as it is for presses.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.lies.machine import widget_lie
from tests.support.lies.page import LyingPage, Resource
from tests.support.lies.rig import LyingRig
from tests.support.lies.whole import whole_page

pytestmark = pytest.mark.asyncio(loop_scope="session")
FILE = "/static/packed.js"
OPENED = "document.querySelector('main').append('Bulk Tax Upload: None')"
STOP = "var g=document.querySelector('.line').parentNode;g.tabIndex=0;"
ROW = (
    "var g=document.querySelector('.line'),t=g.parentNode;t.setAttribute('role','grid');"
    "for(let r of t.querySelectorAll('.line')){r.setAttribute('role','row');r.tabIndex=0;"
    "for(let c of r.children)c.setAttribute('role','gridcell')}"
)
SHOW = f"function s(e){{if(e.target===g){OPENED}}}"
BOTH = 'g.addEventListener("focusin",f);document.addEventListener("focusin",f);'
HARMLESS = "var x,Y=e=>e.target,W=t=>!t,f=e=>{let t=Y(e);g.contains(t)?x=g:W(t)||(x=null)};"
OPENS = f"{SHOW}var f=e=>{{let t=s(e);t||(f.x=1)}};"
JQUERY = (
    "document.jQuery371x1={events:{focusin:Object.assign([{selector:'[tabindex]',handler:(event) => { s(event); }}],"
    "{delegateCount:1})},handle:e=>document.jQuery371x1.events.focusin[0].handler(e)};"
    "document.addEventListener('focusin',document.jQuery371x1.handle);"
)
LIES = {  # what the document's script does, and what the file's
    "plain code at the part": (STOP + SHOW + "g.addEventListener('focusin', (event) => { s(event); });", ""),
    "a property of the part": (STOP + OPENS + "g.onfocus=f", ""),
    "one that hears that it leaves": (STOP + OPENS + "g.addEventListener('blur',f)", ""),
    "packed code of a file, at the part alone": ("", f'{STOP}{OPENS}g.addEventListener("focusin",f)'),
    "packed code of a file, beside another at the document": (
        "",
        f'{STOP}{HARMLESS}{SHOW}g.addEventListener("focusin",e=>{{s(e)}});document.addEventListener("focusin",f)',
    ),
    "a focus that does not rise": (
        "",
        f'{STOP}{OPENS}g.addEventListener("focus",f);document.addEventListener("focus",f)',
    ),
    "one that the document hears no more": ("", f'{STOP}{OPENS}{BOTH}document.removeEventListener("focusin",f)'),
    "one that only seems to be taken back": (
        STOP
        + SHOW
        + "g.addEventListener('focus', f = (event) => { s(event); });g.removeEventListener('focus', f, true);",
        "",
    ),
    "one that the document hears once": (
        "",
        STOP + OPENS + BOTH.replace('t.addEventListener("focusin",f', 't.addEventListener("focusin",f,{once:true}'),
    ),
    "one that the document hears for a time": (
        "",
        STOP
        + OPENS
        + BOTH.replace(
            't.addEventListener("focusin",f', 't.addEventListener("focusin",f,{signal:AbortSignal.timeout(9)}'
        ),
    ),
    "one that the document hears of leaving alone": (
        "",
        STOP + OPENS + BOTH.replace('t.addEventListener("focusin"', 't.addEventListener("focusout"'),
    ),
    "packed code of the document at both": (STOP + OPENS + BOTH, ""),
    "plain code of a file at both": ("", STOP + SHOW + "var f = (event) => { s(event); };" + BOTH),
    "code of the document that a file puts there": (
        f"{STOP}{OPENS}",
        "[document,g].forEach(e=>e.addEventListener('focusin',f))",
    ),
    "plain code at the document": (STOP + SHOW + "document.addEventListener('focusin', (event) => { s(event); });", ""),
    "plain code at the window": (STOP + SHOW + "addEventListener('focusout', (event) => { s(event); });", ""),
    "plain code that captures": (
        STOP + SHOW + "document.addEventListener('focus', (event) => { s(event); }, true);",
        "",
    ),
    "plain code around the part": (
        STOP + SHOW + "document.querySelector('main').addEventListener('focusin', (event) => { s(event); });",
        "",
    ),
    "jQuery at the document": ("", STOP + SHOW + JQUERY),
    "a note of a framework": (STOP + SHOW + "g.__reactProps$ab = { onFocus: (event) => { s(event); } };", ""),
    "a note of Svelte or Solid": (STOP + SHOW + "g.$$focusin = (event) => { s(event); };", ""),
    "a note around the part": (
        STOP + SHOW + "document.querySelector('main').__reactProps$ab = { onBlur: (event) => { s(event); } };",
        "",
    ),
    "a row of a grid": (ROW + SHOW + "g.addEventListener('focus', (event) => { s(event); });", ""),
    "a row of a grid, told at the document": (
        ROW + SHOW + "document.addEventListener('focusin', (event) => { s(event); });",
        "",
    ),
}
NOTHING = {
    "packed code of a file that hears of every focus": ("", STOP + HARMLESS + BOTH),
    "packed code of a file at the document": ("", STOP + HARMLESS + 'document.addEventListener("focusin",f)'),
    "what marks who uses the keyboard": (
        STOP + "document.addEventListener('focusin', () => { document.documentElement.classList.add('by-keys'); });",
        "",
    ),
    "the window that comes to the front": (STOP + "addEventListener('focus', () => { countAgain(1); });", ""),
    "what notes that the focus came": (
        "dataLayer = []; document.addEventListener('focusin', () => { dataLayer.push({ at: Date.now() }); });",
        "",
    ),
}


def made(document: str, file: str) -> LyingPage:
    page = whole_page(f'<script>{document}</script><script src="{FILE}"></script>')
    return replace(page, resources={FILE: Resource(type="text/javascript", body=file)})


@pytest.mark.sampled(6)
@pytest.mark.parametrize("what", LIES)
async def test_what_hears_that_the_keyboard_comes_to_rows_is_never_passed_over(stage: LyingRig, what: str) -> None:
    judged = await stage.judge(made(*LIES[what]))
    assert judged.verdict == "incomplete", str(judged)
    assert any("keyboard comes to" in gap for gap in judged.gaps), str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("what", NOTHING)
async def test_what_is_told_of_every_focus_alike_is_no_gap(stage: LyingRig, what: str) -> None:
    judged = await stage.judge(made(*NOTHING[what]))
    assert judged.verdict == "pass", str(judged)


async def test_a_link_that_does_more_when_the_keyboard_comes_is_no_link_to_help(stage: LyingRig) -> None:
    judged = await stage.judge(widget_lie(1941))
    assert any("can be pressed" in gap for gap in judged.gaps), str(judged)
