"""Pages that lie between the password and the site: named, tried again, or rejected; nothing on them is ever accepted."""

# A line holds one page.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.recorded_pages import recorded_body
from tests.support.sites.shown_site import EMAIL, INSIDE, ShownRig, shown_rig

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASKS = (
    f'<!doctype html><html><head><title>Amazon Sign-In</title></head><body><h1>Sign in</h1><form name="signIn" method="post" action="/ap/signin">'
    f'<input type="hidden" name="email" value="{EMAIL}"><input type="password" id="ap_password" name="password">'
    '<input type="submit" id="signInSubmit" value="Sign in"></form></body></html>'
)
TELLS = "<script>addEventListener('click', ({target}) => fetch(`/pressed/${target.id || target.localName}`, {method: 'POST'}), true)</script>"
ENDS = {
    "agreement/business_solutions_en": ("challenge", "agreement"),
    "agreement/vertrag_de": ("challenge", "agreement"),
    "tax_interview/heading_en": ("challenge", "tax_interview"),
    "tax_interview/heading_de": ("challenge", "tax_interview"),
    "browser_not_supported/heading_en": ("challenge", "browser_not_supported"),
    "passkey_required/device_unsupported_en": ("challenge", "passkey_required"),
    "site_down/maintenance_200_en": ("site_refused", "site_down"),
    "site_down/maintenance_200_de": ("site_refused", "site_down"),
    "manage_agents/ask_an_administrator_en": ("arrived", ""),
    "manage_agents/own_agents_en": ("arrived", ""),
    "app/new_home_without_old_marks_en": ("arrived", ""),
}


def recorded(name: str) -> str:
    return recorded_body(name).replace("<head>", f"<head>{TELLS}", 1)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rig() -> AsyncIterator[ShownRig]:
    async with shown_rig() as running:
        yield running


def pressed(rig: ShownRig) -> list[str]:
    return [one.path for one in rig.site.sent if one.path.startswith("/pressed/")]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", ENDS)
async def test_a_page_after_the_password_has_its_name_and_is_never_pressed(rig: ShownRig, name: str) -> None:
    outcome, screen = ENDS[name]
    ended = await rig.sign_in({"*": ASKS, INSIDE: recorded(name)})
    assert (ended.outcome, ended.error.screen if ended.error else "") == (outcome, screen), ended.error
    assert (len(rig.site.passwords), pressed(rig)) == (1, [])


CONSENT = {
    "declined": "document.getElementById('sp-cc-wrapper').remove()",
    "declined, and it stays": "",
    "declined by a page of its own": "location.reload()",
}


@pytest.mark.parametrize("way", CONSENT)
async def test_a_consent_that_lies_over_the_sign_in_is_declined_and_never_accepted(rig: ShownRig, way: str) -> None:
    layer = recorded("cookie_consent/over_the_sign_in_en")
    layer = layer.replace('id="sp-cc-rejectall-link"', f'id="sp-cc-rejectall-link" onclick="{CONSENT[way]}"')
    ended = await rig.sign_in({"*": layer, "POST /ap/signin": ASKS.replace("/ap/signin", "/ap/next")})
    assert ended.outcome == "arrived", ended.error
    assert "/pressed/sp-cc-rejectall-link" in pressed(rig)
    assert "/pressed/sp-cc-accept" not in pressed(rig)
