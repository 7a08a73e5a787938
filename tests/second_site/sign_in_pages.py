"""The pages that take an address, a password or a one-time code, as the facts record them."""

from dataclasses import replace

from tests.second_site.markup import (
    Look,
    Visit,
    always_hidden,
    danger,
    hidden_div,
    page,
    server_alert,
    state_fields,
    tag,
)
from tests.second_site.words import CONTINUE, EMAIL, PASSWORD, PROBLEM, SIGN_IN, TITLES, TWO_STEP, said

WIPE = (
    "<script>{const f=document.getElementById('ap_password');let n=0;f.form.addEventListener('submit',e=>{if(!n++||!f.value){"
    "e.preventDefault();f.value='';const a=document.getElementById('auth-password-missing-alert');document.body.append(a);"
    "a.hidden=false;a.className='a-box a-alert-inline a-alert-inline-error';a.style.cssText='display:block;visibility:visible'}})}</script>"
)


def email_classic(visit: Visit) -> str:
    look = visit.look
    field = tag(
        look,
        "input",
        part="e",
        id="ap_email",
        name="email",
        type="email",
        maxlength="128",
        autocomplete="username",
        cls="a-input-text",
    )
    form = tag(
        look,
        "form",
        name="signIn",
        method="post",
        novalidate=True,
        action="/ap/signin",
        cls="auth-validate-form auth-real-time-validation",
    )
    return _sign_in_page(
        look,
        f"{_stray_form(look)}{_problem(visit)}{form}{state_fields('SIGNIN_PWD_COLLECT', 'SignInClaimCollect')}"
        f'<h1 class="a-spacing-small">{said(SIGN_IN, look.lang)}</h1><label for="ap_email">{said(EMAIL, look.lang)}</label>{field}'
        '<input type="password" id="ap-credential-autofill-hint" name="password" class="a-input-text hide" tabindex="-1">'
        f'<span id="continue" class="a-button a-button-primary"><span class="a-button-inner"><input id="continue" type="submit" '
        f'class="a-button-input" aria-labelledby="continue-announce"><span id="continue-announce" class="a-button-text">'
        f"{said(CONTINUE, look.lang)}</span></span></span></form>"
        f'<a id="createAccountSubmit" href="/ap/register" {danger("create")}>Create your Amazon account</a>',
    )


def email_unified(visit: Visit) -> str:
    look = visit.look
    form = tag(
        look,
        "form",
        id="ap_login_form",
        name="signIn",
        method="post",
        action="/ax/claim?policy_handle=x&arb=0",
        cls="auth-validate-form",
    )
    hidden = "".join(
        hidden_div(look, ident, text, cls="a-box a-alert-inline a-alert-inline-error")
        for ident, text in [
            ("empty-claim-alert", "Enter your mobile number or email"),
            ("invalid-email-alert", "Wrong or invalid email address"),
            ("invalid-phone-alert", "Wrong or invalid mobile number"),
            ("error-alert", "Something's not right. Try again."),
        ]
    )
    field = tag(
        look,
        "input",
        part="u",
        id="ap_email_login",
        name="email",
        type="text",
        maxlength="128",
        autocomplete="username webauthn",
    )
    return page(
        look,
        f"{always_hidden(look)}{form}{state_fields('SIGNIN_CLAIM_COLLECT', 'FullPageUnifiedClaimCollect')}"
        '<input type="hidden" name="claimCollectionWorkflow" value="unified"><input type="hidden" name="anti-csrftoken-a2z" value="t">'
        f'<h1 class="a-size-medium">Sign in or create account</h1><select id="claim-input-dropdown-select-element" style="display:none">'
        f'<option>US +1</option></select>{field}{hidden}<input type="password" id="auth-credential-autofill-hint" name="password" '
        'class="aok-hidden"><span id="continue" class="a-button a-button-primary"><span class="a-button-inner"><input '
        'class="a-button-input" type="submit" aria-labelledby="continue-announce"><span id="continue-announce" class="a-button-text" '
        f'aria-hidden="true">{said(CONTINUE, look.lang)}</span></span></span><div id="claim-submit-spinner" class="aok-hidden"></div></form>',
    )


