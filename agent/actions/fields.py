"""The fields of an account as people and programs give them, checked before anything is stored.

No error repeats a value: a cell in the wrong column may be a password. Whoever shows the error knows the place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from agent.domain.account import ApiAuthorization, NewAccount
from agent.domain.totp_seed import SeedError, parse_seed
from agent.errors import UsageError
from agent.store.vault.sign_in_secrets import SignInSecrets
from flows.marketplaces import MARKETPLACES, marketplace

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_MERCHANT = re.compile(r"A[A-Z0-9]{8,20}")  # as in an invitation's link
SECRETS = ("password", "totp_secret")
FIELDS = (
    "id",
    "user_email",
    "marketplace",
    "merchant_id",
    "merchant_name",
    "global_account_id",
    "audit_as",
    "api_authorization",
)
_NEEDED = ("id", "user_email", "marketplace")


class FieldError(UsageError):
    """A field is missing, unknown or malformed.

    `field` is its name, `expected` what it should have been.
    """

    code = "invalid_field"

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"{field}: {expected}")
        self.field = field
        self.expected = expected


def parse_account(fields: Mapping[str, Any]) -> NewAccount:
    """Check what was given for an account.

    Raises:
        FieldError: a field is missing, unknown or malformed.
    """
    if not set(fields) <= set(FIELDS):
        raise FieldError("field", f"expected no other names than {', '.join((*FIELDS, *SECRETS))}")
    given = {name: str(value).strip() for name, value in fields.items() if value not in (None, "")}
    for name in _NEEDED:
        if not given.get(name):
            raise FieldError(name, "is missing")
    _expect(
        "id", _ID.fullmatch(given["id"]), "expected letters, digits, dots, dashes; 64 at most, a letter or digit first"
    )
    api = given.get("api_authorization", "pending")
    _expect("api_authorization", api in set(ApiAuthorization), "expected complete or pending")
    return NewAccount(
        id=given["id"],
        user_email=parse_email(given["user_email"]),
        marketplace=parse_marketplace(given["marketplace"]),
        merchant_id=parse_merchant_id(given.get("merchant_id")),
        merchant_name=given.get("merchant_name"),
        global_account_id=parse_merchant_id(given.get("global_account_id"), field="global_account_id"),
        audit_as=given.get("audit_as"),
        api_authorization=ApiAuthorization(api),
    )


def parse_email(address: str) -> str:
    """Check a user email.

    Raises:
        FieldError: it is not an address.
    """
    _expect("user_email", _EMAIL.fullmatch(address), "is not an address such as a1@users.example")
    return address


def parse_merchant_id(text: str | None, *, field: str = "merchant_id") -> str | None:
    """Check a merchant token or a global account id; None stays None.

    Raises:
        FieldError: it is not one.
    """
    _expect(field, text is None or _MERCHANT.fullmatch(text), "expected A and 8 to 20 capitals or digits")
    return text


def parse_marketplace(code: str) -> str:
    """The canonical code of a marketplace.

    Raises:
        FieldError: Amazon has none of that code.
    """
    try:
        return marketplace(code).code
    except KeyError as err:
        raise FieldError("marketplace", f"is unknown; expected one of {', '.join(MARKETPLACES)}") from err


def parse_secrets(given: Mapping[str, Any]) -> SignInSecrets:
    """Check a password and a seed (Base32 or otpauth://).

    Raises:
        FieldError: a value is empty or no text, or the seed is not one.
    """
    password, seed = given.get("password"), given.get("totp_secret")
    if not isinstance(password, str) or not password:
        raise FieldError("password", "is empty or not text")
    if not isinstance(seed, str):
        raise FieldError("totp_secret", "is not text; expected Base32 or an otpauth:// address")
    try:
        parse_seed(seed)
    except SeedError as err:
        raise FieldError("totp_secret", str(err)) from err
    return SignInSecrets(password=SecretStr(password), totp_secret=SecretStr(seed))


def _expect(field: str, truth: object, expected: str) -> None:
    if not truth:
        raise FieldError(field, expected)
