"""The password goes to our own claim alone, whatever the page is called; and what is no yes is not typed again."""

# A line holds one page.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.recorded_pages import recorded_body
from tests.support.sites.shown_site import EMAIL, PASSWORD, ShownRig, shown_rig

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


CLAIM = '<form name="signIn" method="post" action="/ax/claim"><input type="hidden" name="appAction" value="SIGNIN_CLAIM_COLLECT"><input type="email" id="ap_email" name="email"><input type="submit" id="continue" value="Continue"></form>'
ASKS = f"<!doctype html><html><head><title>Amazon Sign-In</title></head><body><h1>Sign in</h1>{CLAIM}</body></html>"
IN_OURS = f'<input type="hidden" name="email" value="{EMAIL}">'
WIDE = OTHER.replace("@", "\uff20")
FORM = 'name="signIn" method="post" action="/ap/signin"'

# The address was typed before, and the page tells of another one where no list of names looks.
ELSEWHERE_TOLD = {
    "a field of any name": page(f'<input type="hidden" name="u" value="{OTHER}">{PASSWORD_FIELD}'),
    "a text that is no input": page(f'<textarea name="email" hidden>{OTHER}</textarea>{PASSWORD_FIELD}'),
    "what is chosen of a list": page(f'<select name="who" hidden><option value="{OTHER}"></select>{PASSWORD_FIELD}'),
    "a text within a text": page(f"<input type='hidden' name='state' value='{{\"email\":\"{OTHER}\"}}'>{PASSWORD_FIELD}"),
    "written in full width": page(f'<input type="hidden" name="loginClaim" value="{WIDE}">{PASSWORD_FIELD}'),
    "written with percent signs": page(f'<input type="hidden" name="claim" value="{OTHER.replace("@", "%40")}">{PASSWORD_FIELD}'),
    "beside a percent sign of its own": page(f'<input type="hidden" name="c" value="100% {OTHER.replace("@", "%40")} %E4">{PASSWORD_FIELD}'),
    "behind a long text": page(f'<input type="hidden" name="claim" value="{"x " * 20000}{OTHER}">{PASSWORD_FIELD}'),
    "shown below a long text in pieces": page(PASSWORD_FIELD, beside=f"<p>{'a word ' * 12000}</p><p><b>owner</b>@<b>amazon-test.example</b></p>"),
    "the number of a phone": page(f'<input type="hidden" name="mobile" value="+1 555 010 0199">{PASSWORD_FIELD}'),
    "the button itself": page(PASSWORD_FIELD).replace(SUBMIT, f'<button id="signInSubmit" name="email" value="{OTHER}">Sign in</button>'),
    "the form's address": page(PASSWORD_FIELD).replace('action="/ap/signin"', f'action="/ap/signin?email={OTHER}"'),
    "the button's address": page(PASSWORD_FIELD).replace('id="signInSubmit"', f'id="signInSubmit" formaction="/ap/signin?e={OTHER}"'),
    "a note at the form": page(PASSWORD_FIELD).replace(FORM, f'{FORM} data-claim="{OTHER}"'),
    "shown in pieces": page(PASSWORD_FIELD, beside="<p><b>owner</b>@<b>amazon-test.example</b></p>"),
    "shown with a place to break": page(PASSWORD_FIELD, beside="<p>owner@<wbr>amazon-test.example</p>"),
    "shown in full width": page(PASSWORD_FIELD, beside=f"<p>{WIDE}</p>"),
    "shown in a field without a form": page(PASSWORD_FIELD, beside=f'<input readonly value="{OTHER}">'),
    "shown in a frame": page(PASSWORD_FIELD, beside=f'<iframe srcdoc="<p>Signed in as {OTHER}</p>"></iframe>'),
    "said to those who hear the page": page(PASSWORD_FIELD, beside=f'<p aria-label="{OTHER}">Your account</p>'),
}  # fmt: skip


