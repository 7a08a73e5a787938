"""What a page has scrolled out of its boxes before anybody came is read, or never passed over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.lies.page import LyingPage
from tests.support.lies.rig import LyingRig
from tests.support.lies.whole import whole_page

pytestmark = pytest.mark.asyncio(loop_scope="session")
# Where the rows of the first section lie in their box, and how far the box is scrolled when the page is shown.
PLACES = {
    "above": ("padding-bottom:900px", "box.scrollTop = 800"),
    "below": ("padding-top:900px", "box.scrollTop = 0"),
    "to the left": ("width:2400px", "box.scrollLeft = 1700"),
    "to the right": ("margin-left:1700px;width:700px", "box.scrollLeft = 0"),
    "to the right of a page from right to left": (
        "width:2400px;direction:ltr",
        "box.dir = 'rtl'; box.scrollLeft = -1700",
    ),
    "above and to the left": ("padding-bottom:900px;width:2400px", "box.scrollTop = 800; box.scrollLeft = 1700"),
}
LEVELS = ("word", "radios", "list")
# A level that is in order, its row, its section in a box that can be scrolled and stands scrolled.
PARTS = """
const level = [...document.querySelectorAll(".line > :last-child")].find((el) => el.textContent === "View & Edit"),
  row = level.parentNode, part = level.closest("section"), main = document.querySelector("main"),
  box = document.createElement("div"), line = (label) => Object.assign(row.cloneNode(true), {
    innerHTML: `<div>${label}</div><div>None</div>` });
