"""Frames of the page's own origin are looked into as any other part; of all others the frame itself is a gap."""

from __future__ import annotations

from html import escape

import pytest

from tests.support.lies.rig import LyingRig
from tests.support.lies.whole import PLACE, whole_page

pytestmark = pytest.mark.asyncio(loop_scope="session")
BOX = 'style="width:600px;height:120px"'
ROW = "<table><tr><td>Bulk Tax Upload</td><td>None</td></tr></table>"
TICKET = "<p>Try our new tax guide</p>"


def framed(inner: str, *, more: str = "") -> str:
    return f'<iframe id="part" srcdoc="{escape(inner)}" {more or BOX}></iframe>'


def led(path: str, *, more: str = "") -> str:
    return f'<iframe id="part" src="{PLACE}{path}" {more or BOX}></iframe>'


def scripted(script: str, *, before: str = f'<iframe id="part" {BOX}></iframe>') -> str:
    return f"{before}<script>const part = document.getElementById('part'); {script}</script>"


NOTHING_IN_IT = {
    "an empty one": f'<iframe id="part" {BOX}></iframe>',
    "an empty document of the site": led("/empty.html"),
    "one that is not displayed": led("/empty.html", more='style="display:none"'),
    "one of a point's size": led("/empty.html", more='width="1" height="1"'),
    "one that is not visible": framed("<p>Frame for measuring</p>", more='style="visibility:hidden"'),
    "harmless words": framed("<p>Help</p>"),
    "a link that leads away": framed('<a href="/help">Learn more</a>'),
    "a frame in a frame": framed(framed("<p></p>")),
    "a listener that only notes": framed("<script>const seen = []; onclick = (e) => seen.push(e.clientX)</script>"),
}
HELD_UP = {  # what stands in the frame, and what of it the gap says
    "a row": (framed(ROW), "Bulk Tax Upload"),
    "a row of a document of the site": (led("/rows.html"), "Bulk Tax Upload"),
    "words": (framed(TICKET), "Try our new tax guide"),
    "words of a frame that is a point": (led("/ticket.html", more='width="1" height="1"'), "Try our new tax guide"),
    "a button": (framed("<button>Show the rest</button>"), "Show the rest"),
    "a button called like a harmless one that somebody hears": (
        framed('<button onclick="document.body.append(1)">Help</button>'),
        "Help",
    ),
    "a text that somebody hears": (framed('<p id="x">Help</p><script>x.onclick = () => show()</script>'), "Help"),
    "a listener for all of it": (framed("<script>onclick = () => parent.show()</script>"), "parent.show"),
    "a field": (framed('<input aria-label="Search" value="tax">'), "tax"),
    "a radio": (framed('<input type="radio" name="x">'), "without a name"),
    "a picture": (framed('<canvas width="400" height="90"></canvas>'), "canvas"),
    "an open shadow root": (
        framed('<x-part></x-part><script>document.querySelector("x-part").attachShadow({mode:"open"}).innerHTML='
               '"<p>Try our new tax guide</p>"</script>'),
        "Try our new tax guide",
    ),
    "a closed shadow root": (
        framed('<x-part></x-part><script>document.querySelector("x-part").attachShadow({mode:"closed"})</script>'),
        "x-part",
    ),
    "a frame in a frame": (framed(framed(ROW)), "Bulk Tax Upload"),
    "words that a style sheet writes": (
        framed('<style>p::before{content:"Bulk Tax Upload: None"}</style><p></p>'),
        "Bulk Tax Upload",
    ),
    "rows that are not displayed": (framed(ROW, more='style="display:none"'), "not shown: Bulk Tax Upload"),
    "rows in one that is not visible": (framed(ROW, more='style="visibility:hidden"'), "not shown: Bulk Tax Upload"),
    "what a script writes into it": (
        scripted(f"part.contentDocument.body.innerHTML = {TICKET!r}"),
        "Try our new tax guide",
    ),
    "what a script writes into it later": (
        scripted(f"setTimeout(() => {{ part.contentDocument.body.innerHTML = {TICKET!r} }}, 6000)"),
        "Try our new tax guide",
    ),
    "what its own timer brings": (
        framed(f"<script>setTimeout(() => {{ document.body.innerHTML = {TICKET!r} }}, 6000)</script>"),
        "Try our new tax guide",
    ),
    "one in a sandbox": (framed(ROW, more=f"sandbox {BOX}"), "part"),
    "another origin": (f'<iframe id="part" src="https://m.media-amazon.com/part.html" {BOX}></iframe>', "part"),
    "one that goes to another origin": (led("/leaves.html"), "part"),
    "one that is opened by its data": (f'<iframe id="part" src="data:text/html,x" {BOX}></iframe>', "part"),
}  # fmt: skip
RESOURCES = {
    "/empty.html": "<title>x</title>",
    "/ticket.html": TICKET,
    "/rows.html": ROW,
    "/leaves.html": "<script>location.href = 'https://m.media-amazon.com/part.html'</script>",
}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("what", NOTHING_IN_IT)
async def test_a_frame_of_the_same_origin_with_nothing_in_it_is_no_gap(stage: LyingRig, what: str) -> None:
    judged = await stage.judge(whole_page(NOTHING_IN_IT[what], resources=RESOURCES))
    assert judged.verdict == "pass", str(judged)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("what", HELD_UP)
async def test_every_piece_of_a_frame_that_nothing_explains_is_a_gap_with_its_words(stage: LyingRig, what: str) -> None:
    more, said = HELD_UP[what]
    judged = await stage.judge(whole_page(more, resources=RESOURCES))
    assert judged.verdict == "incomplete", str(judged)
    assert any(said in gap for gap in judged.gaps), judged.gaps


@pytest.mark.sampled(1)
@pytest.mark.parametrize("what", ["a row", "a row of a document of the site", "a radio", "a frame in a frame"])
async def test_a_frame_that_holds_rows_says_so(stage: LyingRig, what: str) -> None:
    judged = await stage.judge(whole_page(HELD_UP[what][0], resources=RESOURCES))
    assert judged.verdict == "incomplete", str(judged)
    assert any("rows in a frame are not read" in gap for gap in judged.gaps), judged.gaps
