"""A click arrives at its element, and is good for a moment measured from the leave to it.

Whoever was frozen in between does not click later.
"""

# A line holds one page.
# ruff: noqa: E501

from __future__ import annotations

import pytest

from flows.errors import StepTimeoutError
from flows.visit import moment
from flows.visit.moment import Moment
from flows.visit.navigate import Navigator
from flows.visit.open_visit import open_visit
from tests.support.sites.shown_site import BOUNDS, shown_rig

pytestmark = pytest.mark.asyncio(loop_scope="session")
PAGE = "<button id=b onclick=\"document.title = 'clicked'\">Accept</button>"


@pytest.mark.parametrize("clock", ["monotonic", "time"])
async def test_a_click_that_would_come_after_its_moment_does_not_happen(
    monkeypatch: pytest.MonkeyPatch, clock: str
) -> None:
    async with shown_rig() as rig, open_visit(rig.browser, options=rig.options) as visit:
        rig.site.begin({"*": PAGE})
        await visit.page.goto("https://sellercentral.amazon.com/home")
        (button,) = await visit.page.query_selector_all("#b")
        walk, until = Navigator(visit=visit, bounds=BOUNDS), Moment.in_(5)
        with monkeypatch.context() as frozen:  # one clock has gone on, the other stood still
            real = getattr(moment, clock)
            frozen.setattr(moment, clock, lambda: real() + 60)
            with pytest.raises(StepTimeoutError, match="too late"):
                await walk.click(button, until=until)
        assert await visit.page.title() == ""


async def test_a_click_that_was_under_way_when_everything_froze_is_swallowed_by_the_page() -> None:
    async with shown_rig() as rig, open_visit(rig.browser, options=rig.options) as visit:
        rig.site.begin({"*": PAGE})
        await visit.page.goto("https://sellercentral.amazon.com/home")
        (button,) = await visit.page.query_selector_all("#b")
        walk = Navigator(visit=visit, bounds=BOUNDS)
        await walk.click(button, until=Moment.in_(60))
        assert await visit.page.title() == "clicked"
        await visit.page.reload()
        (button,) = await visit.page.query_selector_all("#b")
        with pytest.raises(StepTimeoutError):
            await walk.click(button, until=Moment.in_(0))
        await button.click()  # as the driver would, having been told before the freeze
        assert await visit.page.title() == ""


MOVES = {
    "something is put above it": "document.body.prepend(Object.assign(document.createElement('div'), {style: 'height: 200px'}))",
    "it moves aside": "document.getElementById('b').style.marginLeft = '300px'",
    "a layer comes over it": "document.body.append(Object.assign(document.createElement('div'), {style: 'position: fixed; inset: 0'}))",
}
BUTTONS = {
    "a button": "<button id=b onclick='count()'>Accept</button>",
    "a link": "<a id=b href='#' onclick='count(); return false'>Accept</a>",
    "a form's": "<form onsubmit='count(); return false'><button id=b><span>Accept</span></button></form>",
    "a button in a shadow": "<x-button id=b></x-button><script>customElements.define('x-button', class extends HTMLElement {"
    " connectedCallback() { this.attachShadow({mode: 'open'}).innerHTML = '<button>Accept</button>';"
    " this.shadowRoot.firstChild.onclick = count } })</script>",
}


async def arrives_once(button: str, move: str, event: str) -> None:
    """Click a button that the page moves once, at an event."""
    page = f"<script>const count = () => document.title += 'x'</script>{BUTTONS[button]}<script>addEventListener('{event}', () => {{ {MOVES[move]} }}, {{once: true}})</script>"
    async with shown_rig() as rig, open_visit(rig.browser, options=rig.options) as visit:
        rig.site.begin({"*": page})
        for until in (None, Moment.in_(60)):
            await visit.page.goto("https://sellercentral.amazon.com/home")
            (found,) = await visit.page.query_selector_all("#b")
            await Navigator(visit=visit, bounds=BOUNDS).click(found, until=until)
            assert await visit.page.title() == "x"


