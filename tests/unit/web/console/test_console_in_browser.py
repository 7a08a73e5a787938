"""The console in a real browser.

Every page in both themes, narrow and wide, without scripts, and to axe's rules.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.domain.authorization import State
from agent.settings.groups.operation import WebSettings
from agent.settings.model import Settings
from agent.store import accounts, audits
from agent.store.console import operator_log
from agent.store.database.engine import open_database, reading, writing
from agent.store.people import lost_rows, requests
from agent.store.people.requests import PersonAnswer
from agent.store.sign_in import old_authenticators
from agent.store.vault.keys import Vault
from tests.support.samples import a_few
from tests.support.sites.plain_browser import plain_browser
from tests.support.stored.registry import NOW
from tests.support.web.console import address
from tests.support.web.filled_console import PLACES, fill
from tests.support.web.web_server import WebServer, serving
from tests.unit.web.api.test_reading import VISIT, explained
from tests.unit.web.embed.test_panel_in_browser import RULES, axe

__all__ = ["axe"]  # the fixture

pytestmark = pytest.mark.asyncio(loop_scope="session")
NARROW = 760  # pixels, below which a row of a table is a card
CUT = "[...document.querySelectorAll('.wide')].some(table => table.scrollWidth > table.clientWidth + 1)"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[WebServer, Browser]]:
    """One served console and one browser for the module.

    There is something on every page.
    """
    folder: Path = tmp_path_factory.mktemp("console")
    engine: Engine = open_database(f"sqlite:///{folder}/agent.sqlite")
    key = SecretStr(base64.urlsafe_b64encode(os.urandom(32)).decode())
    settings = Settings(data_dir=folder, web=WebSettings(address="127.0.0.1:0", key=key))
    async with serving(engine, settings, Vault(os.urandom(32))) as web, plain_browser() as browser:
        told = explained(folder)
        fill(engine, web.role.parts.web_key.vault(), folder)
        with writing(engine) as conn:
            audits.record_audit(conn, account="A1", at=NOW, document=told, visit_id=VISIT)
        yield web, browser


@pytest.mark.slow
@pytest.mark.sampled(1)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280, 2560])
async def test_every_page_is_accessible_runs_nothing_foreign_and_fits(
    served: tuple[WebServer, Browser], axe: str, theme: Any, width: int
) -> None:
    web, browser = served
    context = await browser.new_context(color_scheme=theme, viewport={"width": width, "height": 900}, bypass_csp=True)
    page = await context.new_page()
    alerts: list[str] = []
    page.on("dialog", lambda dialog: alerts.append(dialog.message))
    page.on("pageerror", lambda error: alerts.append(str(error)))
    await page.goto(address(web))
    for place in a_few(len(PLACES) // 2, PLACES, of=f"{theme} {width}"):
        await page.goto(web.url + place)
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth"), place
        assert width > NARROW or not await page.evaluate(CUT), place
        await page.evaluate(axe)
        found = await page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [], place
    assert alerts == []
    await context.close()


async def test_findings_show_each_gap_where_it_stands_and_what_to_do_with_scripts_off(
    served: tuple[WebServer, Browser],
) -> None:
    web, browser = served
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(address(web))
    await page.goto(web.url + "/accounts/A1/findings")
    gap = page.get_by_role("listitem").filter(has_text="Draft, not published")
    assert "Look at it." in await gap.inner_text()
    for picture in (gap.get_by_role("img"), page.get_by_role("img", name="The page, coloured")):
        await picture.scroll_into_view_if_needed()
        await expect(picture).to_have_js_property("complete", True)
        assert await picture.evaluate("img => img.naturalWidth") == 1
    assert await page.get_by_text("No picture: the row is not on the page").count() == 1
    form = page.locator("form", has=page.get_by_role("button", name="They are gone for every account"))
    await form.get_by_label("Reason").fill("merged")
    await form.get_by_role("button").click()
    await page.goto(web.url + "/audit-log")
    assert "Orders > Manage Returns (regional)" in await page.locator("main").inner_text()
    with reading(web.engine) as conn:
        gone = lost_rows.confirmed(conn, marketplace="US", layout="classic")
    assert [one.reason for one in gone.values()] == ["merged"]
    await context.close()


@pytest.mark.slow
async def test_every_page_works_with_scripts_off(served: tuple[WebServer, Browser]) -> None:
    web, browser = served
    context = await browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = await context.new_page()
    await page.goto(address(web))
    for place in PLACES:
        answer = await page.goto(web.url + place)
        assert answer is not None
        assert answer.status == 200, place
        assert await page.locator("main h1").is_visible(), place
        waiting = page.locator("main [hidden]").locator("button, a")  # an act that only a script would show
        assert place.startswith("/takeover") or await waiting.count() == 0, place
    await context.close()


async def test_an_account_is_released_with_scripts_off(served: tuple[WebServer, Browser]) -> None:
    web, browser = served
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(address(web))
    await page.goto(web.url + "/todo")
    task = page.locator("article", has_text="The account waits for a release")
    await task.get_by_role("link", name="Open the account").click()
    form = page.locator("form", has=page.get_by_role("button", name="Release"))
    await form.get_by_label("Reason").fill("solved by hand")
    await form.get_by_role("button", name="Release").click()
    await page.get_by_text("released by ops: solved by hand").first.wait_for()
    with reading(web.engine) as conn:
        assert accounts.get(conn, "A1").authorization is not State.NEEDS_HUMAN
    await context.close()


async def test_a_code_is_given_and_an_authenticator_said_to_be_removed_with_scripts_off(
    served: tuple[WebServer, Browser],
) -> None:
    web, browser = served
    with writing(web.engine) as conn:
        old_authenticators.note_left(conn, "A4", "two rows have the same name", now=web.role.parts.clock.now())
        asked = requests.open_of(conn, "A1", now=web.role.parts.clock.now())[0]
    context = await browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page = await context.new_page()
    await page.goto(address(web))
    await page.goto(web.url + "/todo")
    task = page.locator("article", has_text="A visit waits for an answer")
    await task.get_by_label("Code of the message").fill("471182")
    await task.get_by_role("button", name="Give it to the visit").click()
    await page.wait_for_url("**/accounts/A1")
    await page.goto(web.url + "/todo")
    left = page.locator("article", has_text="An old authenticator is still enrolled")
    assert "two rows have the same name" in await left.inner_text()
    await left.get_by_role("button", name="It is removed").click()
    await page.wait_for_url("**/todo")
    assert await left.count() == 0
    with writing(web.engine) as conn:
        assert old_authenticators.get(conn, "A4") is None
        taken = requests.take(conn, web.role.parts.vault, asked.id, now=web.role.parts.clock.now())  # type: ignore[arg-type]
        told = [(entry.act, entry.subject) for entry in operator_log.page(conn, before=None, limit=2)]
    assert isinstance(taken, PersonAnswer)
    assert (taken.text.get_secret_value(), taken.who) == ("471182", "ops")
    assert told == [("authenticator_removed", "A4"), ("answer", "A1")]
    await context.close()


async def test_the_keyboard_reaches_search_and_the_list_of_keys(served: tuple[WebServer, Browser]) -> None:
    web, browser = served
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(address(web))
    await page.keyboard.press("?")
    await page.get_by_role("dialog").wait_for()
    await page.keyboard.press("Escape")
    await page.get_by_role("dialog").wait_for(state="hidden")
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("A1")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/accounts/A1")
    await context.close()


async def test_all_tabs_of_a_browser_share_one_event_stream_and_times_are_local_on_hover(
    served: tuple[WebServer, Browser],
) -> None:
    web, browser = served
    context = await browser.new_context(timezone_id="Asia/Tokyo", locale="en-GB", reduced_motion="reduce")
    streams: list[str] = []
    context.on("request", lambda request: streams.append(request.url) if request.url.endswith("/changes") else None)
    first = await context.new_page()
    async with first.expect_request("**/changes"):
        await first.goto(address(web))
    second = await context.new_page()
    await second.goto(web.url + "/accounts/A1")
    told = second.locator("main time[datetime]").first
    await expect(told).to_have_attribute("title", re.compile("here$"))
    assert (
        await second.evaluate("navigator.locks.query().then(({pending}) => pending.length)") == 1
    )  # it waits its turn
    assert len(streams) == 1
    assert await second.evaluate("getComputedStyle(document.querySelector('button')).transitionDuration") == "0s"
    async with second.expect_request("**/changes"):  # the tab that read the stream goes, and the other takes over
        await first.close()
    await context.close()
