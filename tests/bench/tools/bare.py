"""The scripts a user would write.

The same pages and clicks, nothing checked, nothing kept.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Locator, Page, async_playwright

from fixtures.stand_in.scenario import User
from flows.permissions.page_reader import QUIET
from tests.bench.tools.world import HOST, World, code_of

HOME = f"https://{HOST}/home"
PERMISSIONS = f"https://{HOST}/gp/account-manager/home.html?mons_sel_locale=en_US&language=en_US"
_POLL = 1.0  # seconds
_ROWS = "() => [...document.querySelectorAll('tr, [role=row]')].map(row => row.innerText)"


@asynccontextmanager
async def bare_browser(world: World) -> AsyncIterator[Browser]:
    """A browser as Playwright starts it, pointed at the stand-in."""
    told = world.description
    executable, *arguments = how_to_launch()
    arguments += [
        f"--host-resolver-rules={told['host_resolver_rules']}",
        f"--ignore-certificate-errors-spki-list={','.join(told['spki'])}",
    ]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable or None, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


def how_to_launch() -> tuple[str, ...]:
    """The browser's program, or nothing for Playwright's own, and its switches."""
    executable = os.environ.get("SC_AGENT_BROWSER__EXECUTABLE") or shutil.which("chromium-headless-shell") or ""
    return executable, *(["--no-sandbox"] if os.geteuid() == 0 else [])


async def sign_in(page: Page, user: User) -> None:
    """Open the home page and go through email, password and code."""
    await page.goto(HOME)
    await page.fill("#ap_email", user.email)
    await page.click("#continue")
    await page.fill("#ap_password", user.password)
    await page.click("#signInSubmit")
    await page.fill("#auth-mfa-otpcode", code_of(user))
    await page.click("#auth-signin-button")
    await page.wait_for_url(lambda url: "/ap/" not in url)


async def accept(browser: Browser, user: User, link: str) -> None:
    """Sign in, open the invitation, press the button, wait for what comes."""
    context = await browser.new_context(locale="en-US")
    page = await context.new_page()
    await sign_in(page, user)
    await page.goto(link)
    async with page.expect_navigation():
        await page.get_by_role("button", name="Accept").or_(page.get_by_role("link", name="Accept")).first.click()
    await context.close()


async def session_of(browser: Browser, user: User) -> dict[str, Any]:
    """Sign in once and keep the cookies."""
    context = await browser.new_context(locale="en-US")
    await sign_in(await context.new_page(), user)
    state = await context.storage_state()
    await context.close()
    return dict(state)


async def audit(browser: Browser, state: dict[str, Any]) -> int:
    """Open the permissions on a stored session and read the rows; returns how many."""
    context = await browser.new_context(locale="en-US", storage_state=state)  # type: ignore[arg-type]  # what storage_state() gave
    page = await context.new_page()
    await page.goto(HOME)
    rows = await _read(page)
    await context.close()
    return rows


async def one_page(browser: Browser, state: dict[str, Any]) -> int:
    """Open only the permissions, and see that nothing changes for as long as the agent demands of a page."""
    context = await browser.new_context(locale="en-US", storage_state=state)  # type: ignore[arg-type]  # what storage_state() gave
    page = await context.new_page()
    rows = await _read(page)
    await asyncio.sleep(QUIET / 1000)
    await context.close()
    return rows


async def audit_naively(world: World, user: User) -> int:
    """A fresh browser and a fresh sign-in each time, and after each click a look every second whether the next page is
    there.
    """
    async with bare_browser(world) as browser:
        context = await browser.new_context(locale="en-US")
        page = await context.new_page()
        await page.goto(HOME)
        for field, button, value in (
            ("#ap_email", "#continue", user.email),
            ("#ap_password", "#signInSubmit", user.password),
        ):
            await _poll(page.locator(field))
            await page.fill(field, value)
            await page.click(button, no_wait_after=True)
        await _poll(page.locator("#auth-mfa-otpcode"))
        await page.fill("#auth-mfa-otpcode", code_of(user))
        await page.click("#auth-signin-button", no_wait_after=True)
        await _poll(page.locator("body:not(:has(form[action*='/ap/']))"))
        await page.goto(PERMISSIONS)
        await _poll(page.locator("tr, [role=row]").first)
        rows = len(await page.evaluate(_ROWS))
        await context.close()
        return rows


async def _poll(what: Locator) -> None:
    """Look now, and then every second."""
    while not await what.is_visible():  # noqa: ASYNC110 - polling is what is measured here
        await asyncio.sleep(_POLL)


async def _read(page: Page) -> int:
    await page.goto(PERMISSIONS)
    await page.wait_for_selector("tr, [role=row]")
    return len(await page.evaluate(_ROWS))
