"""The stand-in in a real Chromium under the production names.

TLS by pin, custom elements, scripts, both pickers.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, Locator, Page, expect

from fixtures.stand_in.generate import Draw, one_account
from fixtures.stand_in.scenario import Fault, Scenario, User
from fixtures.stand_in.world import StandIn
from tests.support.samples import a_few
from tests.support.sites.site_browser import chromium_for
from tests.support.sites.site_visitor import HOST, code_now

HOME = f"https://{HOST}/home"


pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def reaching() -> AsyncIterator[tuple[StandIn, Browser]]:
    """One stand-in and one browser that reaches it."""
    async with StandIn(one_account(1)) as running, chromium_for(running) as browser:
        yield running, browser


@pytest.fixture
def stand_in(reaching: tuple[StandIn, Browser]) -> StandIn:
    """The stand-in as it was at first."""
    running, _ = reaching
    running.load(one_account(1))
    return running


@pytest_asyncio.fixture(loop_scope="session")
async def tab(reaching: tuple[StandIn, Browser]) -> AsyncIterator[Page]:
    _, browser = reaching
    context = await browser.new_context()
    context.set_default_timeout(10_000)
    yield await context.new_page()
    await context.close()


def accept_control(tab: Page, label: str = "Accept Invitation") -> Locator:
    return tab.get_by_role("button", name=label).and_(tab.locator(":visible")).first


async def sign_in(tab: Page, stand_in: StandIn, user: User) -> None:
    await tab.goto(HOME)
    await tab.locator("form[name=signIn] input[name=email]:visible").fill(user.email)
    await tab.locator("form[name=signIn] input[type=submit]:visible").click()
    await tab.locator("#ap_password:visible").fill(user.password)
    await tab.locator("#signInSubmit").click()
    await tab.locator("#auth-mfa-otpcode").fill(code_now(stand_in, user))
    await tab.locator("#auth-mfa-form input[type=submit]").click()
    await tab.wait_for_url(lambda url: "/ap/" not in url)


async def test_the_whole_way_from_sign_in_to_acceptance_works_under_the_production_name(
    stand_in: StandIn, tab: Page
) -> None:
    for seed in a_few(2, (1, 2, 3, 4, 5, 6), of="whole way"):
        stand_in.load(one_account(seed, user={"sign_in": ["email", "password", "otp"]}))
        await tab.context.clear_cookies()
        await sign_in(tab, stand_in, stand_in.realm.scenario.users[0])
        record = next(iter(stand_in.realm.invitations.values()))
        await tab.goto(stand_in.realm.link_of(record))
        await accept_control(tab).click()
        await tab.wait_for_url("**/home?mons_sel_dir_mcid=*")
        assert stand_in.realm.journal.summary()["acceptances"] == {record.invitation_id: 1}
        assert all(
            entry["scripts_ran"]
            for entry in stand_in.realm.journal.summary()["writes"]
            if "metadata1" in entry["form_fields"]
        )


async def test_names_that_are_not_listed_lead_nowhere(stand_in: StandIn, tab: Page) -> None:
    for url in (
        "https://example.com/",
        "https://sellercentral.amazon.com.evil.example/",
        f"https://127.0.0.1:{stand_in.port}/",
    ):
        with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
            await tab.goto(url)


async def test_another_key_than_the_pinned_one_is_not_trusted(stand_in: StandIn) -> None:
    async with chromium_for(stand_in, pins=["AAAA"]) as browser:
        tab = await browser.new_page()
        with pytest.raises(Error, match="ERR_CERT"):
            await tab.goto(HOME)


@pytest.mark.sampled(5, of="screens as a browser shows them")
async def test_the_silent_challenge_resolves_itself_and_the_stuck_one_does_not(stand_in: StandIn, tab: Page) -> None:
    stand_in.load(
        one_account(1, user={"sign_in": ["waf_challenge", "email", "waf_challenge", "password"]}, waf_seconds=0.1)
    )
    await tab.goto(HOME)
    await tab.locator("#ap_email:visible").fill("a1@users.example")
    await tab.locator("form[name=signIn] input[type=submit]:visible").click()
    await expect(tab.locator("#ap_password")).to_be_visible()
    stand_in.load(one_account(1, user={"sign_in": ["waf_challenge:stuck", "email"]}, waf_seconds=0.1))
    await tab.context.clear_cookies()
    await tab.goto(HOME)
    await expect(tab.locator("#challenge-container")).to_be_attached()
    assert await tab.locator("#ap_email").count() == 0


@pytest.mark.sampled(5, of="screens as a browser shows them")
async def test_the_visible_fields_are_the_true_ones(stand_in: StandIn, tab: Page) -> None:
    stand_in.load(one_account(1, user={"sign_in": ["email", "password"]}))
    await tab.goto(HOME)
    assert await tab.locator("input[type=password]:visible").count() == 0
    assert await tab.locator("input[type=password]").count() == 1
    await tab.locator("#ap_email").fill("a1@users.example")
    await tab.locator("form[name=signIn] input[type=submit]").click()
    await tab.locator("#ap_password:visible").wait_for()
    assert await tab.locator("input[name=email]:visible").count() == 0
    assert await tab.locator("input[name=email]").count() == 2
    assert await tab.locator(".a-alert:visible").count() == 0


@pytest.mark.sampled(5, of="screens as a browser shows them")
async def test_a_nudge_shows_one_way_to_decline_and_two_to_enrol(stand_in: StandIn, tab: Page) -> None:
    for seed in range(1, 5):
        await tab.context.clear_cookies()
        stand_in.load(one_account(seed, user={"sign_in": ["passkey_nudge", "email"]}))
        await tab.goto(HOME)
        assert await tab.locator("input[type=submit]").count() == 6
        assert await tab.locator("input[type=submit]:visible").count() == 3
        await tab.locator("input[aria-labelledby*='nudge-not-now']:visible").click()
        await expect(tab.locator("#ap_email")).to_be_visible()


def several(seed: int, **user: object) -> Scenario:
    draw = Draw(seed)
    person = draw.user("a1@users.example", sign_in=["email", "password", "otp"], **user)
    shops = [
        draw.seller(name="Harbor Toys", marketplaces=["US", "CA", "MX"], members=[person.email]),
        draw.seller(name="Alder Audio", marketplaces=["US"], members=[person.email]),
        draw.seller(name="Copper Tools", marketplaces=["CA"], members=[person.email], agency="Big Agency"),
    ]
    return Scenario(seed=seed, users=[person], sellers=shops)


async def choose_new(tab: Page, merchant: str, country: str, agency: str = "") -> None:
    rows = tab.locator(".full-page-account-switcher-account:visible")
    await rows.first.wait_for()
    for name in filter(None, (agency, merchant)):
        row = tab.locator("button.full-page-account-switcher-account-details:visible").filter(has_text=name)
        if await row.get_attribute("aria-expanded") == "false":
            await row.click()
    branch = tab.locator(".full-page-account-switcher-account:visible").filter(has_text=merchant).last
    await branch.locator(".full-page-account-switcher-accounts button").filter(has_text=country).click()
    await tab.get_by_role("button", name="Select account").click()
    await tab.wait_for_url("**/home?*")


@pytest.mark.sampled(5, of="screens as a browser shows them")
async def test_the_new_picker_expands_selects_and_confirms(stand_in: StandIn, tab: Page) -> None:
    for seed in range(1, 5):
        await tab.context.clear_cookies()
        stand_in.load(several(seed))
        await sign_in(tab, stand_in, stand_in.realm.scenario.users[0])
        assert urlsplit(tab.url).path == "/account-switcher/default/merchantMarketplace"
        assert await tab.locator("meta[name=anti-csrftoken-a2z]").count() == 0
        await choose_new(tab, "Harbor Toys", "Canada")
        assert "mons_sel_mkid=A2EUQ1WTGCTBG2" in tab.url
        await expect(tab.get_by_text("Harbor Toys").first).to_be_visible()
        merchants = {seller.name: seller.merchant_id for seller in stand_in.realm.scenario.sellers}
        chosen = stand_in.realm.journal.of("account.selected")[0].fields
        assert (chosen["merchant_id"], chosen["marketplace"]) == (merchants["Harbor Toys"], "CA")
        await tab.goto(f"https://{HOST}/account-switcher/default/merchantMarketplace?returnTo=%2Fhome")
        await choose_new(tab, "Copper Tools", "Canada", agency="Big Agency")
        await expect(tab.get_by_text("Copper Tools").first).to_be_visible()


@pytest.mark.sampled(5, of="screens as a browser shows them")
async def test_a_merchant_that_is_clicked_twice_closes_again(stand_in: StandIn, tab: Page) -> None:
    stand_in.load(several(1).model_copy(update={"vary": False}))
    await sign_in(tab, stand_in, stand_in.realm.scenario.users[0])
    merchant = tab.locator("button.full-page-account-switcher-account-details").filter(has_text="Harbor Toys")
    await merchant.click()
    await expect(tab.get_by_text("Mexico")).to_be_visible()
    await merchant.click()
    await expect(tab.get_by_text("Mexico")).to_have_count(0)


@pytest.mark.sampled(5, of="screens as a browser shows them")
async def test_the_confirm_button_ignores_clicks_that_no_hand_made(stand_in: StandIn, tab: Page) -> None:
    stand_in.load(several(1).model_copy(update={"vary": False}))
    await sign_in(tab, stand_in, stand_in.realm.scenario.users[0])
    await tab.locator("button.full-page-account-switcher-account-details").filter(has_text="Alder Audio").click()
    await tab.locator(".full-page-account-switcher-accounts .full-page-account-switcher-accounts button").click()
    await tab.evaluate("document.querySelector('kat-button[data-test=confirm-selection]').click()")
    await tab.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert stand_in.realm.journal.of("account.selected") == []


@pytest.mark.sampled(5, of="screens as a browser shows them")
async def test_the_old_picker_selects_by_columns(stand_in: StandIn, tab: Page) -> None:
    for seed in range(1, 3):
        await tab.context.clear_cookies()
        stand_in.load(several(seed, picker="old"))
        await sign_in(tab, stand_in, stand_in.realm.scenario.users[0])
        assert urlsplit(tab.url).path == "/authorization/select-account"
        buttons = tab.locator("#picker-container .picker-app .picker-item-column button.picker-button")
        await buttons.filter(has_text="Harbor Toys").click()
        await buttons.filter(has_text="Mexico").click()
        await tab.get_by_role("button", name="Select Account").click()
        await tab.wait_for_url("**/home?*")
        assert stand_in.realm.journal.of("account.selected")[0].fields["marketplace"] == "MX"


@pytest.mark.sampled(5, of="screens as a browser shows them")
async def test_the_pickers_error_goes_away_when_it_is_loaded_again(stand_in: StandIn, tab: Page) -> None:
    stand_in.load(several(1, picker_error_loads=2))
    await sign_in(tab, stand_in, stand_in.realm.scenario.users[0])
    for _ in range(2):
        await expect(tab.locator(".full-page-account-switcher-accounts-error-top-level")).to_be_visible()
        await tab.reload()
    await expect(tab.locator(".full-page-account-switcher-account:visible").first).to_be_visible()


@pytest.mark.sampled(5, of="screens as a browser shows them")
async def test_choosing_a_european_marketplace_moves_to_its_host(stand_in: StandIn, tab: Page) -> None:
    draw = Draw(1)
    person = draw.user("a1@users.example", sign_in=["email", "password", "otp"], picker_when="always")
    stand_in.load(
        Scenario(users=[person], sellers=[draw.seller(name="Harbor Toys", marketplaces=["DE"], members=[person.email])])
    )
    await sign_in(tab, stand_in, person)
    await choose_new(tab, "Harbor Toys", "Germany")
    assert urlsplit(tab.url).netloc == "sellercentral-europe.amazon.com"
    assert "mons_redirect=change_domain" in tab.url
    await expect(tab.locator("meta[name=anti-csrftoken-a2z]")).to_be_attached()


@pytest.mark.sampled(5, of="screens as a browser shows them")
async def test_a_tour_lies_over_the_page_until_it_is_skipped(stand_in: StandIn, tab: Page) -> None:
    for seed in range(1, 5):
        await tab.context.clear_cookies()
        stand_in.load(
            one_account(
                seed,
                user={"sign_in": ["email", "password", "otp"], "tour": True},
                seller={"members": ["a1@users.example"]},
            )
        )
        await sign_in(tab, stand_in, stand_in.realm.scenario.users[0])
        await tab.evaluate("localStorage.clear()")
        await tab.reload()
        await tab.get_by_text("Skip", exact=True).click()
        await expect(tab.locator("#stand-in-tour")).to_have_count(0)
        await tab.reload()
        await expect(tab.locator("#stand-in-tour")).to_have_count(0)


@pytest.mark.sampled(5, of="screens as a browser shows them")
@pytest.mark.parametrize("kind", ["drop", "half_page"])
async def test_a_cut_connection_is_an_error_in_the_browser_too(stand_in: StandIn, tab: Page, kind: str) -> None:
    fault = Fault.model_validate({"on": "email", "kind": kind, "nth": 2})
    stand_in.load(one_account(1, user={"sign_in": ["email", "password"]}, faults=[fault]))
    await tab.goto(HOME)
    if kind == "drop":
        with pytest.raises(Error, match="ERR_"):
            await tab.goto(HOME)
    else:
        await tab.goto(HOME, wait_until="commit")
        assert "</html>" not in (await tab.evaluate("document.documentElement?.innerHTML || ''"))
    again = await tab.context.new_page()  # the broken tab is still on its way to the browser's own error page
    await again.goto(HOME)
    await expect(again.locator("#ap_email")).to_be_visible()
