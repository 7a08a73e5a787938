"""The panel as a customer sees it.

On a page of the platform and in a frame, in both themes, narrow, by keyboard.
"""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web as host
from playwright.async_api import Browser, Page, expect
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.settings.groups.operation import WebSettings
from agent.settings.model import Settings
from agent.store.api import api_keys
from agent.store.database.engine import writing
from agent.store.vault.keys import Vault
from agent.web.embed import tokens
from tests.support.sites.plain_browser import plain_browser
from tests.support.stored.accounts import write_account
from tests.support.web.web_server import API, WebServer, once, serving
from tests.unit.web.api.test_accounts import registered

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).parents[4]
AXE = ROOT / ".tools/javascript/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CODE = "482913"
REASON = "Settings > User Permissions is View & Edit, expected None <b>bold</b>"


@pytest.fixture(scope="module")
def axe() -> str:
    """The accessibility rules, from the pinned tools."""
    if not AXE.is_file():
        subprocess.run([sys.executable, ROOT / "scripts/javascript.py"], check=False, timeout=100)
    if not AXE.is_file():
        pytest.skip("axe-core could not be installed")
    return AXE.read_text(encoding="utf-8")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def browser_of_people() -> AsyncIterator[Browser]:
    """One for the module."""
    async with plain_browser() as browser:
        yield browser


@asynccontextmanager
async def platform(engine: Engine, vault: Vault, folder: Path) -> AsyncIterator[tuple[WebServer, str]]:
    """The web role, and a page of another origin that shows A1; yields its address."""
    key = SecretStr(base64.urlsafe_b64encode(os.urandom(32)).decode())
    settings = Settings(data_dir=folder, web=WebSettings(address="127.0.0.1:0", key=key))
    async with serving(engine, settings, vault) as web:
        app, body = host.Application(), {"html": ""}

        async def page(_request: host.Request) -> host.Response:
            return host.Response(text=body["html"], content_type="text/html")

        app.router.add_get("/", page)
        runner = host.AppRunner(app)
        await runner.setup()
        site = host.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        origin = f"http://127.0.0.1:{port}"
        async with web.client() as client:
            await registered(client)
            wish = {"account": "A1", "origin": origin}
            token = (await client.post(API + "/embed-tokens", json=wish, headers=once())).json()["token"]
        element = f'<sc-authorization-status account="A1" token="{token}"></sc-authorization-status>'
        frame = (
            f'<iframe title="Authorization" src="{web.url}/embed/A1?token={token}" width="100%" height="500"></iframe>'
        )
        script = f'<script src="{web.url}/embed/panel.js"></script>'
        head = '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Amazon</title>'
        body["html"] = f"{head}<main><h1>Amazon Settings</h1>{element}{frame}</main>{script}"
        try:
            yield web, origin
        finally:
            await runner.cleanup()


def stand(web: WebServer, **values: Any) -> None:
    """Let A1 stand somewhere."""
    with writing(web.engine) as conn:
        write_account(conn, "A1", **values)


@asynccontextmanager
async def opened(browser_of_people: Browser, address: str, **options: Any) -> AsyncIterator[Page]:
    """A page of the platform in a browser."""
    context = await browser_of_people.new_context(**options)
    page = await context.new_page()
    await page.goto(address)
    try:
        yield page
    finally:
        await context.close()


@pytest.mark.sampled(1)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_it_is_readable_for_everybody_and_follows_changes(
    engine: Engine, vault: Vault, tmp_path: Path, browser_of_people: Browser, axe: str, theme: Any, width: int
) -> None:
    async with (
        platform(engine, vault, tmp_path) as (web, address),
        opened(browser_of_people, address, color_scheme=theme, viewport={"width": width, "height": 900}) as page,
    ):
        panel, frame = page.locator("sc-authorization-status"), page.frame_locator("iframe")
        await expect(panel).to_contain_text("API Authorization Status must be complete before")
        await expect(frame.locator("sc-authorization-status")).to_contain_text("a1@users.example")
        values = {"reasons": [REASON], "confirmation_code": CODE, "next_step": "Confirm the user."}
        await asyncio.to_thread(
            stand, web, authorization="awaiting_confirmation", api_authorization="complete", **values
        )
        for text in (REASON, CODE, "Confirm the user.", "the new user has to be confirmed"):
            await expect(panel).to_contain_text(text)
            await expect(frame.locator("sc-authorization-status")).to_contain_text(text)
        for one in page.frames:
            await one.evaluate(axe)
            found = await one.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
            assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
            assert found["passes"]
            assert await one.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert "token=" not in page.frames[1].url.partition("?")[2]
        assert await page.frames[1].evaluate("location.search") == ""


async def test_the_code_is_reached_and_selected_by_keyboard_and_changes_are_announced(
    engine: Engine, vault: Vault, tmp_path: Path, browser_of_people: Browser
) -> None:
    async with platform(engine, vault, tmp_path) as (web, address):
        await asyncio.to_thread(stand, web, confirmation_code=CODE)
        async with opened(browser_of_people, address) as page:
            panel = page.locator("sc-authorization-status")
            await expect(panel).to_contain_text(CODE)
            await page.keyboard.press("Tab")
            assert await page.evaluate("document.activeElement.shadowRoot.activeElement.textContent") == CODE
            selected = await page.evaluate(
                "(document.activeElement.shadowRoot.getSelection?.() ?? getSelection()).toString()"
            )
            assert selected == CODE
            live = panel.locator("dd[aria-live=polite]", has_text="API Authorization Status")
            await expect(live).to_have_count(1)
            bold = await page.evaluate(
                "document.querySelector('sc-authorization-status').shadowRoot.querySelector('b')"
            )
            assert bold is None


async def test_the_host_is_told_before_the_token_ends_and_gives_a_new_one(
    engine: Engine, vault: Vault, tmp_path: Path, browser_of_people: Browser
) -> None:
    async with platform(engine, vault, tmp_path) as (web, address):
        parts = web.role.parts
        with writing(engine) as conn:
            key = parts.web_key
            made = tokens.EmbedToken(
                account_id="A1",
                origin=address,
                key_id=_any_key(conn),
                expires_at=datetime.now(UTC) + timedelta(seconds=61),
            )
        short, long = (
            tokens.encode(key, each)
            for each in (made, replace(made, expires_at=made.expires_at + timedelta(minutes=10)))
        )
        async with opened(browser_of_people, address) as page:
            await expect(page.locator("sc-authorization-status")).to_contain_text("a1@users.example")
            told = await page.evaluate(
                """([short, long]) => new Promise((done) => {
                    const panel = document.querySelector("sc-authorization-status");
                    document.addEventListener("token-expired", () => { panel.setAttribute("token", long); done("told"); });
                    panel.setAttribute("token", short);
                })""",  # noqa: E501 - a text in lines of its own
                [short, long],
            )
            assert told == "told"
            await asyncio.to_thread(stand, web, next_step="After the new token.")
            await expect(page.locator("sc-authorization-status")).to_contain_text("After the new token.")


def _any_key(conn: Any) -> str:
    return api_keys.list_all(conn)[0].id
