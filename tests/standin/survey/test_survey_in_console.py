"""A survey as an act of the console: begun, watched, its page taken over where nobody described it, read and
downloaded.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
import pytest_asyncio
from playwright.async_api import expect

from agent.actions.takeovers import NotOfferedError, ask_survey, survey_refusal
from agent.clock import utc_now
from agent.domain.authorization import State
from agent.domain.takeover import TakeoverState
from agent.store.console import operator_log
from agent.store.database.engine import reading, writing
from agent.store.processes import switches
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Fault
from fixtures.stand_in.world import StandIn
from tests.support.sites.plain_browser import plain_browser
from tests.support.visits.rehearsal import rehearsing
from tests.support.web.takeovers import TakeoverRig, takeover_rig

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path) -> AsyncIterator[TakeoverRig]:
    seller = {"members": ["a1@users.example"], "options": {"own_view": True}}
    news = Fault(on="/home", kind="news", user="a1@users.example")
    async with StandIn(one_account(5, seller=seller, faults=[news])) as stand_in, plain_browser() as people:
        with rehearsing(stand_in, tmp_path) as ready:
            async with takeover_rig(ready, people) as built:
                yield built


@pytest.mark.soak  # nine seconds of computing; the same survey without the console: test_survey.py
async def test_a_survey_is_begun_watched_helped_on_and_read_in_the_console(stage: TakeoverRig, tmp_path: Path) -> None:
    stage.rehearsal.register()
    async with stage.person() as page, stage.working():
        await page.goto(f"{stage.web.url}/accounts/A1")
        await page.get_by_role("link", name="Survey").click()
        await page.get_by_label("Reason").fill("the first day")
        await page.get_by_role("button", name="Survey the site").click()
        wheel = page.get_by_role("link", name="Take the wheel")
        await expect(wheel).to_be_visible(timeout=60_000)  # the page looks again by itself
        assert "password" in await page.get_by_role("table").inner_text()
        await wheel.click()
        await stage.claim(page)
        await stage.press(page, "main button")
        await expect(page.locator("#wheel")).to_contain_text("Handed back")

        await page.goto(f"{stage.web.url}/survey/A1")
        download = page.get_by_role("link", name="Download the recording")
        await expect(download).to_be_visible(timeout=90_000)
        told = await page.locator("main").inner_text()
        assert "unknown page https://sellercentral.amazon.com/home (What is new)" in told
        assert await page.locator("a[href='/drafts']").count() == 2  # of the navigation, and of the one draft
        async with page.expect_download() as begun:
            await download.click()
        await (await begun.value).save_as(tmp_path / "recording.zip")

    packed = ZipFile(tmp_path / "recording.zip")
    survey = stage.takeover()
    assert survey is not None
    assert (survey.state, survey.report and survey.report["ended"]) == (TakeoverState.DONE, True)
    assert survey.report is not None
    assert [one["title"] for one in survey.report["unknown"]] == ["What is new"]
    assert len(survey.report["drafts"]) == 1
    assert {"password", "otp", "app"} <= {one["screen"] for one in survey.report["screens"]}
    assert not stage.rehearsal.stand_in.realm.journal.of("permissions.saved")
    password = stage.rehearsal.scenario.users[0].password.encode()
    assert packed.namelist()
    assert not [name for name in packed.namelist() if password in packed.read(name)]
    with reading(stage.rehearsal.engine) as conn:
        assert "survey" in {entry.act for entry in operator_log.page(conn, before=None, limit=9, subject="A1")}


async def test_no_survey_is_begun_while_everything_is_paused_or_the_account_waits_for_a_person(
    stage: TakeoverRig,
) -> None:
    ready = stage.rehearsal
    ready.register()
    with writing(ready.engine) as conn:
        assert survey_refusal(conn, ready.account(), settings=ready.settings) is None
        waiting = replace(ready.account(), authorization=State.NEEDS_HUMAN)
        assert "waits for a person" in str(survey_refusal(conn, waiting, settings=ready.settings))
        switches.pause_all(conn, now=utc_now(), who="ops")
        with pytest.raises(NotOfferedError, match="paused by ops"):
            ask_survey(conn, "A1", settings=ready.settings, person="dora", reason="x", now=utc_now())