@pytest.mark.sampled(6)
@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("event", ["pointerdown", "mousedown"])
async def test_a_click_arrives_once_though_the_page_moves_between_press_and_release(
    button: str, move: str, event: str
) -> None:
    await arrives_once(button, move, event)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("button", BUTTONS)
@pytest.mark.parametrize("move", list(MOVES)[:2])
@pytest.mark.parametrize("event", ["pointermove", "mouseover"])
async def test_a_click_whose_element_moves_from_under_the_pointer_is_made_again_and_arrives_once(
    button: str, move: str, event: str
) -> None:
    """A field that is drawn late above a button does this between the driver's look and its press."""
    await arrives_once(button, move, event)


RUNS = "let n = 0; addEventListener('pointermove', () => document.getElementById('b').style.marginLeft = `${++n % 2 * 300}px`)"


async def test_a_button_that_runs_from_the_pointer_is_never_clicked_and_said_to_be() -> None:
    page = f"<button id=b onclick=\"document.title += 'x'\">Accept</button><script>{RUNS}</script>"
    async with shown_rig() as rig, open_visit(rig.browser, options=rig.options) as visit:
        rig.site.begin({"*": page})
        await visit.page.goto("https://sellercentral.amazon.com/home")
        (found,) = await visit.page.query_selector_all("#b")
        with pytest.raises(StepTimeoutError, match=r"nothing was clicked|not ready"):
            await Navigator(visit=visit, bounds=BOUNDS).click(found, until=Moment.in_(3))
        assert await visit.page.title() == ""


ONCE = {  # pages on which a press that arrived looks as if it had come beside the element
    "a page that stops its presses": "<button id=b onclick='count()'>Accept</button><script>addEventListener('pointerdown', event => event.stopImmediatePropagation(), true)</script>",
    "a page that refuses what a press does by itself": "<button id=b onclick='count()'>Accept</button><script>addEventListener('pointerdown', event => event.preventDefault(), true)</script>",
    "an element that is replaced by the press": "<div id=w><button id=b>Accept</button></div><script>w.onpointerdown = () => { count(); w.replaceChildren('thanks') }</script>",
    "a page that is busy afterwards": "<button id=b onclick='count(); const end = Date.now() + 2500; while (Date.now() < end);'>Accept</button>",
}


@pytest.mark.parametrize("shape", ONCE)
async def test_a_click_that_arrived_is_not_made_again_whatever_the_page_does_with_it(shape: str) -> None:
    async with shown_rig() as rig, open_visit(rig.browser, options=rig.options) as visit:
        rig.site.begin({"*": f"<script>const count = () => document.title += 'x'</script>{ONCE[shape]}"})
        await visit.page.goto("https://sellercentral.amazon.com/home")
        (found,) = await visit.page.query_selector_all("#b")
        await Navigator(visit=visit, bounds=BOUNDS).click(found, until=Moment.in_(60))
        await visit.page.wait_for_timeout(300)
        assert await visit.page.title() == "x"


@pytest.mark.parametrize("until", [None, 60.0])
async def test_a_click_whose_answer_takes_longer_than_the_click_may_take_is_a_click(until: float | None) -> None:
    async with shown_rig() as rig, open_visit(rig.browser, options=rig.options) as visit:
        rig.site.begin({"*": "<form action=/slow><button id=b>Accept</button></form>"})
        rig.site.late["/slow"] = 2 * BOUNDS.step.total_seconds()
        await visit.page.goto("https://sellercentral.amazon.com/home")
        (found,) = await visit.page.query_selector_all("#b")
        await Navigator(visit=visit, bounds=BOUNDS).click(found, until=None if until is None else Moment.in_(until))
        await visit.page.wait_for_url("**/slow?")
        assert [asked for asked in rig.site.asked if asked.endswith("/slow")] == ["GET sellercentral.amazon.com/slow"]
