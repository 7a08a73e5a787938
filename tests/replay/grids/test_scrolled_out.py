"""What a page has scrolled out of its boxes before anybody came is never passed over."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from tests.support.lies.page import LyingPage
from tests.support.lies.rig import LyingRig, lying_rig
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


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def stage() -> AsyncIterator[LyingRig]:
    async with lying_rig() as ready:
        yield ready


def scrolled(where: str, *, overflow: str, wrong: bool = False) -> LyingPage:
    """The first section in a box that is scrolled to where none of it is shown."""
    style, act = PLACES[where]
    page = whole_page(
        f"<script>const part = document.querySelector('#grid > *'), box = document.createElement('div');"
        f"part.before(box); box.append(part); part.style.cssText = '{style}';"
        f"box.style.cssText = 'height:90px;width:600px;overflow:{overflow}'; {act};</script>"
    )
    if not wrong:
        return page
    head, level, tail = page.html.partition("View &amp; Edit")
    assert level
    return replace(page, html=f"{head}None{tail}")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("where", PLACES)
async def test_a_wrong_row_that_is_scrolled_out_of_a_box_never_passes(stage: LyingRig, where: str) -> None:
    judged = await stage.judge(scrolled(where, overflow="auto", wrong=True))
    assert judged.verdict != "pass", str(judged)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("overflow", ["hidden", "clip"])
async def test_a_wrong_row_that_nobody_can_scroll_to_never_passes(stage: LyingRig, where: str, overflow: str) -> None:
    judged = await stage.judge(scrolled(where, overflow=overflow, wrong=True))
    assert judged.verdict != "pass", str(judged)
