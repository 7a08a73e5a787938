"""Pages of a new login and its two-step verification, by the facts: what they show is chosen by a plan."""

from __future__ import annotations

from dataclasses import dataclass, field

import segno

NAME = "First Last"
HOME = '<meta name="anti-csrftoken-a2z" content="x"><div id="sc-content-container"><div id="sc-search-field"></div>'


@dataclass(slots=True)
class LoginPlan:
    """How the site is this time."""

    is_unified: bool = False
    mail_code: bool = True
    phone: str = ""  # required, optional, taken
    exists: bool = False
    unusual: bool = False
    puzzle: bool = False
    offers_business: bool = False
    in_flow: bool = True  # the enrolment comes at once, else from the settings
    accordion: bool = True
    otpauth: bool = False
    qr_alone: bool = False  # the secret stands in a picture only
    almost_done: bool = True
    backup: bool = False  # insists on a telephone beside the app
    nudge: bool = False
    settings_code: bool = False  # a mail code in front of the settings
    claim: str = ""  # another address on the intent page
    code_boxes: bool = False
    ids: str = "classic"  # of the enrolment: classic, newer
    fixed_email: bool = False
    seen: list[str] = field(default_factory=list)


def page(title: str, body: str, *, head: str = "") -> str:
    return f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def form(action: str, inside: str, *, name: str = "", id_: str = "", app: str = "") -> str:
    hidden = f'<input type="hidden" name="appAction" value="{app}">' if app else ""
    return f'<form method="post" action="{action}" name="{name}" id="{id_}">{hidden}{inside}</form>'


def alert(text: str) -> str:
    return f'<div id="auth-error-message-box" class="a-alert a-alert-error"><h4>There was a problem</h4>{text}</div>'


def email(said: str = "") -> str:
    field_ = '<input type="email" id="ap_email" name="email"><input type="submit" id="continue" value="Continue">'
    return page(
        "Amazon Sign-In",
        (alert(said) if said else "")
        + form("/ap/signin", f"<h1>Sign in</h1>{field_}", name="signIn", app="SIGNIN_PWD_COLLECT")
        + '<a id="createAccountSubmit" href="/ap/register?from=signin">Create your Amazon account</a>',
    )


def password(address: str, said: str = "") -> str:
    return page(
        "Amazon Sign-In",
        (alert(said) if said else "")
        + form(
            "/ap/signin/pw",
            f'<h1>Sign in</h1><span id="auth-email-claim">{address}</span><input type="hidden" name="email" value="{address}">'
            '<input type="password" id="ap_password" name="password"><input type="submit" id="signInSubmit" value="Sign in">',
            name="signIn",
            app="SIGNIN_PWD_COLLECT",
        ),
    )


def otp(said: str = "") -> str:
    return page(
        "Two-Step Verification",
        (alert(said) if said else "")
        + form(
            "/ap/mfa",
            '<h1>Two-Step Verification</h1><p>Enter the code of your authenticator app.</p><input type="tel" id="auth-mfa-otpcode" '
            'name="otpCode"><input type="checkbox" id="auth-mfa-remember-device" name="rememberDevice" checked>'
            '<input type="submit" id="auth-signin-button" name="mfaSubmit" value="Sign in">',
            id_="auth-mfa-form",
            app="SIGNIN_MFA",
        ),
    )


def intent(plan: LoginPlan, address: str) -> str:
    shown = plan.claim or address
    return page(
        "",
        "<div id=\"intent-confirmation-container\"><h1>Looks like you're new to Amazon</h1><p>Let's create an account using your email</p>"
        f'<span class="claim-value">{shown}</span> <a class="change-claim" href="/ap/signin">Change</a>'
        + form(
            "/ap/register?unified=1",
            f'<input type="hidden" name="email" value="{shown}"><span id="intention-submit-button"><input type="submit" '
            'aria-labelledby="intention-submit-button-announce" value="Proceed to create an account"></span>',
            id_="intent-confirmation-form",
        )
        + "</div>",
    )


