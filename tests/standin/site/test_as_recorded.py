"""The sign-in pages are as the recordings are, where they once were not.

Each row is one difference that a comparison with twenty recorded pages found.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from fixtures.stand_in.generate import one_account
from fixtures.stand_in.site.places import IMAGES_HOST, MEDIA_HOST
from fixtures.stand_in.world import StandIn
from tests.support.sites.site_visitor import Seen, Visitor


def hidden(seen: Seen, form: str) -> set[str]:
    """The names of the hidden fields of a form."""
    node = seen.tree.css_first(form)
    assert node is not None, seen.text
    return {field.attributes.get("name") or "" for field in node.css("input[type=hidden]")}


def action(seen: Seen, form: str) -> str | None:
    node = seen.tree.css_first(form)
    assert node is not None, seen.text
    return node.attributes.get("action")


def is_unified(seen: Seen) -> bool:
    where = urlsplit(action(seen, "#ap_login_form") or "")
    return (
        {"claimType", "countryCode", "isServerSideRouting"} <= hidden(seen, "#ap_login_form")
        and seen.has("#ap_login_form button.claim-clear[type=button]")
        and (where.netloc, where.path) == ("", "/ax/claim")
        and "openid.return_to" in parse_qs(where.query)
    )


def is_password(seen: Seen) -> bool:
    state = {"crossDomainRPIDCount", "webAuthnChallengeIdForButton", "webAuthnGetParametersForButton"}
    names = hidden(seen, "form[name=signIn]")
    return seen.has("input#ap_email[name=email][type=hidden]") and state <= names and "subPageType" not in names


def is_passkey_form(seen: Seen) -> bool:
    form = "form[name=signInWithPasskeyButton]"
    names = hidden(seen, form)
    return (
        action(seen, form) in ("", None)
        and {"appActionToken", "workflowState", "webAuthnChallengeIdForButton"} <= names
        and "passkeyPressed" not in names
    )


def is_code(seen: Seen) -> bool:
    return (
        "metadata1" not in hidden(seen, "#auth-mfa-form")
        and seen.has("#auth-mfa-form.a-spacing-none")
        and not seen.has("#auth-mfa-form.auth-validate-form")
    )


def is_picker_of_messages(seen: Seen) -> bool:
    devices = seen.tree.css("[name=otpDeviceContext]")
    channels = [(node.attributes.get("value") or "").rpartition(", ")[2] for node in devices]
    return channels == ["SMS", "VOICE"] and action(seen, "#auth-select-device-form") in ("", None)


def is_picture(seen: Seen) -> bool:
    wanted = {
        "cvf_captcha_captcha_token",
        "cvf_captcha_captcha_type",
        "cvf_captcha_js_enabled_metric",
        "clientContext",
        "openid.return_to",
        "verifyToken",
    }
    picture = seen.tree.css_first(".cvf-widget-form-captcha img")
    return (
        wanted <= hidden(seen, ".cvf-widget-form-captcha")
        and picture is not None
        and (picture.attributes.get("src") or "").startswith("https://")
    )


def is_step_up_code(seen: Seen) -> bool:
    wanted = {"arb", "csrfToken", "isResend", "disableRedirect"}
    forms = ("#verification-code-form", "#resend-approval-form", "#pollingForm")
    return seen.has("input#input-box-otp[type=tel]") and all(wanted <= hidden(seen, form) for form in forms)


def is_intent(seen: Seen) -> bool:
    wanted = {"claimCollectionLayoutType", "unifiedAuthTreatment", "email", "arb", "anti-csrftoken-a2z"}
    return wanted <= hidden(seen, "#intent-confirmation-form")


def is_remembered(seen: Seen) -> bool:
    claim = seen.has("input#ap-claim[name=email][type=hidden]")
    return claim and not seen.has("#auth-email-claim") and seen.has("#ap-credential-autofill-hint[name=email].hide")


ROWS: dict[str, tuple[str, Callable[[Seen], bool]]] = {
    "email": ("email", lambda seen: "create" in hidden(seen, "form[name=signIn]")),
    "unified": ("email_unified", is_unified),
    "password": ("password", is_password),
    "passkey form": ("password", is_passkey_form),
    "otp": ("otp", is_code),
    "device picker": ("otp_device_picker:messages", is_picker_of_messages),
    "device picker of a login with an authenticator": (
        "otp_device_picker",
        lambda seen: action(seen, "#auth-select-device-form") in ("", None),
    ),
    "cvf captcha": ("captcha_cvf", is_picture),
    "cvf code": ("verification_code", is_step_up_code),
    "intent": ("no_such_login", is_intent),
    "passkey first": (
        "passkey_first",
        lambda seen: seen.has("#unified-passkey-form") and not seen.has("input[type=password], #ap_email"),
    ),
    "remembered login": ("password:remembered", is_remembered),
    "visible hint": (
        "password:remembered_hint",
        lambda seen: seen.has("input[type=text]#ap-credential-autofill-hint:not(.hide)"),
    ),
    "passkey banner": ("password:banner", lambda seen: seen.has("#passkey-error-alert:not(.aok-hidden)")),
    "Akamai interstitial": ("edge_check", lambda seen: "/_sec/verify" in seen.text),
    "tiles that are forms": (
        "identity_switch:forms",
        lambda seen: seen.has("form[method=post][action='/ap/switchaccount'] button[type=submit]"),
    ),
}


async def shown(stand_in: StandIn, visitor: Visitor, screen: str) -> Seen:
    stand_in.load(one_account(1, user={"sign_in": [screen, "email", "password", "otp"]}))
    return await visitor.get("/home")


@pytest.mark.parametrize("row", ROWS)
async def test_a_page_is_as_it_was_recorded(stand_in: StandIn, visitor: Visitor, row: str) -> None:
    screen, is_as_recorded = ROWS[row]
    seen = await shown(stand_in, visitor, screen)
    assert is_as_recorded(seen), seen.text


AUTH = [
    "email",
    "email_unified",
    "combined",
    "password",
    "otp",
    "otp_device_picker",
    "captcha_cvf",
    "verification_code",
]


@pytest.mark.parametrize("screen", AUTH)
async def test_every_page_has_sheets_of_other_hosts_measurements_and_a_second_form(
    stand_in: StandIn, visitor: Visitor, screen: str
) -> None:
    seen = await shown(stand_in, visitor, screen)
    sheets = [node.attributes.get("href") or "" for node in seen.tree.css("link[rel=stylesheet]")]
    assert {urlsplit(sheet).hostname for sheet in sheets} == {IMAGES_HOST, MEDIA_HOST}
    assert not seen.has("style")
    assert "ue_furl='fls-na.amazon.com'" in seen.text
    assert seen.has("form[name=ue_backdetect] input[type=hidden][name=ue_back]")
    for sheet in sheets:
        assert (await visitor.get(sheet)).headers["Content-Type"].startswith("text/css")


@pytest.mark.parametrize("screen", AUTH)
async def test_a_page_without_an_error_has_no_box_for_one(stand_in: StandIn, visitor: Visitor, screen: str) -> None:
    assert not (await shown(stand_in, visitor, screen)).has("#auth-error-message-box")


@pytest.mark.parametrize(
    ("screen", "alerts"),
    [
        ("email", ["auth-email-missing-alert", "auth-email-invalid-claim-alert"]),
        ("password", ["auth-password-missing-alert", "auth-password-invalid-password-alert"]),
    ],
)
async def test_a_field_s_alert_is_hidden_by_a_sheet_alone(
    stand_in: StandIn, visitor: Visitor, screen: str, alerts: list[str]
) -> None:
    seen = await shown(stand_in, visitor, screen)
    for alert in alerts:
        assert seen.has(f"#{alert}.auth-inlined-error-message:not(.aok-hidden, [style], [hidden])")
    sheets = [node.attributes.get("href") or "" for node in seen.tree.css("link[rel=stylesheet]")]
    texts = [(await visitor.get(sheet)).text for sheet in sheets]
    assert any(".auth-inlined-error-message{display:none}" in text for text in texts)