"""
ABOVE = """
part.before(box); box.append(part); part.style.paddingBottom = "900px";
box.style.cssText = "height:90px;width:600px;overflow:auto"; box.scrollTop = 800;
const at_beginning = (act) => box.addEventListener("scroll", () => { if (box.scrollTop < 100) act(); });
"""
# Far enough down that what is scrolled off still stands on the page.
LOWER = """box.insertAdjacentHTML("beforebegin", '<div style="height:1500px"></div>');"""
READ = {
    "with a passage that takes time": ABOVE + 'box.style.scrollBehavior = "smooth";',
    "a while after the page came": ABOVE + "box.scrollTop = 0; setTimeout(() => { box.scrollTop = 800 }, 700);",
    "in two boxes": ABOVE
    + """const outer = document.createElement("div"); box.before(outer); outer.append(box);
         box.style.height = "400px"; box.scrollTop = 600; outer.style.cssText = "height:120px;overflow:auto";
         outer.scrollTop = 280;""",
    "in a box that is shown from its lower end": ABOVE
    + 'box.style.cssText += ";display:flex;flex-direction:column-reverse"; box.scrollTop = 0;',
    "in a box that is shown from its right end": ABOVE
    + 'box.style.cssText += ";display:flex;flex-direction:row-reverse"; part.style.cssText = "flex:none;width:2400px";',
    "in the box of the whole page": """main.before(box); box.append(main); main.style.paddingBottom = "900px";
        box.style.cssText = "height:300px;overflow:auto"; box.scrollTop = 700;""",
    "in the page's body": """document.documentElement.style.cssText = "height:100%;overflow:hidden";
        document.body.style.cssText = "height:100%;margin:0;overflow:auto"; main.style.paddingBottom = "2000px";
        document.body.scrollTop = 900;""",
}
COMES = 'main.append(line("Bulk Tax Upload"))'
NOT_PASSED = {
    "a level that is another at the beginning": ABOVE + 'at_beginning(() => { level.textContent = "None" });',
    "a row that comes at the beginning": ABOVE + 'at_beginning(() => part.prepend(line("Bulk Tax Upload")));',
    "a row that comes a moment after": ABOVE
    + 'at_beginning(() => setTimeout(() => part.prepend(line("Bulk Tax Upload")), 400));',
    "what lies over the rows at the beginning": ABOVE
    + """at_beginning(() => { level.style.position = "relative"; level.insertAdjacentHTML("beforeend",
         '<i style="position:absolute;inset:0;background:#fff"></i>') });""",
    "a box that a script scrolls on again": ABOVE + 'box.addEventListener("scroll", () => { box.scrollTop = 800 });',
    "a box that a timer scrolls on again": ABOVE + "setInterval(() => { box.scrollTop = 800 }, 5);",
    "a box that only stops at other rows": ABOVE
    + """part.style.paddingBottom = "0"; part.insertAdjacentHTML("afterend",
         '<div style="height:900px;scroll-snap-align:start"></div>'); box.style.scrollSnapType = "y mandatory";
         box.scrollTop = 800;""",
    "a row above that is not shown": ABOVE + 'level.textContent = "None"; row.style.visibility = "hidden";',
    "a level that stays above when the box is scrolled": ABOVE
    + 'level.style.cssText = "position:absolute;left:300px;top:-500px";',
    "a box that scrolls to the side alone": ABOVE
    + LOWER + 'box.style.overflow = "auto hidden"; box.scrollTop = 800;',
    "a box in one that stands scrolled for good": ABOVE
    + LOWER + """const outer = document.createElement("div"); box.before(outer); outer.append(box);
         outer.insertAdjacentHTML("beforeend", '<div style="height:900px"></div>');
         outer.style.cssText = "height:60px;overflow:hidden"; outer.scrollTop = 500;""",
    "a box that stands scrolled for good, in one that scrolls": ABOVE
    + """const outer = document.createElement("div"); box.before(outer); outer.append(box);
         box.style.overflow = "hidden"; box.scrollTop = 800; outer.style.cssText = "height:60px;overflow:auto";""",
    "a box of no height": ABOVE + 'box.style.height = "0";',
    "rows that come when the box of the whole page is scrolled": """main.before(box); box.append(main);
        main.style.paddingBottom = "900px"; box.style.cssText = "height:300px;overflow:auto"; let once = 0;
        box.addEventListener("scroll", () => { if (!once++) COMES });""",
    "rows that come when the page's body is scrolled": """
        document.documentElement.style.cssText = "height:100%;overflow:hidden";
        document.body.style.cssText = "height:100%;margin:0;overflow:auto"; main.style.paddingBottom = "2000px";
        let once = 0; document.body.addEventListener("scroll", () => { if (!once++) COMES });""",
    "rows that come when a box beside them is scrolled": """let once = 0; main.after(box);
        box.style.cssText = "height:60px;overflow:auto"; box.innerHTML = '<div style="height:400px"></div>';
        box.addEventListener("scroll", () => { if (!once++) COMES });""",
    "rows that come when a box from right to left is scrolled": """let once = 0; main.append(box); box.dir = "rtl";
        box.style.cssText = "width:300px;overflow:auto"; box.innerHTML = '<div style="width:2400px">.</div>';
        box.addEventListener("scroll", () => { if (!once++) COMES });""",
    "rows that come far to the side, with a passage that takes time": """let once = 0; main.append(box);
        box.style.cssText = "width:300px;overflow:auto;scroll-behavior:smooth";
        box.innerHTML = '<div style="width:2400px">.</div>';
        box.addEventListener("scroll", () => { if (box.scrollLeft > 1900 && !once++) COMES });""",
}  # fmt: skip


def scrolled(where: str, *, overflow: str, wrong: bool = False, level: str = "word") -> LyingPage:
    """The first section in a box that is scrolled to where none of it is shown."""
    style, act = PLACES[where]
    page = whole_page(
        f"<script>const part = document.querySelector('#grid > *'), box = document.createElement('div');"
        f"part.before(box); box.append(part); part.style.cssText = '{style}';"
        f"box.style.cssText = 'height:90px;width:600px;overflow:{overflow}'; {act};</script>",
        level=level,
    )
    if not wrong:
        return page
    head, found, tail = page.html.partition("View &amp; Edit")
    assert found
    return replace(page, html=f"{head}None{tail}")


def acted(script: str) -> LyingPage:
    return whole_page(f"<script>{PARTS}{script.replace('COMES', COMES)}</script>")


@pytest.mark.sampled(1)
@pytest.mark.parametrize("where", PLACES)
async def test_a_wrong_row_that_is_scrolled_out_of_a_box_never_passes(stage: LyingRig, where: str) -> None:
    judged = await stage.judge(scrolled(where, overflow="auto", wrong=True))
    assert judged.verdict == "fail", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("level", LEVELS)
async def test_rows_that_are_scrolled_out_of_a_box_are_read(stage: LyingRig, where: str, level: str) -> None:
    judged = await stage.judge(scrolled(where, overflow="auto", level=level))
    assert judged.verdict == "pass", str(judged)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("how", READ)
async def test_rows_are_read_wherever_a_person_can_scroll_back_to_them(stage: LyingRig, how: str) -> None:
    judged = await stage.judge(acted(READ[how]))
    assert judged.verdict == "pass", str(judged)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("overflow", ["hidden", "clip"])
async def test_a_wrong_row_that_nobody_can_scroll_to_never_passes(stage: LyingRig, where: str, overflow: str) -> None:
    judged = await stage.judge(scrolled(where, overflow=overflow, wrong=True))
    assert judged.verdict != "pass", str(judged)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("what", NOT_PASSED)
async def test_what_comes_goes_or_cannot_be_reached_by_scrolling_never_passes(stage: LyingRig, what: str) -> None:
    judged = await stage.judge(acted(NOT_PASSED[what]))
    assert judged.verdict != "pass", str(judged)
    assert not judged.is_stopped, str(judged)
