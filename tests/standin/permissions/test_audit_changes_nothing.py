"""The read-only proof: behind the guard, every control of every layout is pressed and the stand-in sees no change."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Error

from fixtures.stand_in.scenario import Scenario
from flows.account.choose_account import choose_account
from flows.browser.page_errors import PageMovedError
from flows.errors import FlowError
from flows.models import Bounds
from flows.permissions.audit import read_only_paths
from flows.permissions.page_reader import PageReader
from flows.permissions.reach import Arrival, PermissionPages
from flows.sign_in.sign_in import ensure_signed_in
from tests.standin.permissions.test_audit_visit import ADMIN, USER, world
from tests.support.sites.flow_rig import Rig, rig

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser and one stand-in a module

PRESS = (Path(__file__).parents[2] / "support" / "press_everything.js").read_text(encoding="utf-8")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def stage() -> AsyncIterator[Rig]:
    async with rig() as ready:
        yield ready


@pytest.mark.sampled(1)
@pytest.mark.parametrize("autosave", ["fetch", "beacon"])
@pytest.mark.parametrize("layout", ["classic_g0", "classic_g1", "global", "unified"])
async def test_pressing_everything_changes_nothing(stage: Rig, layout: str, autosave: str) -> None:
    scenario = world(layout, autosave=autosave, acts_by_get=True)
    blocked = await press_everything(stage, scenario)
    seller = scenario.sellers[0].merchant_id
    assert any(entry.startswith("POST") for entry in blocked)
    assert [change for change in stage.stand_in.realm.grants.of(seller).log if change.by in (USER, ADMIN)] == []


async def press_everything(stage: Rig, scenario: Scenario) -> list[str]:
    """As the administrator, behind the guard, on the editable grid of the user.

    Returns what the guard stopped.
    """
    helpers = stage.play(scenario)
    helpers.user = scenario.users[1]
    async with stage.visit() as visit:
        await ensure_signed_in(visit, host=stage.host, credentials=helpers.credentials(), hooks=helpers.hooks())
        await choose_account(visit, account=stage.account)
        await visit.guard.read_only(documents=read_only_paths())
        page = PageReader.of(visit)
        pages = PermissionPages(visit=visit, page=page, subject=USER, own=False, bounds=Bounds())
        arrival = await pages.reach(stage.host)
        assert isinstance(arrival, Arrival)
        with suppress(Error):  # a form leads away; the guard stops what it would do
            await visit.page.evaluate(PRESS)
        with suppress(FlowError, PageMovedError):
            await page.rest()
        return list(visit.guard.blocked)