def register(plan: LoginPlan, address: str, said: str = "") -> str:
    email_ = (
        f'<input type="hidden" name="email" value="{address}"><span>{address}</span>'
        if plan.is_unified
        else '<label>Mobile number or email</label><input type="email" id="ap_email" name="email">'
    )
    heading = "Create a free business account" if plan.offers_business else "Create account"
    business = "<p>Buying for work? <a href='/-danger/business'>Create a free business account</a></p>"
    return page(
        "Create your Amazon account",
        (alert(said) if said else "")
        + form(
            "/ap/register/submit",
            f"<h1>{heading}</h1><label>Your name</label><input id=ap_customer_name name=customerName maxlength=50>{email_}"
            "<label>Password (at least 6 characters)</label><input type=password id=ap_password name=password>"
            "<input type=password id=ap_password_check name=passwordCheck>"
            '<span id="continue"><input type="submit" aria-labelledby="auth-continue-announce" value="Continue"></span>'
            f'<div id="legalTextRow">By creating an account, you agree to the Conditions of Use.</div>{business}',
            name="register",
            id_="ap_register_form",
            app="REGISTER",
        ),
    )


def code(contact: str, said: str = "", *, boxes: bool = False) -> str:
    where = "Verify email address" if contact == "email" else "Verify mobile number"
    field_ = (
        "".join(f'<input type="tel" id="otc-{n}" name="c{n}" maxlength="1">' for n in range(1, 7))
        if boxes
        else '<input id="cvf-input-code" name="code" class="cvf-widget-input cvf-widget-input-code">'
    )
    wrong = f'<div class="a-box cvf-widget-alert cvf-widget-alert-id-cvf-invalid-code"><div class="cvf-widget-alert-message">{said}</div></div>'
    return page(
        "Authentication required",
        f"<h1>{where}</h1><p>We've sent a code</p>{wrong if said else ''}"
        + form(
            "/ap/cvf/verify",
            f'<input type="hidden" name="verificationPageContactType" value="{contact}"><input type=hidden name=action value=code>{field_}'
            '<span id="cvf-submit-otp-button"><input type="submit" class="a-button-input" aria-label="Verify OTP Button" value="Verify"></span>',
            id_="verification-code-form",
        )
        + '<a id="cvf-resend-link" href="/ap/cvf/resend">Resend code</a>',
    )


def phone(plan: LoginPlan, said: str = "") -> str:
    skip = '<a id="ap-account-fixup-phone-skip-link" href="/ap/skip">Not now</a>' if plan.phone == "optional" else ""
    return page(
        "Authentication required",
        f"<h1>Add mobile number</h1><p>To improve the security of your account</p>{alert(said) if said else ''}"
        + form(
            "/ap/cvf/phone",
            '<select id="cvf_phone_cc_native" name="cvf_phone_cc"><option value="FR">France +33</option>'
            '<option value="US" selected>United States +1</option></select><input type="tel" id="cvfPhoneNumber" name="cvf_phone_num">'
            '<input type="submit" name="cvf_action" value="collect" class="cvf-widget-btn-collect">',
        )
        + skip,
    )


def puzzle() -> str:
    frame = '<iframe id="cvf-aamation-challenge-iframe" src="about:blank" width=300 height=300></iframe>'
    return page("Authentication required", f"<h1>Solve this puzzle to protect your account</h1>{frame}")


def nudge() -> str:
    return page(
        "Passkey setup",
        "<h1>Set up a passkey</h1>"
        + form("/-danger/passkey", '<input type="submit" value="Set up a passkey">')
        + form(
            "/ap/nudge/skip", '<input type="submit" id="passkey-nudge-skip-button" value="No, keep using password">'
        ),
    )


def home() -> str:
    return page("Amazon", f'<h1>Home</h1>{HOME}<a href="/gp/help">Help</a></div>')


