"""The scripts of the new pages in a real Chromium: frame of the puzzle, accordion, hidden key, popover."""

from __future__ import annotations

import re
from urllib.parse import unquote

from playwright.async_api import Page, expect

from fixtures.stand_in.generate import one_account
from fixtures.stand_in.world import StandIn
from tests.support.sites.registrant import CODES, MERCHANT, NEW, PASSWORD, REGISTER, SECRETS, Registrant
from tests.support.sites.site_browser import chromium_for
from tests.support.sites.site_visitor import HOST, visiting

STEPS = ["register_puzzle", "mail_code", "phone:optional"]
TWO_STEP = {"others": [], "step_up": [], "listed_with": "names_and_dates"}


async def press(tab: Page, selector: str) -> None:
    await tab.locator(selector).click()


async def solve(tab: Page) -> None:
    """Read the word as a person does who sees the picture."""
    frame = tab.frame_locator("#cvf-aamation-challenge-iframe")
    source = await frame.locator("img").get_attribute("src")
    found = re.search(r">(\w+)</text>", unquote(source or ""))
    assert found is not None
    await frame.get_by_label("answer").fill(found[1])
    await frame.get_by_role("button").click()


async def enrol(tab: Page, person: Registrant) -> str:
    """Open the app's row, show the key, prove it."""
    row = tab.locator("#sia-otp-accordion-totp-header")
    if await row.get_attribute("aria-expanded") == "false":
        await row.click()
    await expect(tab.locator("div.a-accordion-active img")).to_be_visible()
    await press(tab, "[data-shows-key]")
    await expect(tab.locator(SECRETS)).to_be_visible()
    secret = (await tab.locator(SECRETS).inner_text()).replace(" ", "")
    await tab.locator(CODES).fill(person.code_of(secret))
    await press(tab, "#ch-auth-app-submit, #ch-auth-app-submit-button")
    return secret


async def test_a_person_registers_enrols_and_changes_the_authenticator() -> None:
    plan = {"email": NEW, "form": "classic", "steps": STEPS, "two_step": TWO_STEP}
    world = one_account(2, seller={"merchant_id": MERCHANT}, registrations=[plan])
    async with StandIn(world) as stand_in, chromium_for(stand_in) as browser, visiting(stand_in) as nobody:
        person, tab = Registrant(stand_in, nobody), await browser.new_page()
        tab.set_default_timeout(10_000)
        await tab.goto(REGISTER)
        await tab.locator("#ap_customer_name").fill("Ada Example")
        await tab.locator("#ap_email").fill(NEW)
        await tab.locator("#ap_password").fill(PASSWORD)
        await tab.locator("#ap_password_check").fill(PASSWORD)
        await press(tab, "#ap_register_form input[type=submit]")
        await solve(tab)
        await expect(tab.locator("#cvf-input-code")).to_be_visible()
        await tab.locator("#cvf-input-code").fill(person.mailed())
        await tab.locator("#cvf-input-code").press("Enter")
        await press(tab, "#ap-account-fixup-phone-skip-link")
        secret = await enrol(tab, person)
        await press(tab, "#enable-mfa-form-submit")
        await expect(tab.locator("#disable-button")).to_be_visible()
        await press(tab, "#ch-settings-totp-primary-add-link")
        newer = await enrol(tab, person)
        await expect(tab.locator("#ch-delete-auth-app-link")).to_have_count(2)
        await press(tab, "[data-which=app-1]")
        await press(tab, "#confirm-removeAuthApp-submit")
        await expect(tab.locator("#ch-delete-auth-app-link")).to_have_count(1)
        assert stand_in.realm.users_of(NEW)[0].totp_secret == newer != secret
        await tab.goto(f"https://{HOST}/a/settings/approval")
        await expect(tab.locator("#disable-button")).to_be_visible()
