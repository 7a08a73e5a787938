"""The second site's script: each page's address, and what it makes of a form."""

from collections.abc import Callable
from dataclasses import dataclass

import pyotp

from tests.second_site import other_pages as other
from tests.second_site import sign_in_pages as sign_in
from tests.second_site.markup import Visit
from tests.second_site.words import (
    GENERIC_CREDENTIALS,
    INVALID_PASSWORD,
    UNKNOWN_EMAIL,
    UNLISTED_ALERT,
    WRONG_CODE,
    WRONG_PASSWORD,
    said,
)

Form = dict[str, str]
OPENID = "openid.mode=checkid_setup&openid.pape.max_auth_age=900&openid.return_to=https%3A%2F%2F{host}%2Fhome&pageId=sc_amazon_v3_unified"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who may sign in, and what the site thinks of it."""

    email: str = "owner@users.example"
    password: str = "Right-Horse & 100%"
    secret: str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    refuses: str = ""
    """`password`, `generic`, `unlisted`, `invalid`, `unboxed`, `email` or `code`, or these after `late`: what the site says instead of believing."""
    shown: str = ""
    """Another address than the person's, which the site fills in."""

    def seed(self) -> "Person":
        return self


@dataclass(frozen=True, kw_only=True)
class Step:
    """One page: where it lives, how it looks, and what its form does (`next`, `stay`, or names of steps in its place)."""

    page: Callable[[Visit], str]
    path: str = "/ap/signin"
    query: str = OPENID
    submit: Callable[[Visit, Form, Person], str] = lambda visit, form, person: "next"
    status: int = 200


def take_email(visit: Visit, form: Form, person: Person) -> str:
    visit.claimed = form.get("email", "")
    if person.refuses == "email" or visit.claimed.strip().lower() != person.email:
        visit.error = said(UNKNOWN_EMAIL, visit.look.lang)
        return "stay"
    return "next"


def take_password(visit: Visit, form: Form, person: Person) -> str:
    visit.passwords.append(form.get("password", ""))
    refusals = {
        "password": WRONG_PASSWORD,
        "generic": GENERIC_CREDENTIALS,
        "unlisted": UNLISTED_ALERT,
        "invalid": INVALID_PASSWORD,
    }
    refusals |= {"unboxed": WRONG_PASSWORD, "late": WRONG_PASSWORD, "late-unlisted": UNLISTED_ALERT}
    visit.is_unboxed = person.refuses == "unboxed"
    visit.is_late = person.refuses.startswith("late")
    if person.refuses in refusals or form.get("password") != person.password:
        visit.error = said(refusals.get(person.refuses, WRONG_PASSWORD), visit.look.lang)
        return "stay"
    return "next"


def take_both(visit: Visit, form: Form, person: Person) -> str:
    return take_password(visit, form, person) if take_email(visit, form, person) == "next" else "stay"


def take_code(visit: Visit, form: Form, person: Person) -> str:
    code = form.get("otpCode", "")
    fresh = code not in visit.codes
    visit.codes.append(code)
    if "rememberDevice" in form:
        visit.dangers.append("remember-device")
    visit.is_late = person.refuses == "late-code"
    if (
        person.refuses in ("code", "late-code")
        or not fresh
        or not pyotp.TOTP(person.secret).verify(code, valid_window=1)
    ):
        visit.error = said(WRONG_CODE, visit.look.lang)
        return "stay"
    return "next"


def take_device(visit: Visit, form: Form, person: Person) -> str:
    if not form.get("otpDeviceContext", "").endswith("TOTP"):
        visit.dangers.append("asked-for-sms")
        return "otp_sms"
    return "otp"


def pressed(what: str) -> Callable[[Visit, Form, Person], str]:
    def record(visit: Visit, form: Form, person: Person) -> str:
        visit.dangers.append(what)
        return "stay"

    return record


def take_tile(visit: Visit, form: Form, person: Person) -> str:
    return "next"


