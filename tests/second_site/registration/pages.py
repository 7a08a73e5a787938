"""Pages of registration and Two-Step Verification, written from the facts alone: path, language and body."""

from __future__ import annotations

import io
from dataclasses import dataclass

import segno

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSW"
GROUPS = " ".join(SECRET[i : i + 4] for i in range(0, 52, 4))
ADDRESS = "invited.person@agency.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One screen: where it stands and what it holds."""

    path: str
    body: str
    title: str = ""
    lang: str = "en-us"

    @property
    def text(self) -> str:
        head = f'<html lang="{self.lang}"><head><meta charset="utf-8"><title>{self.title}</title></head>'
        hidden = "<style>.aok-hidden,.hide{display:none}</style>"
        return f'<!doctype html>{head}<body>{hidden}<div id="a-page">{self.body}</div></body></html>'


def register(*, one_page: bool, error: str = "", sends: str = ADDRESS) -> Page:
    mail = '<label>Mobile number or email<input id="ap_email" name="email"></label>'
    fixed = f'<p>{ADDRESS}</p><input type="hidden" name="email" value="{sends}">'
    box = f'<div id="auth-error-message-box"><h4>There was a problem</h4><p>{error}</p></div>' if error else ""
    return Page(
        path="/ap/register",
        title="Create your Amazon account",
        body=f"""{box}<form id="ap_register_form" name="register" method="post" action="/ap/register">
        <input type="hidden" name="appAction" value="REGISTER"><h1>Create account</h1>
        <label>Your name<input id="ap_customer_name" name="customerName" maxlength="50"></label>
        {mail if one_page else fixed}
        <input id="ap_password" type="password" name="password">
        <div id="auth-password-mismatch-alert" class="aok-hidden">Passwords must match</div>
        <input id="ap_password_check" type="password" name="passwordCheck">
        <span class="a-button"><input id="continue" type="submit" aria-labelledby="auth-continue-announce"></span>
        <div id="legalTextRow">By creating an account, you agree to the Conditions of Use.</div></form>""",
    )


def intent(claim: str = ADDRESS) -> Page:
    return Page(
        path="/ax/claim/intent",
        body=f"""<div id="intent-confirmation-container"><h1>Looks like you're new to Amazon</h1>
        <p>Let's create an account using your email</p><span class="claim-value">{claim}</span>
        <a class="change-claim" href="/ap/signin?ref=uica_ic">Change</a>
        <form id="intent-confirmation-form" method="post" action="/ap/register">
        <span id="intention-submit-button"><input type="submit" aria-labelledby="intention-submit-button-announce">
        <span id="intention-submit-button-announce">Proceed to create an account</span></span></form>
        <a class="signin-with-another-account" href="/ap/signin">Sign in with another email or mobile</a></div>""",
    )


def code(kind: str) -> Page:
    return Page(
        path="/ap/cvf/verify",
        title="Authentication required",
        body=f"""<h1>Verify {"email address" if kind == "email" else "mobile number"}</h1>
        <form method="post" action="/ap/cvf/verify"><input type="hidden" name="action" value="code">
        <input type="hidden" name="verificationPageContactType" value="{kind}">
        <input id="cvf-input-code" name="code" class="cvf-widget-input cvf-widget-input-code cvf-autofocus">
        <span id="cvf-submit-otp-button"><input class="a-button-input" type="submit" aria-label="Verify OTP Button">
        </span></form><a id="cvf-resend-link" href="#">Resend OTP</a>""",
    )


def phone(*, heading: str = "Add mobile number", lang: str = "en-us", optional: bool = False) -> Page:
    skip = '<a id="ap-account-fixup-phone-skip-link" href="/skip">Not now</a>' if optional else ""
    return Page(
        path="/ap/cvf/verify",
        title="Authentication required",
        lang=lang,
        body=f"""<h1>{heading}</h1><form method="post" action="/ap/cvf/verify">
        <select id="cvf_phone_cc_native" name="cvf_phone_cc"><option>FR</option></select>
        <input id="cvfPhoneNumber" name="cvf_phone_num" type="tel">
        <input type="submit" name="cvf_action" value="collect" class="cvf-widget-btn-collect"></form>{skip}""",
    )


def puzzle() -> Page:
    return Page(
        path="/ap/cvf/request",
        title="Authentication required",
        body="""<div id="cvf-page-content"><h1 id="aacb-captcha-header">Solve this puzzle to protect your account</h1>
        <iframe id="cvf-aamation-challenge-iframe" srcdoc="a puzzle" width="300" height="300"></iframe></div>""",
    )


