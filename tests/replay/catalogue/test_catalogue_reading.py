"""Every recorded page is read as the screen, alert and language it shows.

Permission grids have readers and tests of their own.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from flows.account.labels import is_country, plain_label
from flows.browser.launch import BrowserOptions
from flows.browser.scripts import ask
from flows.catalogue.check import PageCheck, by_host, check_pages, showing
from flows.catalogue.elements import find_on
from flows.catalogue.load import load_catalogue
from flows.catalogue.recognise import UNKNOWN_SCREEN, SessionRule, recognise
from flows.catalogue.recorded_page import RecordedPage, find_pages, shipped_pages
from flows.sign_in.one_time_code import is_by_message
from tests.support.recorded_pages import recorded_body
from tests.support.sites.kept_browsers import KEPT

RECORDED = [page for page in find_pages([shipped_pages()]) if not page.screen.startswith("permissions_")]

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def offline() -> AsyncIterator[Browser]:
    """One browser for which no host exists."""
    executable = os.environ.get("SC_AGENT_BROWSER__EXECUTABLE")
    options = BrowserOptions(executable=Path(executable) if executable else None, host_resolver_rules="MAP * ~NOTFOUND")
    async with KEPT.lend(options) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def checks(offline: Browser, request: pytest.FixtureRequest) -> dict[str, PageCheck]:
    """Every page that a test of this file asks for, read once."""
    asked = [
        item.callspec.params
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    ]
    wanted = {page.name for each in asked if isinstance(page := each.get("recorded"), RecordedPage)}
    return {check.page.name: check async for check in check_pages(offline, [p for p in RECORDED if p.name in wanted])}


@pytest.mark.sampled(40)
@pytest.mark.parametrize("recorded", RECORDED, ids=lambda page: page.name)
async def test_page_is_read_as_recorded(checks: dict[str, PageCheck], recorded: RecordedPage) -> None:
    check = checks[recorded.name]
    assert check.problems == []


async def test_every_sign_in_screen_of_the_catalogue_has_a_recorded_page() -> None:
    shown = {page.screen for page in find_pages([shipped_pages()])}
    assert set(load_catalogue().screens) - shown == set()


async def test_evidence_is_read_without_anything_expected_and_what_comes_nearest_is_named(
    offline: Browser, tmp_path: Path
) -> None:
    for case, kept in (
        ("password/classic_2024_en", "known"),
        ("site_down/service_unavailable_503_en", "refused"),
        ("unknown/survey_en", "new"),
    ):
        (tmp_path / f"{kept}.html").write_text(recorded_body(case), "utf-8")
        status = 503 if kept == "refused" else 200
        (tmp_path / f"{kept}.json").write_text(
            json.dumps({"url": "https://sellercentral.amazon.com/ap/signin", "status": status}), "utf-8"
        )
    found = {check.page.html.stem: check async for check in check_pages(offline, find_pages([tmp_path]))}
    assert {name: check.seen.screen for name, check in found.items()} == {
        "known": "password",
        "refused": "site_down",
        "new": UNKNOWN_SCREEN,
    }
    assert [check.problems for check in found.values()] == [[], [], []]
    assert [bool(found[name].near) for name in ("known", "refused", "new")] == [False, False, True]


@pytest.mark.sampled(12)
@pytest.mark.parametrize("recorded", [p for p in RECORDED if p.expected.get("identity")], ids=lambda page: page.name)
async def test_address_that_a_page_shows_is_seen(checks: dict[str, PageCheck], recorded: RecordedPage) -> None:
    check = checks[recorded.name]
    assert recorded.expected["identity"].lower() in (*check.seen.emails, *check.seen.claimed, *check.seen.mentioned)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("recorded", [p for p in RECORDED if p.screen == "otp"], ids=lambda page: page.name)
async def test_where_a_code_comes_from_is_told_apart(checks: dict[str, PageCheck], recorded: RecordedPage) -> None:
    assert is_by_message(checks[recorded.name].seen) == (recorded.expected["otp_mode"] == "sms")


@pytest.mark.sampled(4)
@pytest.mark.parametrize("recorded", [p for p in RECORDED if p.expected.get("devices")], ids=lambda page: page.name)
async def test_only_the_authenticator_is_found_in_the_device_picker(
    checks: dict[str, PageCheck], recorded: RecordedPage
) -> None:
    check = checks[recorded.name]
    is_offered = any("totp" in device.lower() for device in recorded.expected["devices"])
    assert (check.elements["authenticator"] is not None) == is_offered


@pytest.mark.sampled(3)
@pytest.mark.parametrize("recorded", [p for p in RECORDED if p.screen == "password"], ids=lambda page: page.name)
async def test_the_passkey_button_is_never_the_submit_of_the_password_page(
    offline: Browser, recorded: RecordedPage
) -> None:
    async with showing(offline) as show:
        page = await show(recorded)
        found = await find_on(page, load_catalogue(), "password", "submit")
        (said,) = await ask(page, "read", list(found.handles))
    assert "passkey" not in f"{said['text']} {said['value']}".lower()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("recorded", [p for p in RECORDED if p.expected.get("merchants")], ids=lambda page: page.name)
async def test_items_of_an_account_picker_are_read_without_suffixes(offline: Browser, recorded: RecordedPage) -> None:
    catalogue = load_catalogue()
    async with showing(offline) as show:
        page = await show(recorded)
        found = await find_on(page, catalogue, recorded.screen, "items")
        items = [plain_label(one["label"], catalogue) for one in await ask(page, "items", list(found.handles))]
    merchants = [item for item in items if not is_country(item, catalogue)]
    expected = [plain_label(merchant["name"], catalogue) for merchant in recorded.expected["merchants"]]
    assert [name for name in merchants if name in expected] == expected
    countries = [
        plain_label(label, catalogue) for merchant in recorded.expected["merchants"] for label in merchant["countries"]
    ]
    assert [item for item in items if is_country(item, catalogue)] == countries


@pytest.mark.parametrize("gone", ["document.documentElement", "document.body", "document.head"])
async def test_a_document_that_is_only_just_being_made_is_looked_at_and_kept_without_an_error(
    offline: Browser, gone: str
) -> None:
    page = await offline.new_page()
    await page.evaluate(f"{gone}.remove()")
    seen = await recognise(page, load_catalogue())
    assert (seen.screen, seen.is_blank) == (UNKNOWN_SCREEN, True)
    assert (await ask(page, "snapshot", None)).startswith("<!DOCTYPE html>")
    await page.close()


# What a site may change overnight. Ids and classes are taken away, not the words and the forms.
CHANGES = {
    "ids": "document.querySelectorAll('[id]').forEach(e => e.removeAttribute('id'))",
    "classes": (
        "document.querySelectorAll('[class]').forEach(e => /hidden|hide|offscreen/.test(e.className) || "
        "e.removeAttribute('class'))"
    ),
    "actions": "document.querySelectorAll('[name=appAction]').forEach(e => e.remove())",
}

# What lies over a page is known by its ids alone: by its words, to decline, it would be an invitation's. Without them
# the page beneath is read, where nothing is typed or pressed under a layer (test_under_layers.py).
LAYERS = {"cookie_consent"}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("change", CHANGES)
async def test_a_page_that_lost_its_marks_is_read_as_before_or_not_at_all(offline: Browser, change: str) -> None:
    catalogue = load_catalogue()
    same, wrong = 0, {}
    every = 1 if os.environ.get("SC_TEST_ALL") == "1" else 3
    sample = RECORDED[
        list(CHANGES).index(change) :: len(CHANGES) * every
    ]  # in the long run every page meets one change
    async with showing(offline) as show:
        for recorded in by_host(sample):
            page = await show(recorded)
            await page.evaluate(CHANGES[change])
            seen = await recognise(page, catalogue)
            same += seen.screen == recorded.screen
            if seen.screen in (recorded.screen, UNKNOWN_SCREEN) or recorded.screen in (UNKNOWN_SCREEN, *LAYERS):
                continue
            was, now = (catalogue.screens[name] for name in (recorded.screen, seen.screen))
            if was.handling.kind != now.handling.kind and not was.session == now.session == SessionRule.SIGNED_IN:
                wrong[recorded.name] = seen.screen
    assert wrong == {}
    assert same / len(sample) > (0.9 if every == 1 else 0.8)  # the sample of `make test` is thirty pages
