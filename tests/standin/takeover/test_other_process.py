"""A page that another process holds: its worker dials out to the console."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from agent.clock import utc_now
from agent.domain.authorization import State
from agent.domain.takeover import TakeoverState
from agent.store.database.engine import reading, writing
from agent.store.database.schema import workers
from agent.store.people import takeovers
from agent.store.people.takeovers import Takeover
from agent.store.vault.keys import Vault, new_key, parse_key
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.sign_in.screens.password import CAPTCHA_TEXT
from fixtures.stand_in.world import StandIn
from tests.standin.takeover.test_takeover import GREEN, PIXELS
from tests.support.processes.daemon_process import daemon_environment, running_daemon
from tests.support.servers.postgres import running_postgres
from tests.support.sites.plain_browser import plain_browser
from tests.support.visits.rehearsal import Rehearsal, rehearsing
from tests.support.web.takeovers import TakeoverRig, eventually, takeover_rig

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.postgres
async def test_worker_in_another_process_dials_out_and_a_person_passes_its_page(tmp_path: Path) -> None:
    scenario = one_account(1, user={"sign_in": ["email", "password", "captcha_cvf", "otp"]})
    with running_postgres() as server:
        url, key = server.new_database(), new_key()
        async with StandIn(scenario) as stand_in, plain_browser() as people:
            with rehearsing(stand_in, tmp_path, url=url) as plain:
                vault = Vault(parse_key(key, source="the test's key"))
                ready = Rehearsal(stand_in=stand_in, settings=plain.settings, engine=plain.engine, vault=vault)
                ready.register()
                async with takeover_rig(ready, people) as stage, stage.person() as page:
                    ready.admit()
                    more = {"DATABASE_URL": url, "WEB__PUBLIC_URL": stage.web.url}
                    env = daemon_environment(stand_in.description(), tmp_path, key, **more)
                    with running_daemon(env, tmp_path, "--roles", "work"):
                        await stage.reaches(TakeoverState.OFFERED)
                        await stage.claim(page)
                        await page.wait_for_function(PIXELS, arg=list(GREEN))
                        await page.get_by_role("button", name="Text mode").click()
                        await answer_in_text(stage, page)
                        await expect(page.locator("main")).to_contain_text(re.compile("handed back", re.IGNORECASE))
                        await eventually(lambda: ready.account().accepted_at, what="the acceptance")


@pytest.mark.sampled(1, of="a worker that ends while it keeps a page")
@pytest.mark.postgres
@pytest.mark.parametrize("driven", [True, False])
async def test_a_worker_that_is_killed_while_it_keeps_a_page_loses_it_and_nothing_is_pressed_twice(
    tmp_path: Path, *, driven: bool
) -> None:
    scenario = one_account(1, user={"sign_in": ["email", "password", "captcha_cvf", "otp"]})
    with running_postgres() as server:
        url, key = server.new_database(), new_key()
        async with StandIn(scenario) as stand_in, plain_browser() as people:
            with rehearsing(stand_in, tmp_path, url=url) as plain:
                vault = Vault(parse_key(key, source="the test's key"))
                ready = Rehearsal(stand_in=stand_in, settings=plain.settings, engine=plain.engine, vault=vault)
                ready.register()
                async with takeover_rig(ready, people) as stage, stage.person() as page:
                    ready.admit()
                    more = {"DATABASE_URL": url, "WEB__PUBLIC_URL": stage.web.url, "WORK__LEASE": "3"}
                    more |= {"TAKEOVER__HOLD": "5"}
                    env = daemon_environment(stand_in.description(), tmp_path, key, **more)
                    with running_daemon(env, tmp_path, "--roles", "work") as worker:
                        await stage.reaches(TakeoverState.OFFERED)
                        if driven:
                            await stage.claim(page)
                        worker.kill()
                    with writing(ready.engine) as conn:  # a minute goes by
                        conn.execute(workers.update().values(beat=utc_now() - timedelta(minutes=5)))
                    with running_daemon(env, tmp_path, "--roles", "work"):
                        over = await eventually(lambda: lost(ready), what="the take-over that was lost")
                        account = await eventually(lambda: (now := ready.account()).failure_code and now)
                    assert over.ended_why == "its worker is gone"
                    assert (account.authorization, account.failure_code) == (State.NEEDS_HUMAN, "challenge")
                    assert stage.passwords() == 2  # of the visit that was cut off, and of the one that began anew
                    assert not stand_in.realm.journal.of("invitation.accepted")


@pytest.mark.sampled(1, of="a worker that ends while it keeps a page")
@pytest.mark.postgres
async def test_a_worker_that_is_told_to_stop_gives_its_page_up_and_another_offers_it_to_the_next_driver(
    tmp_path: Path,
) -> None:
    scenario = one_account(1, user={"sign_in": ["email", "password", "captcha_cvf", "otp"]})
    with running_postgres() as server:
        url, key = server.new_database(), new_key()
        async with StandIn(scenario) as stand_in, plain_browser() as people:
            with rehearsing(stand_in, tmp_path, url=url) as plain:
                vault = Vault(parse_key(key, source="the test's key"))
                ready = Rehearsal(stand_in=stand_in, settings=plain.settings, engine=plain.engine, vault=vault)
                ready.register()
                async with (
                    takeover_rig(ready, people) as stage,
                    stage.person() as page,
                    stage.person(name="eve") as other,
                ):
                    ready.admit()
                    more = {"DATABASE_URL": url, "WEB__PUBLIC_URL": stage.web.url}
                    env = daemon_environment(stand_in.description(), tmp_path, key, **more)
                    (tmp_path / "two").mkdir()
                    with running_daemon(env, tmp_path, "--roles", "work") as first:
                        await stage.reaches(TakeoverState.OFFERED)
                        await stage.claim(page)
                        with running_daemon(
                            env | {"SC_AGENT_DATA_DIR": str(tmp_path / "two")}, tmp_path / "two", "--roles", "work"
                        ):
                            await other.goto(f"{stage.web.url}/takeover/A1")
                            assert await other.locator("#takeover").count() == 0  # one wheel, however many workers
                            assert first.stop()[0] == 0
                            await expect(page.locator("#wheel")).to_contain_text("stopped")
                            stopped = await eventually(lambda: ended_as(ready, TakeoverState.STOPPED))
                            assert ready.account().failure_code == "password_doubted"  # typed, and no yes came
                            await other.reload()
                            await other.get_by_label("Reason").fill("the worker was stopped")
                            await other.get_by_role("button", name="Take over").click()
                            await stage.reaches(TakeoverState.OFFERED)
                            await stage.claim(other)
                            await other.get_by_role("button", name="Text mode").click()
                            await answer_in_text(stage, other)
                            await eventually(lambda: ready.account().accepted_at, what="the acceptance")
                    assert (stopped.person, stopped.ended_why) == ("dora", "the visit was stopped")
                    assert stage.passwords() == 2  # one of each visit


def lost(ready: Rehearsal) -> Takeover | None:
    """The take-over whose worker was killed."""
    return ended_as(ready, TakeoverState.LOST)


async def answer_in_text(stage: TakeoverRig, page: Page) -> None:
    """Answer the picture in text mode, until the agent goes on.

    What is pressed in the moment of a curtain is refused; a person presses again.
    """
    for _ in range(4):
        await page.locator("#outline input").fill(CAPTCHA_TEXT)
        await page.get_by_role("button", name="Fill in").click()
        await page.locator("#outline > button", has_text="verifyCaptcha").click()
        with suppress(AssertionError):
            await eventually(lambda: (now := stage.takeover()) and now.state is not TakeoverState.CLAIMED, within=10)
            return


def ended_as(ready: Rehearsal, state: TakeoverState) -> Takeover | None:
    """The take-over that ended so; a later visit may have offered another."""
    with reading(ready.engine) as conn:
        found = takeovers.list_of(conn, "A1", limit=5)
    return next((one for one in found if one.state is state), None)
