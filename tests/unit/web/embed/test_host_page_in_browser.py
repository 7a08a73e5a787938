"""The demo's page of the platform: the panel as a seller sees it, in both themes, narrow, by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from sqlalchemy.engine import Engine

from agent.rehearsal.demo.host_page import HostPage
from agent.settings.model import Settings
from agent.store.vault.keys import Vault
from tests.support.web.console import address as sign_in_address
from tests.support.web.web_server import API, once, serving
from tests.unit.web.api.test_accounts import registered
from tests.unit.web.embed.test_panel_in_browser import RULES, axe, browser_of_people, opened, stand

__all__ = ["axe", "browser_of_people"]  # fixtures
pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def page_of_platform(engine: Engine, web_settings: Settings, vault: Vault) -> Any:
    """The web role with A1, and the page beside it."""
    async with serving(engine, web_settings, vault) as web, web.client() as client:
        await registered(client)

        async def token(account: str, origin: str) -> str:
            wish = {"account": account, "origin": origin}
            return str((await client.post(API + "/embed-tokens", json=wish, headers=once())).json()["token"])

        async def sign_in() -> str:
            return sign_in_address(web)

        page = HostPage(agent=web.url, accounts=["A1", "A2"], token=token, sign_in=sign_in)
        async with page.serving() as address:
            yield web, address


@pytest.mark.sampled(1)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_a_seller_reads_it_and_a_newcomer_reaches_the_console_by_keyboard(
    page_of_platform: Any, browser_of_people: Browser, axe: str, theme: Any, width: int, tmp_path: Path
) -> None:
    web, address = page_of_platform
    viewport: Any = {"width": width, "height": 900}
    async with opened(browser_of_people, address, color_scheme=theme, viewport=viewport) as page:
        panel = page.locator("sc-authorization-status")
        await expect(panel).to_contain_text("API Authorization Status must be complete before")
        stand(web, next_step="Confirm the user <b>now</b>.")
        await expect(panel).to_contain_text("Confirm the user <b>now</b>.")
        await page.evaluate(axe)
        found = await page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.textContent") == "A1"
        await page.get_by_role("link", name="The agent's console").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("navigation", name="Console")).to_be_visible()


async def test_no_other_account_and_no_other_site_gets_a_token(page_of_platform: Any) -> None:
    web, address = page_of_platform
    async with web.bare() as client:
        assert (await client.get(f"{address}/?account=A9")).status_code == 404
        foreign = {"Sec-Fetch-Site": "cross-site"}
        assert (await client.get(f"{address}/token?account=A1", headers=foreign)).status_code == 404
        assert (await client.get(f"{address}/token?account=A1")).status_code == 200
