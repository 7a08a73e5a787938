"""A plain Seller Central sign-in.

E-mail, password, authenticator code, each a page of its own.
"""

from __future__ import annotations

import time
from hashlib import sha1
from hmac import new as hmac
from html import escape

from aiohttp import web

from tests.second_site.seller_central.shell import document
from tests.second_site.seller_central.world import Session, World

SEED = bytes(range(20))
"""Everyone's authenticator seed; a person's own would say nothing more about invitations."""


def code_at(step: int) -> str:
    """RFC 6238 with SHA-1, six digits."""
    digest = hmac(SEED, step.to_bytes(8, "big"), sha1).digest()
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def sign_in_page(session: Session, return_to: str, problem: str = "") -> str:
    """The page that the sign-in stands at."""
    error = (
        f'<div id="auth-error-message-box" class="a-alert a-alert-error"><h4>There was a problem</h4>{problem}</div>'
        if problem
        else ""
    )
    if session.step == "code":
        title, fields = "Two-Step Verification", _code_fields()
    elif session.typed_email:
        title, fields = "Amazon Sign-In", _password_fields(session.typed_email)
    else:
        title, fields = "Amazon Sign-In", _email_fields()
    name = 'id="auth-mfa-form"' if session.step == "code" else 'name="signIn" class="auth-validate-form"'
    target = f'<input type="hidden" name="return_to" value="{escape(return_to, quote=True)}">'
    return document(
        title,
        f'<div id="a-page"><h1>{title}</h1>{error}<form {name} method="post" action="/ap/signin">{target}{fields}</form></div>',
    )


def answer(world: World, session: Session, form: dict[str, str]) -> str | None:
    """Take one posted form; the problem to show, or nothing."""
    person = world.people.get(session.typed_email)
    match form.get("appAction"):
        case "SIGNIN_PWD_COLLECT" if "password" not in form or not session.typed_email:
            session.typed_email = form.get("email", "")
        case "SIGNIN_PWD_COLLECT":
            if person is None or form["password"] != person.password:
                world.failed_sign_ins += 1
                return "Your password is incorrect"
            session.step = "code"
        case "SIGNIN_MFA":
            step = int(time.time()) // 30
            typed = form.get("otpCode", "")
            match = next((near for near in (step, step - 1, step + 1) if code_at(near) == typed), None)
            if match is None or match in world.spent:
                world.failed_sign_ins += 1
                return "The One Time Password (OTP) you entered is not valid. Please try again."
            world.spent.add(match)
            session.email, session.step = session.typed_email, ""
    return None


def redirect(session: Session, return_to: str) -> web.HTTPFound:
    """On to where the browser wanted to go once it is somebody, else back to the sign-in."""
    return web.HTTPFound(
        return_to if session.email and not session.step else f"/ap/signin?openid.return_to={return_to}"
    )


def _email_fields() -> str:
    return (
        '<input type="hidden" name="appAction" value="SIGNIN_PWD_COLLECT">'
        '<input type="hidden" name="subPageType" value="SignInClaimCollect">'
        '<label>Email or mobile phone number</label><input type="email" id="ap_email" name="email">'
        '<input type="password" id="ap-credential-autofill-hint" name="hint" class="hide" style="display:none">'
        '<span id="continue" class="a-button"><input id="continue" type="submit" class="a-button-input" value="Continue"></span>'
    )


def _password_fields(email: str) -> str:
    return (
        '<input type="hidden" name="appAction" value="SIGNIN_PWD_COLLECT"><input type="hidden" name="subPageType" value="SignInPwdCollect">'
        f'<span id="auth-email-claim">{escape(email)}</span><a id="ap_change_login_claim" href="/ap/signin?change=1">Change</a>'
        f'<input type="email" id="ap_email" name="email" value="{escape(email, quote=True)}" style="display:none">'
        '<input type="password" id="ap_password" name="password" autocomplete="current-password">'
        '<span id="auth-signin-button" class="a-button"><input id="signInSubmit" type="submit" value="Sign in"></span>'
    )


def _code_fields() -> str:
    return (
        '<input type="hidden" name="appAction" value="SIGNIN_MFA"><p>Enter the code from your authenticator app.</p>'
        '<input type="tel" id="auth-mfa-otpcode" name="otpCode" autocomplete="off">'
        '<label><input type="checkbox" id="auth-mfa-remember-device" name="rememberDevice" value="">'
        "Don't require OTP on this browser</label>"
        '<input id="auth-signin-button" name="mfaSubmit" type="submit" value="Sign in">'
    )
