"""Before a page passes it is watched and looked at again: what has not come is a gap."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from flows.models import Bounds
from tests.support.lies.rig import LyingRig, lying_rig
from tests.support.lies.whole import PLACE, whole_page

pytestmark = pytest.mark.asyncio(loop_scope="session")
QUICK = Bounds(step=timedelta(seconds=5), second_look=timedelta(seconds=0.5))


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def stage() -> AsyncIterator[LyingRig]:
    async with lying_rig() as ready:
        yield ready


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
