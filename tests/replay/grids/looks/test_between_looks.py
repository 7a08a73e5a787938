"""Before a page passes it is watched and looked at again: what has not come is a gap."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from flows.models import Bounds, Level, PermissionRow
from flows.permissions.page_reader import PageReader
from tests.support.lies.rig import LyingRig
from tests.support.lies.whole import PLACE, whole_page

pytestmark = pytest.mark.asyncio(loop_scope="session")
QUICK = Bounds(step=timedelta(seconds=5), second_look=timedelta(seconds=0.5))


@pytest.mark.sampled(1)
@pytest.mark.parametrize(
    "ask",
    [
        f'fetch("{PLACE}/late.json")',
        f'const asked = new XMLHttpRequest(); asked.open("GET", "{PLACE}/late.json"); asked.send()',
        f'import("{PLACE}/late.json")',
    ],
    ids=["fetch", "XMLHttpRequest", "import"],
)
async def test_a_request_that_is_never_answered_is_a_gap(stage: LyingRig, ask: str) -> None:
    page = whole_page(f"<script>{ask}</script>", resources={"/late.json": "{}"}, seconds=80, html="application/json")
    judged = await stage.judge(page, bounds=QUICK)
    assert judged.verdict == "incomplete", str(judged)
    assert any("no answer" in gap and "late.json" in gap for gap in judged.gaps), judged.gaps


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long a page was asked to be watched, in milliseconds, each time."""
    waits: list[float] = []
    ask = PageReader.ask

    async def told(self: PageReader, what: str, **given: Any) -> Any:
        if what == "wait":
            waits.append(given["least"])
        return await ask(self, what, **given)

    monkeypatch.setattr(PageReader, "ask", told)
    return waits


@pytest.mark.sampled(1)
@pytest.mark.parametrize("seconds", [2.0, 0.5])
async def test_a_page_that_would_pass_is_watched_for_as_long_as_was_set(
    stage: LyingRig, asked: list[float], seconds: float
) -> None:
    judged = await stage.judge(whole_page(), bounds=replace(QUICK, second_look=timedelta(seconds=seconds)))
    assert judged.verdict == "pass", str(judged)
    assert seconds * 1000 in asked


async def test_a_page_is_not_watched_where_the_second_look_is_set_to_nothing(
    stage: LyingRig, asked: list[float]
) -> None:
    judged = await stage.judge(whole_page(), bounds=replace(QUICK, second_look=timedelta(0)))
    assert (judged.verdict, asked) == ("pass", []), str(judged)


async def test_a_page_with_a_gap_is_not_watched(stage: LyingRig, asked: list[float]) -> None:
    judged = await stage.judge(whole_page("<p>Watch our webinar</p>"), bounds=QUICK)
    assert (judged.verdict, asked) == ("incomplete", []), str(judged)


async def test_a_page_whose_rows_violate_the_policy_is_not_watched(stage: LyingRig, asked: list[float]) -> None:
    page = whole_page()
    wrong = replace(page, html=page.html.replace("View &amp; Edit", "None", 1))
    judged = await stage.judge(wrong, bounds=QUICK, may_pass=lambda grid: not any(map(is_short, grid.rows)))
    assert (judged.verdict, asked) == ("fail", []), str(judged)


CHANNELS = ["WebSocket", "EventSource", "Worker", "SharedWorker"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_channel_that_the_page_makes_is_a_gap_though_it_bears_the_refusal(
    stage: LyingRig, channel: str
) -> None:
    made = f"<script>try {{ new {channel}('/late') }} catch (refused) {{}}</script>"
    judged = await stage.judge(whole_page(made), bounds=QUICK)
    assert judged.verdict == "incomplete", str(judged)
    assert any(channel in gap for gap in judged.gaps), judged.gaps


async def test_whether_there_is_a_channel_may_be_asked(stage: LyingRig) -> None:
    """Libraries ask so of any browser, and most make none."""
    asks = "".join(f"typeof {one}; window.{one}; '{one}' in window;" for one in CHANNELS)
    judged = await stage.judge(whole_page(f"<script>{asks}</script>"), bounds=QUICK)
    assert judged.verdict == "pass", str(judged)


def is_short(row: PermissionRow) -> bool:
    return row.level is Level.NONE and row.permission not in ("User Permissions", "Agreements/Amendments")


COMES_AND_GOES = """<script>
const row = document.querySelector(".line"), copy = row.cloneNode(true), home = row.parentNode;
copy.firstElementChild.textContent = "Bulk Tax Upload";
document.addEventListener("visibilitychange", () => copy.isConnected ? copy.remove() : home.append(copy));
</script>"""


async def test_rows_that_come_and_go_between_the_looks_are_a_gap(stage: LyingRig) -> None:
    judged = await stage.judge(whole_page(COMES_AND_GOES), bounds=QUICK)
    assert judged.verdict == "incomplete", str(judged)
    assert any("came and went" in gap for gap in judged.gaps), judged.gaps
