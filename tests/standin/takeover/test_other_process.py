"""A page that another process holds: its worker dials out to the console."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from agent.domain.takeover import TakeoverState
from agent.store.vault.keys import Vault, new_key, parse_key
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.sign_in.screens_password import CAPTCHA_TEXT
from fixtures.stand_in.world import StandIn
from tests.standin.takeover.test_takeover import GREEN, PIXELS
from tests.support.processes.daemon_process import daemon_environment, running_daemon
from tests.support.rehearsal import Rehearsal, rehearsing
from tests.support.servers.postgres import running_postgres
from tests.support.sites.plain_browser import plain_browser
from tests.support.takeovers import eventually, theatre


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
                async with theatre(ready, people) as stage, stage.person() as page:
                    ready.admit()
                    more = {"DATABASE_URL": url, "WEB__PUBLIC_URL": stage.web.url}
                    env = daemon_environment(stand_in.description(), tmp_path, key, **more)
                    with running_daemon(env, tmp_path, "--roles", "work"):
                        await stage.reaches(TakeoverState.OFFERED)
                        await stage.claim(page)
                        await page.wait_for_function(PIXELS, arg=list(GREEN))
                        await page.get_by_role("button", name="Text mode").click()
                        await page.locator("#outline input").fill(CAPTCHA_TEXT)
                        await page.get_by_role("button", name="Fill in").click()
                        await page.locator("#outline > button", has_text="verifyCaptcha").click()
                        await expect(page.locator("#wheel")).to_contain_text("Handed back")
                        await eventually(lambda: ready.account().accepted_at, what="the acceptance")