def combined(visit: Visit) -> str:
    look = visit.look
    return _sign_in_page(
        look,
        f"{_problem(visit)}{_password_form(look)}<h1>{said(SIGN_IN, look.lang)}</h1><label for=ap_email>{said(EMAIL, look.lang)}</label>"
        f'<input type="email" name="email" id="ap_email" value="">{_password_field(look)}{_remember_me()}{_submit(look)}</form>',
    )


def prefilled(visit: Visit) -> str:
    """Both fields, the address filled in by the site and not to be changed."""
    look = visit.look
    return _sign_in_page(
        look,
        f'{_problem(visit)}{_password_form(look)}<input type="email" name="email" id="ap_email" value="{visit.email}" readonly>'
        f"{_password_field(look)}{_submit(look)}</form>",
    )


def password(visit: Visit) -> str:
    """The page of 2025: a passkey button called `continue`, no check box."""
    look = visit.look
    passkey = (
        '<div id="auth-signin-via-passkey-section" class="aok-hidden"><form name="signInWithPasskeyButton" method="post" action="/-danger/passkey">'
        f'<button id="continue" type="submit" {danger("passkey")}>Sign in with a passkey</button></form></div>'
    )
    if look.draw("passkey").random() < 0.3:
        passkey = passkey.replace(' class="aok-hidden"', "")
    return _sign_in_page(look, _problem(visit) + _password_body(visit) + passkey)


def password_checkbox(visit: Visit) -> str:
    look = visit.look
    return _sign_in_page(look, _problem(visit) + _password_body(visit, more=_remember_me()))


def password_renamed(visit: Visit) -> str:
    """The field has another id; everything else says what it is."""
    return password(visit).replace('id="ap_password"', 'id="ap_secret"')


def password_kept(visit: Visit) -> str:
    """The page's script never sends the form."""
    visit.look = replace(visit.look, bounces=True)
    return password(visit).replace("if(!n++||!f.value)", "")


def password_again(visit: Visit) -> str:
    note = server_alert(
        "Please enter your password to continue", "Important Message!", ident="auth-warning-message-box", kind="warning"
    )
    return _sign_in_page(visit.look, note + _problem(visit) + _password_body(visit))


def password_captcha(visit: Visit) -> str:
    """The sign-in page that also shows a picture and wants the password once more."""
    picture = (
        '<div id="auth-captcha-image-container"><img id="auth-captcha-image" src="/captcha.jpg" alt="captcha" width="200" height="70">'
        '</div><label>Type the characters you see</label><input id="auth-captcha-guess" name="guess" type="text">'
    )
    alert = server_alert("To better protect your account, please re-enter your password and then enter the characters as they are shown.", "Important Message!", ident="auth-warning-message-box", kind="warning")  # fmt: skip
    return _sign_in_page(visit.look, alert + _password_body(visit, more=picture))


def framed(visit: Visit) -> str:
    """The whole sign-in inside a frame of the same host."""
    return page(
        visit.look,
        '<iframe src="/ap/signin?framed=1" width="500" height="600" title="sign in"></iframe>',
        title="Seller Central",
    )


def otp(visit: Visit) -> str:
    look = visit.look
    return _otp_page(
        visit,
        f'<input id="auth-mfa-otpcode" name="otpCode" type="tel" maxlength="20" autocomplete="off">{_otp_submit(look)}',
    )


def otp_wrapped(visit: Visit) -> str:
    """The variant whose button is an input without id inside `span#auth-signin-button`."""
    return _otp_page(
        visit,
        '<input id="auth-mfa-otpcode" name="otpCode" type="tel" autocomplete="one-time-code"><span id="auth-signin-button" class="a-button">'
        '<span class="a-button-inner"><input type="submit" class="a-button-input" name="mfaSubmit"></span></span>',
    )