@pytest.mark.sampled(4)
@pytest.mark.parametrize("way", ELSEWHERE_TOLD)
async def test_another_address_is_seen_wherever_a_page_tells_it_after_ours_was_typed(rig: ShownRig, way: str) -> None:
    ended = await rig.sign_in({"/home": ASKS, "*": ELSEWHERE_TOLD[way], "POST /ax/claim": ELSEWHERE_TOLD[way]})
    assert (ended.outcome, rig.site.passwords) == ("wrong_identity", []), ended.error


AFTER_THE_LOOK = {
    "when it is sent": "addEventListener('submit', () => { document.forms[0].email.value = OTHER }, true)",
    "as its data are gathered": "document.forms[0].addEventListener('formdata', event => event.formData.set('email', OTHER))",
    "once the password stands in the field": "ap_password.addEventListener('input', () => { document.forms[0].email.value = OTHER })",
    "by a script of its own": (
        "document.forms[0].addEventListener('submit', event => { event.preventDefault(); fetch('/ap/api', {method: 'POST', "
        "headers: {'content-type': 'application/json'}, body: JSON.stringify({email: OTHER, password: ap_password.value})}) })"
    ),
    "into an address, which is kept": "document.forms[0].method = 'get'",
}  # fmt: skip


@pytest.mark.sampled(2)
@pytest.mark.parametrize("way", AFTER_THE_LOOK)
async def test_a_password_that_a_page_would_send_otherwise_after_the_last_look_does_not_leave(
    rig: ShownRig, way: str
) -> None:
    script = f"<script>onload = () => {{ const OTHER = '{OTHER}'; {AFTER_THE_LOOK[way]} }}</script>"
    shown = page(IN_OURS + PASSWORD_FIELD).replace("</body>", f"{script}</body>")
    ended = await rig.sign_in({"*": shown})
    assert (ended.outcome, rig.site.passwords, ended.typed) == ("secret_guard", [], ("type_password not_sent",))
    assert not [asked for asked in rig.site.asked if PASSWORD in asked or asked.startswith("POST")]


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


ASKED = page(IN_OURS + PASSWORD_FIELD)
TILES = (
    "<title>Amazon Sign-In</title><h1>Switch accounts</h1><div class='cvf-account-switcher'>"
    "<div class='cvf-account-switcher-profile-details'>Somebody</div></div>"
)
SENT = "POST /ap/signin"

# The page that answers, and its status: words in no box and in no known language, a box of the browser's own, an error.
ANSWERS = {
    "other words": (page(IN_OURS + PASSWORD_FIELD, beside="<p>Heslo je nespravne</p>"), 200),
    "a box of the browser's own": (ASKED.replace("</body>", "<script>alert('No')</script></body>"), 200),
    "the status of a refusal": (ASKED, 422),
    "a page that is not found": ("<title>Page Not Found</title><h1>Page not found</h1>", 404),
    "a choice of logins": (TILES, 200),
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("answer", ANSWERS)
async def test_what_is_no_yes_is_doubted_after_one_try(rig: ShownRig, answer: str) -> None:
    shown, status = ANSWERS[answer]
    rig.site.begin({"*": ASKED, SENT: shown})
    rig.site.types[SENT] = (status, "text/html")
    ended = await rig.go_on()
    assert ended.outcome in ("stuck", "unknown_screen"), ended.error
    assert (len(rig.site.passwords), ended.typed) == (1, ("type_password doubted",))


async def test_a_form_that_the_site_sends_the_browser_to_send_again_is_sent_to_each_place_once(rig: ShownRig) -> None:
    rig.site.begin({"*": ASKED})
    rig.site.redirects |= {SENT: "/ap/elsewhere", "POST /ap/elsewhere": "/ap/signin"}
    ended = await rig.go_on()
    assert [one.path for one in rig.site.sent] == ["/ap/signin", "/ap/elsewhere"]
    assert (ended.outcome, ended.typed) == ("secret_guard", ("type_password doubted",))