STEPS: dict[str, Step] = {
    "email_classic": Step(page=sign_in.email_classic, submit=take_email),
    "email_unified": Step(
        page=sign_in.email_unified, submit=take_email, path="/ax/claim", query="policy_handle=Retail&arb=0"
    ),
    "combined": Step(page=sign_in.combined, submit=take_both),
    "prefilled": Step(page=sign_in.prefilled, submit=take_both),
    "password": Step(page=sign_in.password, submit=take_password),
    "password_checkbox": Step(page=sign_in.password_checkbox, submit=take_password),
    "password_renamed": Step(page=sign_in.password_renamed, submit=take_password),
    "password_kept": Step(page=sign_in.password_kept, submit=take_password),
    "password_again": Step(page=sign_in.password_again, submit=take_password),
    "password_captcha": Step(page=sign_in.password_captcha, submit=pressed("captcha")),
    "framed": Step(page=sign_in.framed, path="/signin/portal", query="", submit=take_both),
    "otp": Step(page=sign_in.otp, submit=take_code),
    "otp_wrapped": Step(page=sign_in.otp_wrapped, submit=take_code, path="/ap/mfa", query="arb=0"),
    "otp_boxes": Step(page=sign_in.otp_boxes, submit=take_code),
    "otp_boxes_by_key": Step(page=sign_in.otp_boxes_by_key, submit=take_code),
    "otp_sends_itself": Step(page=sign_in.otp_sends_itself, submit=take_code),
    "otp_sms": Step(page=sign_in.otp_sms, submit=pressed("typed-into-sms-page")),
    "otp_expired": Step(page=sign_in.otp_expired, submit=pressed("typed-into-sms-page")),
    "picker": Step(page=sign_in.picker, submit=take_device, path="/ap/mfa/new-otp", query="arb=0"),
    "picker_sms_only": Step(page=sign_in.picker_sms_only, submit=take_device, path="/ap/mfa/new-otp", query="arb=0"),
    "otp_quota": Step(page=sign_in.otp_quota, path="/ap/mfa/new-otp", query="arb=0"),
    "continue_wall": Step(page=other.continue_wall, path="/gp/wall", query=""),
    "waf": Step(page=other.waf, status=202),
    "waf_for_ever": Step(page=other.waf_for_ever, status=202),
    "shell": Step(page=other.shell, path="/home", query="", submit=lambda visit, form, person: "next"),
    "waf_stuck": Step(page=other.waf_stuck, status=202),
    "passkey_nudge": Step(page=other.passkey_nudge, path="/ax/claim/webauthn/nudge", query="passkeyNudgeArb=0"),
    "phone_fixup": Step(page=other.phone_fixup, path="/ap/accountFixup", query="x=1"),
    "tiles": Step(page=other.tiles, query="switch_account=picker&openid.pape.max_auth_age=300", submit=take_tile),
    "captcha_cvf": Step(page=other.captcha_cvf, path="/ap/cvf/request", query="arb=0", submit=pressed("captcha")),
    "robot_check": Step(page=other.robot_check, path="/errors/robot", query="", submit=pressed("captcha")),
    "puzzle": Step(page=other.puzzle, path="/ap/cvf/request", query="arb=0", submit=pressed("captcha")),
    "puzzle_aaut": Step(page=other.puzzle_aaut, path="/ax/aaut/verify/ap/challenge", query="arb=0"),
    "claimspicker": Step(
        page=other.claimspicker, path="/ap/cvf/request", query="arb=0", submit=pressed("asked-for-code")
    ),
    "cvf_code": Step(page=other.cvf_code, path="/ap/cvf/approval", query="arb=0", submit=pressed("typed-into-cvf")),
    "cvf_code_old": Step(
        page=other.cvf_code_old, path="/ap/cvf/verify", query="arb=0", submit=pressed("typed-into-cvf")
    ),
    "approval": Step(page=other.approval, path="/ap/cvf/approval", query="arb=0", submit=pressed("resend")),
    "dcq": Step(page=other.dcq, path="/ap/dcq", query="", submit=pressed("answered-dcq")),
    "password_reset": Step(
        page=other.password_reset, path="/ap/forgotpassword/reverification", query="", submit=pressed("forgot")
    ),
    "locked": Step(page=other.locked),
    "intent": Step(page=other.intent, path="/ax/claim/intent", query="arb=0", submit=pressed("create")),
    "error_page": Step(page=other.error_page),
    "dogs_500": Step(page=other.dogs, path="/home", query="", status=500),
    "dogs_503": Step(page=other.dogs, path="/home", query="", status=503),
    "throttled": Step(page=other.throttled, path="/home", query="", status=429),
    "unknown": Step(page=other.unknown, path="/ap/improve", query=""),
    "blank": Step(page=other.blank, path="/home", query=""),
    "landing": Step(page=other.landing, path="/sell", query=""),
    "retail_hello": Step(page=other.retail_hello, path="/", query=""),
    "no_account": Step(page=other.no_account, path="/authorization/failed", query=""),
    "failed_global": Step(page=other.failed_global, path="/authorization/failed-global/", query="returnTo=%2Fhome"),
    "home": Step(page=other.home, path="/home", query=""),
}