def otp_boxes(visit: Visit) -> str:
    boxes = "".join(
        f'<input id="otc-{n}" type="tel" maxlength="1" class="otc" aria-label="digit {n}">' for n in range(1, 7)
    )
    script = (
        "const b=[...document.querySelectorAll('.otc')];b.forEach((x,i)=>x.addEventListener('input',()=>{"
        "if(x.value.length>1)x.value=x.value.slice(0,1);document.getElementById('otpCode').value=b.map(y=>y.value).join('');"
        "if(x.value&&b[i+1])b[i+1].focus()}))"
    )
    return _otp_page(
        visit, f'{boxes}<input type="hidden" id="otpCode" name="otpCode">{_otp_submit(visit.look)}', script=script
    )


def otp_boxes_by_key(visit: Visit) -> str:
    """Boxes whose script listens to keys alone."""
    return otp_boxes(visit).replace("addEventListener('input'", "addEventListener('keyup'")


def otp_sends_itself(visit: Visit) -> str:
    """A field whose form is sent by script as soon as it holds six digits."""
    script = "const f=document.getElementById('auth-mfa-otpcode');f.addEventListener('input',()=>{if(f.value.length===6)f.form.submit()})"
    return _otp_page(
        visit, f'<input id="auth-mfa-otpcode" name="otpCode" type="tel">{_otp_submit(visit.look)}', script=script
    )


def otp_sms(visit: Visit) -> str:
    """The code went to a telephone.

    The way to the authenticator leads over the device picker.
    """
    return _otp_page(
        visit,
        f'<input id="auth-mfa-otpcode" name="otpCode" type="tel">{_otp_submit(visit.look)}',
        said_to="Enter the One Time Password (OTP) sent to the phone number ending in 42.",
        device="opaque-sms",
    )


def picker(visit: Visit) -> str:
    return _picker(visit, ["SMS", "VOICE", "TOTP"])


def picker_sms_only(visit: Visit) -> str:
    return _picker(visit, ["SMS", "VOICE"])


def otp_quota(visit: Visit) -> str:
    alert = server_alert(
        "You've requested too many OTPs today. You can request a new OTP in 24 hours.", "There was a problem"
    )
    return page(visit.look, always_hidden(visit.look) + alert, title=said(TWO_STEP, visit.look.lang))


def otp_expired(visit: Visit) -> str:
    alert = server_alert("Your One Time Password (OTP) has expired. Please request another from 'Didn't receive the One Time Password?'", "There was a problem")  # fmt: skip
    return _otp_page(visit, f'{alert}<input id="auth-mfa-otpcode" name="otpCode" type="tel">{_otp_submit(visit.look)}', said_to="OTP sent to phone number ending in 42.")  # fmt: skip


def _picker(visit: Visit, kinds: list[str]) -> str:
    words = {
        "SMS": "Text me at my number ending in 42",
        "VOICE": "Call me at my number ending in 42",
        "TOTP": "Use your authenticator app",
    }
    rows = "".join(
        f'<div data-a-input-name="otpDeviceContext" class="a-radio auth-{kind}"><label><input type="radio" name="otpDeviceContext" '
        f'value="opaque{n}, {kind}"{" checked" if n == 0 else ""}><i class="a-icon a-icon-radio"></i><span class="a-radio-label">{words[kind]}'
        "</span></label></div>"
        for n, kind in enumerate(kinds)
    )
    return page(
        visit.look,
        f'{always_hidden(visit.look)}<form id="auth-select-device-form" method="post" action="/ap/mfa/new-otp">{state_fields("MFA_NEW_OTP")}'
        f'<h1>{said(TWO_STEP, visit.look.lang)}</h1>{rows}<span class="a-button"><input id="auth-send-code" type="submit" value="Send OTP">'
        "</span></form>",
        title=said(TWO_STEP, visit.look.lang),
    )


