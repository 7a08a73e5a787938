"""Every sign-in screen can be played, carries the markup of the recordings, and is passed only by what should pass
it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import User
from fixtures.stand_in.sign_in.parts import PARTS
from fixtures.stand_in.sign_in.screens.names import SIGN_IN_SCREENS, VARIANTS
from fixtures.stand_in.world import StandIn
from tests.support.sites.site_visitor import Seen, Visitor

MARKS = {
    "email": [
        "form[name=signIn].auth-validate-form",
        "input#ap_email[name=email]",
        "span#continue input#continue[type=submit]",
    ],
    "email_unified": [
        "form#ap_login_form[name=signIn]",
        "#ap_email_login",
        "span#continue",
        "#claim-input-dropdown-select-element",
    ],
    "combined": ["#ap_email", "#ap_password"],
    "password": [
        "#auth-email-claim",
        "#ap_change_login_claim",
        "span#auth-signin-button input#signInSubmit",
        "#auth-fpp-link-bottom",
    ],
    "otp": [
        "form#auth-mfa-form",
        "input#auth-mfa-otpcode[name=otpCode]",
        "#auth-mfa-remember-device",
        "#auth-signin-button",
    ],
    "otp_device_picker": [
        "form#auth-select-device-form",
        ".auth-TOTP input[name=otpDeviceContext]",
        ".auth-SMS",
        "#auth-send-code",
    ],
    "otp_quota": ["#auth-error-message-box"],
    "passkey_first": ["form#unified-passkey-form", "a[href*='selectedChallengeType=password']"],
    "passkey_nudge": ["input[aria-labelledby*='nudge-not-now']"],
    "phone_fixup": ["form#auth-account-fixup-phone-form", "a#ap-account-fixup-phone-skip-link"],
    "continue_wall": ["form[action='/errors/validateCaptcha'] input[type=hidden][name=field-keywords]"],
    "waf_challenge": ["#challenge-container"],
    "edge_check": ["meta[http-equiv=refresh][content*=bm-verify]"],
    "landing": ["nav a"],
    "captcha_image": ["form[action='/errors/validateCaptcha'] input#captchacharacters[name=field-keywords]"],
    "captcha_cvf": ["#cvf-page-content form.cvf-widget-form-captcha[action^=verify]", "input[name=cvf_captcha_input]"],
    "captcha_in_page": [
        "#auth-captcha-image-container #auth-captcha-image",
        "#auth-captcha-guess[name=guess]",
        "#ap_password",
    ],
    "puzzle": [
        "form#cvf-aamation-challenge-form",
        "iframe#cvf-aamation-challenge-iframe",
        "input#cvf_aamation_response_token",
    ],
    "approval_push": ["form#pollingForm input[name=transactionApprovalStatus]", "form#resend-approval-form"],
    "verification_code": ["form#verification-code-form", "input#input-box-otp", "#cvf-submit-otp-button input"],
    "mail_code": ["#cvf-input-code[name=code]", "#cvf-submit-otp-button input", "#cvf-resend-link"],
    "verification_method": ["form[name=claimspicker] input[name=option]"],
    "security_question": ["form[name=ap_dcq_form] #dcq_question_subjective_1"],
    "password_reset": ["form[name=forgotPassword]"],
    "account_locked": ["#auth-account-locked-alert"],
    "no_such_login": ["#intent-confirmation-container form#intent-confirmation-form"],
    "identity_switch": [
        ".cvf-account-switcher a[data-name=switch_account_request]",
        "#cvf-account-switcher-add-accounts-link",
    ],
    "sign_in_error": ["#ap_error_page_message", ".ap_error_page_title"],
    "site_down": ["a[href*=dogsofamazon] img[alt='Dogs of Amazon']#d"],
    "too_many_requests": ["h1"],
    "unknown": ["form"],
}


def load(stand_in: StandIn, order: list[str], *, seed: int = 1, vary: bool = False, **user: object) -> User:
    world = one_account(seed, user={"sign_in": order, **user}, seller={"members": ["a1@users.example"]}, vary=vary)
    stand_in.load(world)
    return stand_in.realm.scenario.users[0]


async def pass_on(visitor: Visitor, form: str, **fields: str) -> Seen:
    return await visitor.submit(form, **fields)


def test_every_screen_that_an_order_may_name_is_in_the_table() -> None:
    assert set(PARTS) == SIGN_IN_SCREENS == set(MARKS)


@pytest.mark.parametrize("screen", sorted(MARKS))
async def test_a_screen_carries_its_marks(stand_in: StandIn, visitor: Visitor, screen: str) -> None:
    load(stand_in, [screen, "email", "password", "otp"])
    seen = await visitor.get("/home")
    missing = [mark for mark in MARKS[screen] if not seen.has(mark)]
    assert not missing, seen.text
    assert stand_in.realm.journal.of("request")[-1].fields["screen"] == screen


@pytest.mark.parametrize(
    "entry", [f"{name}:{variant}" for name, variants in sorted(VARIANTS.items()) for variant in sorted(variants)]
)
async def test_every_variant_is_drawn_under_several_seeds_and_languages(
    stand_in: StandIn, visitor: Visitor, entry: str
) -> None:
    for seed, language in ((1, "en"), (2, "de"), (3, "fr"), (4, "ja")):
        load(stand_in, [entry, "email"], seed=seed, vary=True, language=language)
        visitor.session.cookie_jar.clear()
        await visitor.get("/home")
        assert stand_in.realm.journal.of("request")[-1].fields["screen"] == entry.partition(":")[0]


async def test_decoys_and_hidden_alerts_are_on_the_pages(stand_in: StandIn, visitor: Visitor) -> None:
    user = load(stand_in, ["email", "password", "otp"])
    seen = await visitor.get("/home")
    assert seen.has("input#ap-credential-autofill-hint[name=password].hide")
    assert seen.has("#auth-cookie-warning-message.aok-hidden")
    assert seen.has("#passkey-error-alert.aok-hidden")
    assert seen.has("#auth-email-missing-alert.auth-inlined-error-message:not(.aok-hidden)")
    assert len(seen.tree.css("#continue")) == 2
    seen = await visitor.submit("form[name=signIn]", email=user.email)
    assert seen.has("input#ap_email[name=email][type=hidden]")
    assert seen.has("#ap-credential-autofill-hint[name=email].hide")
    assert seen.text_of("#auth-signin-via-passkey-section button#continue") == "Sign in with a passkey"


@pytest.mark.parametrize(
    ("language", "title", "wrong"),
    [
        ("en", "Amazon Sign-In", "password is incorrect"),
        ("de", "Amazon Anmelden", "Falsches Passwort"),
        ("fr", "Connexion Amazon", "Votre mot de passe est incorrect"),
        ("nl", "Inloggen bij Amazon", "Je wachtwoord is onjuist"),
        ("es", "Iniciar sesión en Amazon", "no es correcta"),
        ("it", "Amazon Accedi", "La tua password non"),
        ("ja", "Amazonサインイン", "password is incorrect"),
    ],
)
async def test_titles_and_alerts_are_in_the_language_of_the_user(
    stand_in: StandIn, visitor: Visitor, language: str, title: str, wrong: str
) -> None:
    load(stand_in, ["password"], language=language)
    assert (await visitor.get("/home")).text_of("title") == title
    assert wrong in (await visitor.submit("form[name=signIn]", password="x")).text


async def test_a_language_asked_for_in_the_address_wins(stand_in: StandIn, visitor: Visitor) -> None:
    load(stand_in, ["password"], language="de")
    assert (await visitor.get("/home?language=en_US")).text_of("title") == "Amazon Sign-In"


@pytest.mark.parametrize(
    ("screen", "form", "fields"),
    [
        ("passkey_nudge", "form", {"decline": ""}),
        ("passkey_nudge:button", "form", {"decline": "Not now"}),
        ("continue_wall", "form", {}),
        ("continue_wall:text", "form", {}),
        ("captcha_image", "form", {"field-keywords": "KX7RTM"}),
        ("captcha_cvf", "form", {"cvf_captcha_input": "kx7rtm", "cvf_captcha_captcha_action": "verifyCaptcha"}),
        ("verification_code", "#verification-code-form", {"otpCode": "518204"}),
        ("verification_code:six_boxes", "#verification-code-form", {"otpCode": "518204"}),
        ("verification_code:plain", "form", {"code": "518204"}),
        ("verification_method", "form", {}),
        ("security_question", "form", {"dcq_question_subjective_1": "98109"}),
    ],
)
async def test_the_right_answer_passes_a_screen(
    stand_in: StandIn, visitor: Visitor, screen: str, form: str, fields: dict[str, str]
) -> None:
    load(stand_in, [screen, "email"])
    await visitor.get("/home")
    assert (await pass_on(visitor, form, **fields)).has("#ap_email")


@pytest.mark.parametrize(
    ("screen", "form", "fields", "danger"),
    [
        ("passkey_nudge", "form", {"enrol": ""}, "danger.passkey_enrolled"),
        ("password", "form[name=signInWithPasskeyButton]", {}, "danger.passkey_pressed"),
        ("no_such_login", "form", {}, "danger.account_created"),
        ("password_reset", "form", {}, "danger.password_reset_requested"),
        ("unknown", "form", {}, "danger.unknown_page_pressed"),
        ("puzzle", "form", {}, "danger.challenge_answered"),
        ("verification_method", "form", {}, "danger.step_up_requested"),
        ("phone_fixup", "form", {"phoneNumber": "555"}, "account.phone_entered"),
    ],
)
async def test_what_nobody_should_press_is_logged(
    stand_in: StandIn, visitor: Visitor, screen: str, form: str, fields: dict[str, str], danger: str
) -> None:
    load(stand_in, [screen, "email"])
    await visitor.get("/home")
    await visitor.submit(form, **fields)
    assert [entry.kind for entry in stand_in.realm.journal.of(danger)] == [danger]


@pytest.mark.parametrize(
    "screen", ["puzzle", "approval_push", "captcha_image", "captcha_cvf", "verification_code", "security_question"]
)
async def test_a_person_can_deal_with_a_challenge_elsewhere(stand_in: StandIn, visitor: Visitor, screen: str) -> None:
    user = load(stand_in, ["email", screen, "password"])
    await visitor.get("/home")
    seen = await visitor.submit("form[name=signIn]", email=user.email)
    assert not seen.has("#signInSubmit")
    stand_in.realm.solved.add(user.email)
    assert (await visitor.get(seen.url)).has("#signInSubmit")


async def test_an_approval_is_told_by_the_poll(stand_in: StandIn, visitor: Visitor) -> None:
    user = load(stand_in, ["approval_push", "password"])
    await visitor.get("/home")
    assert "TransactionInitiated" in (await visitor.get("/ap/cvf/approval/poll")).text
    stand_in.realm.solved.add(user.email)
    assert "TransactionCompleted" in (await visitor.get("/ap/cvf/approval/poll")).text


async def test_skipping_and_going_on_to_the_return_address_pass_the_nudges(stand_in: StandIn, visitor: Visitor) -> None:
    load(stand_in, ["phone_fixup", "passkey_nudge", "password"])
    seen = await visitor.get("/home")
    link = seen.tree.css_first("#ap-account-fixup-phone-skip-link")
    assert link is not None
    seen = await visitor.get(link.attributes["href"] or "")
    assert "/ax/claim/webauthn/nudge?passkeyNudgeArb=" in seen.url
    assert (await visitor.get("/home")).has("#signInSubmit")


async def test_a_captcha_within_the_password_page_wants_both_again(stand_in: StandIn, visitor: Visitor) -> None:
    user = load(stand_in, ["captcha_in_page", "otp"])
    await visitor.get("/home")
    seen = await visitor.submit("form[name=signIn]", password=user.password, guess="WRONG")
    assert seen.has("#auth-captcha-guess")
    assert (await visitor.submit("form[name=signIn]", password=user.password, guess="kx7rtm")).has("#auth-mfa-form")


@pytest.mark.parametrize(("screen", "status"), [("site_down", 503), ("site_down:500", 500), ("too_many_requests", 429)])
async def test_refusals_come_with_their_status_and_pass_when_loaded_again(
    stand_in: StandIn, visitor: Visitor, screen: str, status: int
) -> None:
    load(stand_in, [screen, "email"])
    assert (await visitor.get("/home")).status == status
    assert (await visitor.get(visitor.seen.url)).has("#ap_email")


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ("email", "/ap/signin"),
        ("email_unified", "/ax/claim"),
        ("otp_device_picker", "/ap/mfa/new-otp"),
        ("passkey_nudge", "/ax/claim/webauthn/nudge"),
        ("captcha_cvf", "/ap/cvf/request"),
        ("puzzle:aaut", "/ax/aaut/verify/ap/challenge"),
        ("approval_push", "/ap/cvf/approval"),
        ("password_reset", "/ap/forgotpassword/reverification"),
        ("password_reset:plain", "/ap/forgotpassword"),
        ("landing", "/"),
    ],
)
async def test_a_screen_lives_at_its_address(stand_in: StandIn, visitor: Visitor, entry: str, path: str) -> None:
    load(stand_in, [entry, "email"])
    seen = await visitor.get("/home")
    assert urlsplit(seen.url).path == path


async def test_a_passed_wall_does_not_come_back_to_the_same_browser(stand_in: StandIn, visitor: Visitor) -> None:
    load(stand_in, ["continue_wall", "email"])
    await visitor.get("/home")
    await visitor.submit("form")
    assert (await visitor.get("/home")).has("#ap_email")


@pytest.mark.parametrize("variant", ["expired", "refused"])
async def test_a_code_page_can_refuse_a_right_code(stand_in: StandIn, visitor: Visitor, variant: str) -> None:
    user = load(stand_in, ["password", f"otp:{variant}"])
    await visitor.get("/home")
    await visitor.submit("form[name=signIn]", password=user.password)
    seed = user.seed()
    seen = await visitor.submit("#auth-mfa-form", otpCode=seed.code(seed.step(stand_in.realm.now())))
    assert {"expired": "has expired", "refused": "credentials you provided were incorrect"}[variant] in seen.text
