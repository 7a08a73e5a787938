"""Which names say that their value is a secret.

Of fields, parameters, cookies, headers, attributes and keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_PARTS = (
    "pass(?:word|wd|code|phrase)", "kennwort", "pwd", "otp", "totp", "token", "csrf", "xsrf", "secret", "credential",
    "authori[sz]ation",
    "api_?key", "private_?key", "session(?!storage)", "signature", "assertion", "bearer", "workflow_?state", "prevrid",
    "ssoresponse",
    "client_?context", "device_?id", "device_?context", "webauthn", "mfa_?code", "seed", "verification_?code",
    "security_?code", "auth_?code", "nonce", "cookies?2?$",
)  # fmt: skip
_SECRET = re.compile("|".join(_PARTS), re.IGNORECASE)
_WHOLE = re.compile(
    r"code|otc-?\d*|cvf[-_]input[-_]code|metadata1|pin|pw|pass|sid|arb|auth|nonce|jwt|openid\.sig",
    re.IGNORECASE,
)
_CODE = re.compile(r"code", re.IGNORECASE)
# What is said of a secret: its label, the address to change it at, how long it may be.
_ABOUT = re.compile(
    r"(?:ur[il]|path|href|action|endpoint|link|location|src|label|text|title|message|msg|name|type|class|error|hint|placeholder|length|min|max|required|enabled|visible|"
    r"strength|policy|rule|pattern|regex|format|timeout|count|ttl|age|heading|header|description|expire[sd]?|expiry|status|state|selector)s?$",
    re.IGNORECASE,
)
_STATES = re.compile(r"workflow_?state$", re.IGNORECASE)
_CHOICE = re.compile(r"\b(?:TOTP|SMS|VOICE|WhatsApp)$", re.IGNORECASE)  # a device's id with the way it is told


def is_secret_name(name: str, *, also: Iterable[str] = ()) -> bool:
    """Tell whether a name says that its value is a secret.

    A field, parameter, header or key, whatever its value. `also` are names
    that a page's own password and code boxes have.
    """
    return bool(_SECRET.search(name) or _WHOLE.fullmatch(name) or name in also)


def is_secret_in_page(name: str, value: str, *, also: Iterable[str] = ()) -> bool:
    """Tell the same of a page, where words *about* a secret have such names, too.

    A value under `code` is often a country's or an error's: there it has to look like a code.
    """
    if name in also:
        return True
    if not is_secret_name(name) or (_ABOUT.search(name) and not _STATES.search(name)):
        return False
    if _CHOICE.search(value) and "device" in name.lower():
        return False
    return not _CODE.fullmatch(name) or any(char.isdigit() for char in value)


def is_secret_key(name: str, value: str, *, also: Iterable[str] = ()) -> bool:
    """Tell the same of a key of a JSON answer.

    Any secret's name counts, but a `code` has to look like one.
    """
    return is_secret_name(name, also=also) and (not _CODE.fullmatch(name) or is_secret_in_page(name, value, also=also))