def _otp_page(visit: Visit, fields: str, *, said_to: str = "", device: str = "", script: str = "") -> str:
    look = visit.look
    text = said_to or {
        "en": "For added security, please enter the One Time Password (OTP) from your Authenticator App"
    }.get(look.lang, "")
    form = tag(
        look, "form", part="otp", id="auth-mfa-form", method="post", action="/ap/signin", cls="auth-validate-form"
    )
    ticked = " checked" if look.draw("ticked").random() < 0.5 else ""
    remember = (
        f'<label for="auth-mfa-remember-device"><input type="checkbox"{ticked} id="auth-mfa-remember-device" name="rememberDevice" value="">'
        "<span>Don't require OTP on this browser</span></label>"
    )
    return page(
        look,
        f"{always_hidden(look)}{_problem(visit)}{form}{state_fields('SIGNIN_MFA')}"
        f"{f'<input type=hidden name=deviceId value={device}>' if device else ''}<h1>{said(TWO_STEP, look.lang)}</h1><p>{text}</p>{fields}"
        f'{remember if look.draw("remember").random() < 0.7 else ""}</form><a id="auth-get-new-otp-link" href="/ap/mfa/new-otp?arb=0">'
        f"Didn't receive the OTP?</a>{f'<script>{script}</script>' if script else ''}",
        title=said(TWO_STEP, look.lang),
        late=not script,
    )


def _otp_submit(look: Look) -> str:
    return tag(
        look,
        "input",
        part="m",
        type="submit",
        id="auth-signin-button",
        name="mfaSubmit",
        value=said(SIGN_IN, look.lang),
    )


def _password_body(visit: Visit, *, more: str = "") -> str:
    look = visit.look
    return (
        f'{_password_form(look)}<input type="hidden" name="email" value="{visit.email}" id="ap_email">'
        f'<input type="email" id="ap-credential-autofill-hint" name="email" value="{visit.email}" class="hide">'
        f"<h1>{said(SIGN_IN, look.lang)}</h1><span id=auth-email-claim>{visit.email}</span> "
        f'<a id="ap_change_login_claim" href="/ap/signin?failedSignInCount=0">Change</a>{_password_field(look)}{more}{_submit(look)}</form>'
        f'<a id="auth-fpp-link-bottom" href="/ap/forgotpassword?signInRedirectToFPPThreshold=5" {danger("forgot")}>Forgot your password?</a>'
    )


def _password_form(look: Look) -> str:
    form = tag(
        look,
        "form",
        part="p",
        name="signIn",
        method="post",
        novalidate=True,
        action="/ap/signin",
        cls="auth-validate-form",
    )
    return form + state_fields("SIGNIN_PWD_COLLECT", "SignInPwdCollect" if look.draw("sub").random() < 0.5 else "")


def _password_field(look: Look) -> str:
    field = tag(
        look,
        "input",
        part="pw",
        type="password",
        id="ap_password",
        name="password",
        autocomplete="current-password",
        maxlength="1024",
    )
    return f"<label for=ap_password>{said(PASSWORD, look.lang)}</label>{field}{WIPE if look.bounces else ''}"


def _submit(look: Look) -> str:
    return (
        '<span id="auth-signin-button" class="a-button a-button-primary"><span class="a-button-inner"><input id="signInSubmit" '
        f'class="a-button-input" type="submit" aria-labelledby="auth-signin-button-announce"><span id="auth-signin-button-announce" '
        f'class="a-button-text">{said(SIGN_IN, look.lang)}</span></span></span>'
    )


def _remember_me() -> str:
    return '<label><input type="checkbox" name="rememberMe" value="true"> Keep me signed in</label>'


def _problem(visit: Visit) -> str:
    if visit.error and visit.is_late:
        shown = server_alert(visit.error, said(PROBLEM, visit.look.lang)).replace("`", "")
        return f"<div id=late></div><script>setTimeout(()=>{{document.getElementById('late').innerHTML=`{shown}`}},1500)</script>"
    if visit.error and visit.is_unboxed:
        return f'<div class="message-strip"><b>{visit.error}</b></div>'
    return server_alert(visit.error, said(PROBLEM, visit.look.lang))


def _stray_form(look: Look) -> str:
    """A form that has nothing to do with the sign-in, as some variants carry one."""
    if look.draw("stray").random() < 0.5:
        return ""
    return '<form name="signIn" class="aok-hidden" action="/ap/other" method="post"><input name="email" type="hidden"><input type="submit"></form>'


def _sign_in_page(look: Look, body: str) -> str:
    return page(look, always_hidden(look) + body, title=said(TITLES, look.lang))
