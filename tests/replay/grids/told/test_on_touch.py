"""What a style sheet writes or draws only where the pointer rests, the keyboard is or something is pressed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.lies.page import LyingPage
from tests.support.lies.rig import LyingRig
from tests.support.lies.whole import whole_page

pytestmark = pytest.mark.asyncio(loop_scope="session")
HIDDEN = "3 permissions are hidden"
LEVEL = "<div>View &amp; Edit</div>"
CLASSES = "t sm:hover:u"
MARKED = f'<p class="{CLASSES}" data-x="SAID">&nbsp;<i class="in"></i></p>'
CHAIN = ";".join(f"--v{at}:var(--v{at + 1})" for at in range(12))
WRITTEN = {
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
    "an attribute": "[data-x]:hover::after{content:attr(data-x)}",
    "in pieces": ".t:hover::after{content:'' 'SAID' ''}",
    "a class called so": r".sm\:hover\:u:hover::after{content:'SAID'}",
    "a class called so, in numbers": r".\73m\:hover\:u:hover::after{content:'SAID'}",
    "not by the keyboard": ".t:hover:not(:focus)::after{content:'SAID'}",
    "not where it shows": ".t:focus:not(:focus-visible)::after{content:'SAID'}",
    "not some": ".t:hover:not(.a, :active, [data-k=':hover'])::after{content:'SAID'}",
    "in brackets": ":is(main :is(.t, .y):hover, .z)::after{content:'SAID'}",
    "a box that has one": "main:has(.in:hover) .t::after{content:'SAID'}",
    "the n-th of those": ".t:nth-child(n of :hover)::after{content:'SAID'}",
    "in a scope": "@scope(.t){:scope:hover::after{content:'SAID'}}",
    "in a scope that is touched": "@scope(.t:hover){.in::after{content:'SAID'}}",
    "a variable": ".t::after{content:var(--t,'')}.t:hover{--t:'SAID'}",
    "a variable from elsewhere": ":root{--a:'SAID';--b:var(--a)}.t:hover::after{content:var(--b)}",
    "a variable that allows it": ".t::after{content:var(--on) 'SAID'}.t:hover{--on:}",
    "a variable that is asked": "main:hover{--h:1}@container style(--h:1){.t::after{content:'SAID'}}",
    "a condition": ".t:hover{--h:1}.t::after{content:if(style(--h:1): 'SAID'; else: '')}",
    "a quotation mark": ".t:hover::after{content:open-quote;quotes:'SAID' ''}",
    "a counter": "@counter-style k{system:cyclic;symbols:'SAID'}.t:hover::after{content:counter(z, k)}",
    "an animation": "@keyframes k{to{content:'SAID'}}.t:hover::after{content:'';animation:k 1s forwards}",
    "a part that is kept back": ".t::after{content:'SAID';display:none}.t:hover::after{display:block}",
    "an attribute that is kept back": "[data-x]::after{content:attr(data-x);display:none}:hover::after{display:block}",
    "a variable of its own part": ".t::after{--t:'SAID'}.t:hover::after{content:var(--t)}",
    "a variable that is registered": "@property --t{syntax:'<string>';inherits:true;initial-value:'SAID'}"
    ".t:hover::after{content:var(--t)}",
    "a long chain of variables": f":root{{{CHAIN};--v12:'SAID'}}.t:hover::after{{content:var(--v0)}}",
    "a long chain on touch": f".t:hover{{{CHAIN};--v12:'SAID'}}.t::after{{content:var(--v0,'')}}",
    "an animation by a variable": ":root{--k:k}@keyframes k{to{content:'SAID'}}"
    ".t:hover::after{content:'';animation:var(--k) 1s}",
    "an animation of a variable": "@keyframes k{to{--t:'SAID'}}.t::after{content:var(--t,'')}"
    ".t:hover::after{animation:k 1s forwards}",
    "a quotation mark from elsewhere": "main{quotes:'SAID' ''}.t:hover::after{content:open-quote}",
    "a part's variable that is kept back": ".t::after{content:'SAID';display:var(--d,none)}.t:hover{--d:inline}",
    "the sign of a list": ".t{display:list-item}.t:hover{list-style-type:'SAID'}",
}
DRAWN = {
    "a ground": ".t:hover{background:url(AT)}",
    "a ground for the keyboard": ".t:focus{background-image:url(AT)}",
    "a ground of its own part": ".t:hover::after{content:'';background:url(AT)}",
    "a ground by a variable": ":root{--p:url(AT)}.t:hover{background:var(--p)}",
    "a ground by a variable on touch": ".t{background:var(--p,none)}.t:hover{--p:url(AT)}",
    "an edge": ".t:hover{border-image:url(AT) 30 round}",
    "a mask": ".t:hover{mask:url(AT)}",
    "a content": ".t:hover::after{content:url(AT)}",
    "one of a set": ".t:hover{background:image-set('AT' 1x)}",
    "a child": ".t:hover .in{background:url(AT)}",
    "a part that is kept back": ".t::after{content:url(AT);display:none}.t:hover::after{display:block}",
    "a ground that is kept back": ".t::after{content:'';background:url(AT);display:none}.t:hover::after{display:block}",
    "a ground that grows": ".t{background:url(AT);width:8px;height:8px}.t:hover{width:300px;height:60px}",
    "a ground that is drawn larger": ".t{background:url(AT);width:8px;height:8px}.t:focus-within{transform:scale(9)}",
    "an animation": "@keyframes k{to{background:url(AT)}}.t:hover{animation:k 1s forwards}",
    "an animation of a variable": "@keyframes k{to{--p:url(AT)}}.t{background:var(--p,none)}.t:hover{animation:k 1s}",
    "an animation that grows": "@keyframes k{to{width:300px;height:60px}}.t{background:url(AT);width:8px;height:8px}"
    ".t:hover{animation:k 1s forwards}",
    "a filter": ".t:hover{filter:url(AT#f)}",
    "a pointer": ".t:hover{cursor:url(AT),auto}",
}
SHADOW = "<div id=h>INNER</div><script>h.attachShadow({mode:'open'}).innerHTML=`<style>RULE</style>OWN`</script>"
TREES = {
    "a host": ("", ":host(:hover)::after", "&nbsp;"),
    "within a host": ("", ":host(:hover) b::after", "<b>&nbsp;</b>"),
    "in a slot": ("<b>&nbsp;</b>", "::slotted(b:hover)::after", "<slot></slot>"),
}
COUNTED = "<style>@counter-style k{system:cyclic;symbols:'SAID'}</style>" + SHADOW.replace("OWN", "<b>&nbsp;</b>")
PART = "<style>#h::part(p):hover::after{content:'SAID'}</style>" + SHADOW.replace("OWN", "<b part=p>&nbsp;</b>")
PICTURE = "<img src='/ground.svg' alt='' SIZE>"
SHOWN = {
    "by its box": (".i{display:none}.t:hover .i{display:block}", "width=300 height=40"),
    "by its sight": (".i{visibility:hidden}.t:hover .i{visibility:visible}", "width=300 height=40"),
    "by a size": (".i{width:0;height:0;overflow:hidden}.t:hover .i{width:auto;height:auto}", "width=300 height=40"),
    "of unknown size": (".i{display:none}.t:focus-within .i{display:block}", ""),
    "itself": (".i img{display:none}.t:hover .i img{display:inline}", "width=300 height=40"),
}
SHOWS = ".i{display:none}.t:hover .i{display:block}"
TIPS = {
    "an element": (SHOWS, "<i class='i'>SAID</i>"),
    "one called a tip": (".tip{display:none}.t:hover .tip{display:block}", "<i class='tip'>SAID</i>"),
    "deeper": (SHOWS, "<span><i class='i'><b>SAID</b></i></span>"),
    "for the keyboard": (".i{display:none}.t:focus-within>.i{display:block}", "<i class='i'>SAID</i>"),
    "by its sight": (".i{visibility:hidden}.t:hover .i{visibility:visible}", "<i class='i'>SAID</i>"),
    "by its part": (f".i::before{{content:'SAID'}}{SHOWS}", "<i class='i'></i>"),
    "by the part of its child": (f".i b::before{{content:'SAID'}}{SHOWS}", "<i class='i'><b></b></i>"),
    "by an attribute": (f".i::before{{content:attr(data-q)}}{SHOWS}", "<i class='i' data-q='SAID'></i>"),
    "as it was": (".i{display:none}.t:hover .i{all:revert}", "<i class='i'>SAID</i>"),
    "by a variable": (".i{display:var(--d,none)}.t:hover{--d:block}", "<i class='i'>SAID</i>"),
    "by a variable of another": (".i{--e:var(--d);display:var(--e,none)}.t:hover{--d:block}", "<i class='i'>SAID</i>"),
    "by its own style": (".t:hover{--d:block}", "<i style='display:var(--d,none)'>SAID</i>"),
    "by a condition": (".i{display:if(style(--d:1): block; else: none)}.t:hover{--d:1}", "<i class='i'>SAID</i>"),
    "by an animation": (
        "@keyframes k{to{display:block}}.i{display:none}.t:hover .i{animation:k 1s forwards}",
        "<i class='i'>SAID</i>",
    ),
    "by an animation that goes on": (
        "@keyframes k{to{display:block}}.i{display:none;animation:k 1s paused}.t:hover i{animation-play-state:running}",
        "<i class='i'>SAID</i>",
    ),
    "as a target": ("#z:target::after{content:'SAID'}", "<b id='z'></b>"),
}
NOTHING = {
    "a colour": ".t:hover{background:#eef}",
    "a colour by a variable": ":root{--c:#eef}.t:hover{background:var(--c)}",
    "a passage of colours": ".t:hover{background:linear-gradient(#fff,#eee)}",
    "other words": ".t:hover::after{content:'Read more about this page'}",
    "no word": ".t:hover::after{content:''}",
    "not on touch": ".t:not(:hover)::after{content:''}",
    "a variable": ".t:focus{--ring:'auto'}",
    "another class": rf".u\:hover\:t:hover::after{{content:'{HIDDEN}'}}",
    "an animation that turns": "@keyframes k{to{transform:rotate(9deg)}}@keyframes z{to{content:'None'}}"
    ".t:hover::after{content:'';animation:k 1s}",
    "a variable that changes a colour": ".t{color:var(--c)}.t::after{content:'';color:var(--c)}.t:hover{--c:#00c}",
    "a button": "button:hover{background:url(/ground.svg)}",
    "a box that grows": ".t:hover{width:300px;transform:scale(1.1)}",
    "other words that are kept back": ".t::after{content:'More';display:none}.t:hover::after{display:block}",
}


def styled(rule: str, said: str = "") -> LyingPage:
    return whole_page(f"<style>{rule}</style>{MARKED}".replace("SAID", said).replace("AT", "/ground.svg"))


def on_a_level(rule: str, said: str) -> LyingPage:
    page = whole_page(f"<style>{rule}</style>".replace("SAID", said).replace("AT", "/ground.svg"))
    marked = LEVEL.replace("<div>", f'<div class="{CLASSES}" data-x="{said}">')
    return replace(page, html=page.html.replace(LEVEL, marked, 1))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("said", [HIDDEN, "Payments: None"])
@pytest.mark.parametrize("rule", WRITTEN.values(), ids=WRITTEN)
async def test_what_a_style_sheet_writes_on_touch_is_a_gap(stage: LyingRig, rule: str, said: str) -> None:
    judged = await stage.judge(styled(rule, said))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("said", ["None", "until 12 Dec", "Revoked"])
@pytest.mark.parametrize("rule", [rule for rule in WRITTEN.values() if ".in" not in rule])
async def test_what_it_writes_on_a_level_takes_it_back(stage: LyingRig, rule: str, said: str) -> None:
    judged = await stage.judge(on_a_level(rule, said))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("rule", DRAWN.values(), ids=DRAWN)
async def test_a_picture_that_it_draws_on_touch_is_a_gap(stage: LyingRig, rule: str) -> None:
    judged = await stage.judge(styled(rule))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("rule", [rule for name, rule in DRAWN.items() if name != "a child"])
async def test_a_picture_that_it_draws_on_a_level_is_a_gap(stage: LyingRig, rule: str) -> None:
    judged = await stage.judge(on_a_level(rule, ""))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("said", [HIDDEN, "Payments: None"])
@pytest.mark.parametrize(("rule", "inner"), TIPS.values(), ids=TIPS)
async def test_words_that_it_shows_on_touch_are_a_gap(stage: LyingRig, rule: str, inner: str, said: str) -> None:
    told = f"<style>{rule}</style><div class='t'>&nbsp;{inner}</div>".replace("SAID", said)
    judged = await stage.judge(whole_page(told))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("said", ["None", "Revoked", "until 12 Dec"])
@pytest.mark.parametrize(("rule", "inner"), [TIPS["an element"], TIPS["by its part"], TIPS["by its sight"]])
async def test_words_that_it_shows_on_a_level_take_it_back(stage: LyingRig, rule: str, inner: str, said: str) -> None:
    page = whole_page(f"<style>{rule}</style>".replace("SAID", said))
    level = LEVEL.replace("<div>", '<div class="t">').replace("</div>", f"{inner}</div>").replace("SAID", said)
    judged = await stage.judge(replace(page, html=page.html.replace(LEVEL, level, 1)))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("rule", "inner"), TIPS.values(), ids=TIPS)
async def test_other_words_that_it_shows_on_touch_are_no_gap(stage: LyingRig, rule: str, inner: str) -> None:
    told = f"<style>{rule}</style><div class='t'>&nbsp;{inner}</div>".replace("SAID", "Read more about this page")
    judged = await stage.judge(whole_page(told))
    assert judged.verdict == ("incomplete" if "visibility" in rule else "pass"), str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("rule", "size"), SHOWN.values(), ids=SHOWN)
async def test_a_picture_that_it_shows_on_touch_is_a_gap(stage: LyingRig, rule: str, size: str) -> None:
    box = f"<div class='t'>&nbsp;<div class='i'>{PICTURE.replace('SIZE', size)}</div></div>"
    judged = await stage.judge(whole_page(f"<style>{rule}</style>{box}"))
    assert judged.verdict == "incomplete", str(judged)


async def test_a_small_picture_that_it_shows_on_touch_is_no_gap(stage: LyingRig) -> None:
    rule, _ = SHOWN["by its box"]
    box = f"<div class='t'>&nbsp;<div class='i'>{PICTURE.replace('SIZE', 'width=16 height=16')}</div></div>"
    judged = await stage.judge(whole_page(f"<style>{rule}</style>{box}"))
    assert judged.verdict == "pass", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("inner", "selector", "own"), TREES.values(), ids=TREES)
async def test_a_style_sheet_of_another_tree_is_asked_too(stage: LyingRig, inner: str, selector: str, own: str) -> None:
    rule = f"{selector}{{content:'{HIDDEN}'}}"
    judged = await stage.judge(whole_page(SHADOW.replace("INNER", inner).replace("RULE", rule).replace("OWN", own)))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("said", [HIDDEN, "Payments: None"])
async def test_a_style_sheet_around_a_tree_is_asked_for_its_parts(stage: LyingRig, said: str) -> None:
    judged = await stage.judge(whole_page(PART.replace("INNER", "").replace("RULE", "").replace("SAID", said)))
    assert judged.verdict == "incomplete", str(judged)


async def test_a_counter_around_a_tree_writes_in_it_on_touch(stage: LyingRig) -> None:
    counted = COUNTED.replace("INNER", "").replace("RULE", "b:hover::after{content:counter(z, k)}")
    judged = await stage.judge(whole_page(counted.replace("SAID", HIDDEN)))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    "own", [PICTURE.replace("SIZE", "width=300 height=40"), f"<b>{HIDDEN}</b>", "<b class=said></b>"]
)
@pytest.mark.parametrize("box", ["<div class=i>HOST</div>", "<div class=i><p>HOST</p></div>"])
async def test_what_a_tree_holds_that_is_shown_on_touch_is_a_gap(stage: LyingRig, box: str, own: str) -> None:
    tree = SHADOW.replace("INNER", "").replace("RULE", f".said::before{{content:'{HIDDEN}'}}").replace("OWN", own)
    told = f"<style>{SHOWS}</style><div class='t'>&nbsp;{box.replace('HOST', tree)}</div>"
    judged = await stage.judge(whole_page(told))
    assert judged.verdict == "incomplete", str(judged)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("rule", NOTHING.values(), ids=NOTHING)
async def test_a_style_sheet_that_says_nothing_of_rows_is_no_gap(stage: LyingRig, rule: str) -> None:
    judged = await stage.judge(styled(rule, "A hint"))
    assert judged.verdict == "pass", str(judged)


@pytest.mark.parametrize(("said", "verdict"), [("0 to 00 of 00", "pass"), (HIDDEN, "incomplete")])
async def test_a_part_of_a_hidden_pager_may_copy_its_words(stage: LyingRig, said: str, verdict: str) -> None:
    rule = f"<style>.p::before{{content:'{said}';visibility:hidden}}</style>"
    pager = "<span class='p'>1 <i>to</i> 10 <i>of</i> 10</span><button>1</button>"
    judged = await stage.judge(whole_page(f"{rule}<div hidden>{pager}</div>"))
    assert judged.verdict == verdict, str(judged)


@pytest.mark.parametrize(("does", "verdict"), [("margin:1px;color:red", "pass"), ("display:inline", "incomplete")])
@pytest.mark.parametrize("by", [".t:hover .i{DOES}", ".t:hover{--x:1}.i{--y:var(--x);DOES}"])
async def test_what_is_only_moved_on_touch_is_not_shown(stage: LyingRig, by: str, does: str, verdict: str) -> None:
    does = does.replace(":", ":var(--y,").replace(";", ");") + ")" if "--y" in by else does
    page = whole_page(f"<style>.i{{display:none}}{by.replace('DOES', does)}</style>")
    level = LEVEL.replace("<div>", '<div class="t">').replace("</div>", "<i class='i'>None</i></div>")
    judged = await stage.judge(replace(page, html=page.html.replace(LEVEL, level, 1)))
    assert judged.verdict == verdict, str(judged)


async def test_a_hidden_part_is_looked_into_however_much_it_holds(stage: LyingRig) -> None:
    others = "".join(f"<p>Read more {at}</p>" for at in range(120))
    judged = await stage.judge(whole_page(f"<div hidden>{others}<p>Payments: None</p></div>"))
    assert judged.verdict == "incomplete", str(judged)
