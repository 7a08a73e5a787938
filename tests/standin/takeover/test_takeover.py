"""A person takes over a visit's page through the console, and the visit goes on to its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from agent.domain.authorization import State
from agent.domain.takeover import TakeoverState
from agent.visits.prepare import VisitKind
from agent.visits.run import make_visit
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.sign_in.screens_password import CAPTCHA_TEXT
from fixtures.stand_in.world import StandIn
from tests.support.rehearsal import rehearsing
from tests.support.sites.plain_browser import plain_browser
from tests.support.takeovers import Theatre, theatre

pytestmark = pytest.mark.asyncio(loop_scope="module")
GREEN = (0, 160, 0)
PIXELS = """([red, green, blue]) => {
  const canvas = document.getElementById('view'), data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let found = 0;
  for (let i = 0; i < data.length; i += 4)
    if (Math.abs(data[i] - red) + Math.abs(data[i + 1] - green) + Math.abs(data[i + 2] - blue) < 60) found++;
  return found > 5000;
}"""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def people() -> AsyncIterator[Browser]:
    async with plain_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def stage(people: Browser, tmp_path: Path) -> AsyncIterator[Theatre]:
    async with StandIn(one_account(1)) as stand_in:
        with rehearsing(stand_in, tmp_path) as ready:
            async with theatre(ready, people, hold=20) as built:
                yield built


def play(stage: Theatre, *order: str) -> None:
    stage.rehearsal.stand_in.load(one_account(1, user={"sign_in": list(order)}))
    stage.rehearsal.register()
    stage.rehearsal.admit()


async def test_picture_is_solved_in_the_console_and_the_visit_accepts(stage: Theatre) -> None:
    play(stage, "email", "password", "captcha_cvf", "otp")
    async with stage.person() as page:
        visit = asyncio.create_task(make_visit(stage.context, "A1", kind=VisitKind.ACCEPT))
        await stage.reaches(TakeoverState.OFFERED)
        began = time.monotonic()
        await stage.claim(page)
        await page.wait_for_function(PIXELS, arg=list(GREEN))
        await stage.press(page, "input[name=cvf_captcha_input]")
        await page.keyboard.type(CAPTCHA_TEXT)
        await stage.press(page, "input[value=verifyCaptcha]")
        ended = await visit
        assert time.monotonic() - began < 30
        assert ended.conclusion.error is None, ended.conclusion.why
        assert stage.rehearsal.account().authorization is not State.NEEDS_HUMAN
        takeover = await stage.reaches(TakeoverState.DONE)
        assert takeover.person == "dora"
        assert takeover.tally is not None
        assert takeover.tally["keys"] == len(CAPTCHA_TEXT)
        assert CAPTCHA_TEXT not in str(takeover.tally)
        await expect(page.locator("#wheel")).to_contain_text("Handed back")