def enroll(plan: LoginPlan, secret: str, said: str = "") -> str:
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    submit_id = "ch-auth-app-submit" if plan.ids == "classic" else "ch-auth-app-submit-button"
    wrong = f'<span id="ch-auth-app-form-error">{said}</span>' if said else ""
    shown = (
        f'<a href="otpauth://totp/Amazon:x?secret={secret}&issuer=Amazon">Open in your app</a>'
        if plan.otpauth
        else f'<a id="sia-auth-app-cant-scan-link" href="#">Can\'t scan the barcode?</a><div hidden><span id="sia-auth-app-formatted-secret">{groups}</span></div>'
    )
    if plan.qr_alone:
        code = segno.make(f"otpauth://totp/Amazon:x?secret={secret}&issuer=Amazon", error="m")
        shown = f'<p>Scan this with your app</p><img alt="" src="{code.png_data_uri(scale=3)}">'
    part = shown + form(
        "/a/settings/approval/appbackup",
        f'<input id="ch-auth-app-code-input" name="verificationCode" maxlength="6"><input type="submit" id="{submit_id}" '
        f'value="Verify OTP and continue">{wrong}',
        id_="sia-add-auth-app-form",
    )
    by_phone = form(
        "/-danger/phone",
        '<input type="tel" name="cvf_phone_num"><input type="submit" name="cvf_action" value="Send code">',
    )
    if not plan.accordion:
        return page("Enroll", f"<h1>Enroll a 2SV authenticator</h1>{part}")
    opens = "document.getElementById('app').hidden=false;document.getElementById('ph').hidden=true;this.setAttribute('aria-expanded','true');return false"
    return page(
        "Enroll",
        '<h1>Enroll a 2SV authenticator</h1><div id="sia-select-otp-device-accordion">'
        f'<div id="ph"><div id="mfa-cvf-embedded-content">{by_phone}</div></div>'
        f'<a id="sia-otp-accordion-totp-header" class="a-accordion-row" aria-expanded="{"true" if said else "false"}" href="#" onclick="{opens}">Authenticator App Generate codes</a>'
        f'<div id="app" {"" if said else "hidden"}>{part}</div></div>',
    )


def almost_done() -> str:
    return page(
        "Almost done",
        "<h1>Almost done...</h1>"
        + form(
            "/a/settings/approval/setup/enable",
            '<label><input type="checkbox" name="trustThisDevice" value="1" checked>Don\'t require OTP on this browser</label>'
            '<input type="submit" id="enable-mfa-form-submit" value="Got it. Turn on Two-Step Verification">',
            id_="enable-mfa-form",
        ),
    )


def settings_off() -> str:
    return page(
        "2SV",
        '<h1>Two-Step Verification (2SV) Settings</h1><p>Two-Step Verification is off</p><a id="sia-settings-enable-mfa" href="/a/settings/approval/setup/register">Get Started</a>',
    )


def settings_on(apps: list[tuple[str, str]]) -> str:
    rows = "".join(
        f'<tr><td>Authenticator App</td><td>{name}</td><td><a class="ch-delete-auth-app-link" id="ch-delete-auth-app-link" '
        f'href="/a/settings/approval/delete?app={key}">Delete</a></td></tr>'
        for key, name in apps
    )
    return page(
        "2SV",
        "<h1>Two-Step Verification (2SV) Settings</h1><p>Two-Step Verification is on</p>"
        + form("/-danger/disable", '<input type="submit" id="disable-button" value="Disable">')
        + f'<table>{rows}</table><a id="ch-settings-totp-primary-add-link" href="/a/settings/approval/setup/register?add=1">Add new app</a>',
    )


def confirm_delete(key: str) -> str:
    return page(
        "2SV",
        "<h1>Remove this app?</h1>"
        + form(
            "/a/settings/approval/delete/confirm",
            f'<input type=hidden name=app value="{key}"><input type="submit" id="confirm-removeAuthApp-submit" value="Remove app">',
            id_="chimera-remove-auth-app-popover",
        ),
    )


def invitation() -> str:
    return page(
        "Invitation",
        "<h1>Accept Invitation</h1><p>You have been invited to become a user of Northwind. You must accept the invitation.</p>"
        + form("/invitation/accept", '<input type="submit" value="Accept Invitation">'),
        head='<meta name="anti-csrftoken-a2z" content="x">',
    )


def accepted() -> str:
    return page(
        "Invitation",
        f"<h1>Thank you</h1>{HOME}<p>You have accepted the invitation. The account administrator can now give you permissions.</p></div>",
    )