def enrol(*, secret: str = GROUPS, folded: bool = True) -> Page:
    fold = 'class="aok-hidden"' if folded else ""
    return Page(
        path="/a/settings/approval/setup/register",
        body=f"""<h1>Enroll a 2SV authenticator</h1><div id="sia-select-otp-device-accordion">
        <a id="sia-otp-accordion-totp-header" class="a-accordion-row" aria-expanded="true" href="#">Authenticator App</a>
        <div class="a-accordion-active"><a id="sia-auth-app-cant-scan-link" href="#"
          onclick="document.getElementById('fold').className=''">Can't scan the barcode?</a>
        <div id="fold" {fold}><span id="sia-auth-app-formatted-secret">{secret}</span></div>
        <form id="sia-add-auth-app-form" method="post" action="/a/settings/approval/appbackup">
        <input id="ch-auth-app-code-input" name="verificationCode" maxlength="6">
        <input id="ch-auth-app-submit" type="submit" value="Verify OTP and continue"></form></div></div>""",
    )


def almost_done() -> Page:
    return Page(
        path="/a/settings/approval/setup/howto",
        body="""<h1>Almost done…</h1><form id="enable-mfa-form" method="post" action="/a/settings/approval/setup/enable">
        <label><input type="checkbox" name="trustThisDevice" value="1">Don't require OTP on this browser</label>
        <input id="enable-mfa-form-submit" type="submit" value="Got it. Turn on Two-Step Verification"></form>""",
    )


def is_on(said: str = "Two-Step Verification is on") -> Page:
    return Page(
        path="/a/settings/approval",
        body=f"""<h1>Two-Step Verification (2SV) Settings</h1><p>{said}</p>
        <button id="disable-button">Disable</button>""",
    )


def six_boxes(channel: str = f"to your email {ADDRESS}") -> Page:
    boxes = "".join(f'<input id="otc-{n}" maxlength="1">' for n in range(1, 7))
    return Page(
        path="/ap/cvf/transactionapproval",
        title="Authentication required",
        body=f"""<h1>Enter verification code</h1><div id="channelDetailsForOtp">For your security, we've sent the code
        {channel}</div><form id="verification-code-form" method="post" action="/ap/cvf/approval/verifyOtp">
        {boxes}<input type="hidden" id="otpCode" name="otpCode"><span id="cvf-submit-otp-button">
        <input type="submit" value="Submit code"></span></form><script>document.forms[0].onsubmit = () => {{
        otpCode.value = [...document.querySelectorAll("[id^=otc-]")].map((box) => box.value).join("") }}</script>""",
    )


def confirm() -> Page:
    return Page(
        path="/ap/cvf/transactionapproval",
        body="""<h1>Confirm re-authentication</h1><form method="post" action="/ap/cvf/verify">
        <input type="submit" name="cvf_action_proceed" value="Confirm"></form>""",
    )


def business(
    heading: str = "Buying for work? Get a free Amazon Business account",
    button: str = "Create a free business account",
) -> Page:
    return Page(
        path="/ap/register/org",
        title="Amazon",
        body=f"""<h1>{heading}</h1><form method="post" action="/business/register">
        <input type="submit" id="continue" value="{button}"></form>""",
    )


def onboarding() -> Page:
    return Page(
        path="/home",
        title="Amazon",
        body="""<h1>Register as a seller</h1><p>Business location</p><form method="post" action="/register-seller">
        <select name="country"><option>United States</option></select><input type="submit" value="Agree and continue">
        </form>""",
    )


OTPAUTH = f"otpauth://totp/Amazon:{ADDRESS}?secret={SECRET}&issuer=Amazon"
PICTURE = "/a/settings/approval/qr"  # of the page's own origin


def picture() -> bytes:
    """The code, as the site draws it."""
    drawn = io.BytesIO()
    segno.make(OTPAUTH).save(drawn, kind="png", scale=5)
    return drawn.getvalue()


def in_a_picture(source: str = segno.make(OTPAUTH).png_data_uri(scale=5)) -> Page:
    shown = enrol()
    picture = f'<img src="{source}">'
    row = f'<span id="sia-auth-app-formatted-secret">{GROUPS}</span>'
    return Page(path=shown.path, body=shown.body.replace('<div id="fold"', f'{picture}<div id="fold"').replace(row, ""))


def with_link_only() -> Page:
    shown = enrol()
    link = f'<a href="otpauth://totp/Amazon:{ADDRESS}?secret={SECRET}&amp;issuer=Amazon">Open in your app</a>'
    row = f'<span id="sia-auth-app-formatted-secret">{GROUPS}</span>'
    return Page(path=shown.path, body=shown.body.replace(row, link))
