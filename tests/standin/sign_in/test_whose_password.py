"""The password goes to our own claim alone, whatever the page is called."""

# A line holds one page.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.recorded_pages import recorded_body
from tests.support.sites.shown_site import EMAIL, ShownRig, shown_rig

pytestmark = pytest.mark.asyncio(loop_scope="session")

OTHER = "owner@amazon-test.example"
SUBMIT = '<input type="submit" id="signInSubmit" value="Sign in">'
PASSWORD_FIELD = '<input type="password" id="ap_password" name="password" autocomplete="current-password">'


def page(inner: str, *, beside: str = "", head: str = "") -> str:
    form = f'<form name="signIn" method="post" action="/ap/signin"><input type="hidden" name="appAction" value="SIGNIN_PWD_COLLECT">{inner}{SUBMIT}</form>'
    return f"<!doctype html><html><head><title>Amazon Sign-In</title>{head}</head><body><h1>Sign in</h1>{beside}{form}</body></html>"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rig() -> AsyncIterator[ShownRig]:
    async with shown_rig() as running:
        yield running


# Where a page says that it is for somebody else: by what it holds, by what it shows, by a number, in another form.
FOR_OTHERS = {
    "recorded": recorded_body("password/remembered_other_hint_visible_en"),
    "hidden claim beside a field for the address": page(
        f'<input type="hidden" name="email" value="{OTHER}"><input type="text" id="ap_email" name="email">{PASSWORD_FIELD}'
    ),
    "hidden claim with another id": page(f'<input type="hidden" id="login-claim" name="loginClaim" value="{OTHER}">{PASSWORD_FIELD}'),
    "claim of a phone": page(f'<input type="hidden" id="ap-claim" name="email" value="+1 555 010 0199">{PASSWORD_FIELD}'),
    "claim by a name": page(f'<input type="hidden" name="email" value="someone">{PASSWORD_FIELD}'),
    "shown only": page(PASSWORD_FIELD, beside=f"<p>{OTHER}</p>"),
    "shown and masked": page(PASSWORD_FIELD, beside="<p>o***r@amazon-test.example</p>"),
    "ours hidden, another's shown": page(f'<input type="hidden" name="email" value="{EMAIL}">{PASSWORD_FIELD}', beside=f"<p>{OTHER}</p>"),
    "ours shown, another's hidden": page(f'<span id="auth-email-claim">{EMAIL}</span><input type="hidden" name="email" value="{OTHER}">{PASSWORD_FIELD}'),
    "another's in the hint": page(f'<span id="auth-email-claim">{EMAIL}</span><input type="text" name="email" id="ap-credential-autofill-hint" value="{OTHER}">{PASSWORD_FIELD}'),
    "two claims in two forms": page(f'<input type="hidden" name="email" value="{EMAIL}">{PASSWORD_FIELD}', beside=f'<form><input type="hidden" name="email" value="{OTHER}"></form>'),
    "nobody named, nothing typed": page(PASSWORD_FIELD),
}  # fmt: skip


@pytest.mark.sampled(3)
@pytest.mark.parametrize("way", FOR_OTHERS)
async def test_no_password_is_typed_on_a_page_that_is_for_somebody_else(rig: ShownRig, way: str) -> None:
    ended = await rig.sign_in({"*": FOR_OTHERS[way]})
    assert (ended.outcome, rig.site.sent) == ("wrong_identity", []), ended.error


OURS = {
    "hidden claim": page(f'<input type="hidden" name="email" value="{EMAIL}">{PASSWORD_FIELD}'),
    "shown in capitals": page(f'<span id="auth-email-claim">{EMAIL.upper()}</span>{PASSWORD_FIELD}'),
    "an empty hint in sight": page(f'<span id="auth-email-claim">{EMAIL}</span><input type="text" name="email" id="ap-credential-autofill-hint">{PASSWORD_FIELD}'),
    "both fields": page(f'<input type="email" id="ap_email" name="email" value="{OTHER}">{PASSWORD_FIELD}'),
    "both fields, beside who invites": page(f'<input type="email" id="ap_email" name="email">{PASSWORD_FIELD}', beside=f"<p>{OTHER} invites you</p>"),
    "the passkey banner": recorded_body("password/passkey_banner_always_there_en"),
}  # fmt: skip


@pytest.mark.sampled(3)
@pytest.mark.parametrize("way", OURS)
async def test_the_password_goes_once_to_a_page_that_is_for_us(rig: ShownRig, way: str) -> None:
    ended = await rig.sign_in({"*": OURS[way], "/home": OURS[way]})
    assert ended.outcome == "arrived", ended.error
    (form,) = rig.site.passwords
    assert form.get("email", EMAIL) in (EMAIL, "")


async def test_a_claim_that_changes_while_the_page_loads_is_seen(rig: ShownRig) -> None:
    change = (
        f"<script>onload = () => {{ document.querySelector('[name=email]').value = '{OTHER}' }}</script><img src=/late>"
    )
    ended = await rig.sign_in(
        {"*": page(f'<input type="hidden" name="email" value="{EMAIL}">{PASSWORD_FIELD}', beside=change)}
    )
    assert (ended.outcome, rig.site.sent) == ("wrong_identity", []), ended.error


async def test_the_permanent_passkey_banner_is_no_message_that_answers_the_password(rig: ShownRig) -> None:
    asked = recorded_body("password/passkey_banner_always_there_en")
    rig.site.begin({"*": asked, "POST /ap/signin": asked})
    ended = await rig.go_on()
    assert (ended.outcome, len(rig.site.passwords)) == ("stuck", 2), (
        ended.error
    )  # once more is the site's way, then doubted
