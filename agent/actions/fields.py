"""The fields of an account, checked before anything is stored.

No error repeats a value: a cell in the wrong column may be a password. The caller that shows the error adds the place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from pydantic import SecretStr

from agent.domain.account import ApiAuthorization, NewAccount
from agent.domain.email_address import EMAIL_ADDRESS
from agent.domain.login_order import NewOrder
from agent.domain.totp_seed import SeedError, parse_seed
from agent.errors import UsageError
from agent.store.vault.sign_in_secrets import SignInSecrets
from flows import GIVEN_ID, MARKETPLACES, marketplace

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MERCHANT = re.compile(GIVEN_ID)
SECRETS = ("password", "totp_secret")
FIELDS = (
    "id", "user_email", "marketplace", "merchant_id", "merchant_name", "global_account_id", "audit_as",
    "api_authorization", "answer_mail_codes", "also_marketplaces",
)  # fmt: skip
ORDER = ("create_login", "person_name", "agreed_by", "phone")
_NEEDED = ("id", "user_email", "marketplace")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_NAME = re.compile(r"\S(?:.{0,48}\S)?")  # the form takes 50 characters


class FieldError(UsageError):
    """A field is missing, unknown or malformed.

    `field` is its name, `expected` what it should have been.
    """

    code = "invalid_field"

    def __init__(self, field: str, expected: str) -> None:
        self.field = field
        self.expected = expected
        super().__init__(self.told_as(field))

    def told_as(self, name: str) -> str:
        """The error where the field has another name, or its value beside it."""
        return f"{name}{' ' if self.expected.startswith('is ') else ': '}{self.expected}"


OTHER_ACCOUNT = "expected another account, one that may open the permissions page"


def parse_account(fields: Mapping[str, Any]) -> NewAccount:
    """Check what was given for an account.

    Raises:
        FieldError: a field is missing, unknown or malformed; the first of several.
    """
    account, errors = check_account(fields)
    if account is None:
        raise errors[0]
    return account


def check_account(fields: Mapping[str, Any]) -> tuple[NewAccount | None, list[FieldError]]:
    """Check what was given for an account.

    The account, or everything that is wrong with it.
    """
    given = {name: str(value).strip() for name, value in fields.items() if value not in (None, "")}
    errors: list[FieldError] = []
    if not set(fields) <= set(FIELDS):
        errors.append(FieldError("field", f"expected no other names than {', '.join((*FIELDS, *ORDER, *SECRETS))}"))
    errors += [FieldError(name, "is missing") for name in _NEEDED if not given.get(name)]
    parsed: dict[str, Any] = {}
    for name, parse in _PARSERS.items():
        if name in given:
            try:
                parsed[name] = parse(given[name])
            except FieldError as err:
                errors.append(err)
    if not errors:
        try:
            require_one_region(parsed["marketplace"], parsed.get("also_marketplaces", ()))
        except FieldError as err:
            errors.append(err)
    if not errors and parsed.get("audit_as") == parsed["id"]:
        errors.append(FieldError("audit_as", OTHER_ACCOUNT))
    return (None, errors) if errors else (NewAccount(**parsed), [])


def check_order(fields: Mapping[str, Any]) -> tuple[NewOrder | None, list[FieldError]]:
    """Check what was given to create a login with.

    The order, if one was given, or everything that is wrong with it.
    """
    given = {name: str(fields[name]).strip() for name in ORDER if fields.get(name) not in (None, "")}
    try:
        is_wanted = parse_flag(given.pop("create_login", "false"), field="create_login")
    except FieldError as err:
        return None, [err]
    if not is_wanted:
        return None, [FieldError(name, "is only for create_login") for name in given]
    errors = [FieldError(name, "is missing; create_login needs it") for name in ORDER[1:3] if name not in given]
    for name, is_one, expected in (
        ("person_name", _is_name(given.get("person_name")), "expected first and last name, 50 characters at most"),
        ("phone", _PHONE.fullmatch(given.get("phone", "+1000000")), "expected a number such as +12065550100"),
    ):
        if name in given and not is_one:
            errors.append(FieldError(name, expected))
    if errors:
        return None, errors
    return NewOrder(person_name=given["person_name"], agreed_by=given["agreed_by"], phone=given.get("phone")), []


def parse_order(fields: Mapping[str, Any]) -> NewOrder | None:
    """As `check_order`.

    Raises:
        FieldError: the first of what is wrong.
    """
    order, errors = check_order(fields)
    if errors:
        raise errors[0]
    return order


def parse_phone(text: str) -> str:
    """Check a phone number.

    Raises:
        FieldError: it is not in the form E.164.
    """
    _expect("phone", _PHONE.fullmatch(text), "expected a number such as +12065550100")
    return text


def parse_flag(text: str, *, field: str) -> bool:
    """Check a yes or no.

    Raises:
        FieldError: it is neither.
    """
    word = text.strip().lower()
    _expect(field, word in _TRUE or word in _FALSE, "expected true or false")
    return word in _TRUE


def parse_email(address: str) -> str:
    """Check a user email.

    Raises:
        FieldError: it is not an address.
    """
    _expect("user_email", EMAIL_ADDRESS.fullmatch(address), "is not an address such as a1@users.example")
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


def parse_marketplaces(text: str, *, field: str = "also_marketplaces") -> tuple[str, ...]:
    """The canonical codes of a comma-separated list, each once, in order.

    An empty text is none.

    Raises:
        FieldError: Amazon has no marketplace of a code.
    """
    try:
        codes = [marketplace(code.strip()).code for code in text.split(",") if code.strip()]
    except KeyError as err:
        raise FieldError(field, f"names an unknown one; expected some of {', '.join(MARKETPLACES)}") from err
    return tuple(sorted(set(codes)))


def require_one_region(code: str, others: Collection[str]) -> None:
    """Refuse other marketplaces that are none of the account's own.

    They are of the region where its seller and its session are at home.

    Raises:
        FieldError: one of them is the account's own marketplace, or of another region.
    """
    region = marketplace(code).region
    is_one = all(other != code and marketplace(other).region == region for other in others)
    _expect("also_marketplaces", is_one, "expected marketplaces of the same region, without the account's own")


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


def _parse_id(text: str) -> str:
    _expect(
        "id",
        _ID.fullmatch(text),
        "expected letters, digits, dots, dashes, underscores; 64 at most, a letter or digit first",
    )
    return text


def _parse_api_authorization(text: str) -> ApiAuthorization:
    _expect("api_authorization", text in set(ApiAuthorization), "expected complete or pending")
    return ApiAuthorization(text)


def _is_name(text: str | None) -> bool:
    return text is not None and bool(_NAME.fullmatch(text)) and text.isprintable() and "@" not in text


_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")
_PARSERS: Mapping[str, Callable[[str], Any]] = {
    "id": _parse_id,
    "user_email": parse_email,
    "marketplace": parse_marketplace,
    "merchant_id": parse_merchant_id,
    "merchant_name": str,
    "global_account_id": partial(parse_merchant_id, field="global_account_id"),
    "audit_as": str,
    "api_authorization": _parse_api_authorization,
    "answer_mail_codes": partial(parse_flag, field="answer_mail_codes"),
    "also_marketplaces": parse_marketplaces,
}


def _expect(field: str, truth: object, expected: str) -> None:
    if not truth:
        raise FieldError(field, expected)
