"""What registers an account, as people and files give it, checked before anything is stored."""

from __future__ import annotations

import csv
import json
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from agent.domain.account import ApiAuthorization, NewAccount
from agent.domain.totp_seed import SeedError, parse_seed
from agent.errors import UsageError
from agent.store.vault.sign_in_secrets import SignInSecrets
from flows.marketplaces import MARKETPLACES, marketplace

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_MERCHANT = re.compile(r"A[A-Z0-9]{9,15}")
_SECRETS = {"password", "totp_secret"}
_FIELDS = {"id", "user_email", "marketplace", "merchant_id", "merchant_name", "audit_as", "api_authorization"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One account to be registered; without secrets it waits for `accounts secret`."""

    account: NewAccount
    secrets: SignInSecrets | None = None


def parse_account(fields: Mapping[str, Any], *, where: str = "") -> NewAccount:
    """Check what was given for an account.

    Raises:
        UsageError: a field is missing, unknown or malformed.
    """
    if unknown := set(fields) - _FIELDS:
        raise UsageError(
            f"{where}unknown field {sorted(unknown)[0]!r}; expected {', '.join(sorted(_FIELDS | _SECRETS))}"
        )
    given = {name: str(value).strip() for name, value in fields.items() if value not in (None, "")}
    if missing := {"id", "user_email", "marketplace"} - set(given):
        raise UsageError(f"{where}{sorted(missing)[0]} is missing")
    _expect(
        _ID.fullmatch(given["id"]),
        f"{where}id {given['id']!r}: expected letters, digits, dots, dashes; 64 at most, a letter or digit first",
    )
    _expect(
        _EMAIL.fullmatch(given["user_email"]),
        f"{where}user email {given['user_email']!r} is not an address such as a1@users.example",
    )
    merchant = given.get("merchant_id")
    _expect(
        merchant is None or _MERCHANT.fullmatch(merchant),
        f"{where}merchant id {merchant!r}: expected A and 9 to 15 capitals or digits",
    )
    api = given.get("api_authorization", "pending")
    _expect(api in ("complete", "pending"), f"{where}api_authorization {api!r}: expected complete or pending")
    return NewAccount(
        id=given["id"],
        user_email=given["user_email"],
        marketplace=parse_marketplace(given["marketplace"], where=where),
        merchant_id=merchant,
        merchant_name=given.get("merchant_name"),
        audit_as=given.get("audit_as"),
        api_authorization=ApiAuthorization(api),
    )


def parse_marketplace(code: str, *, where: str = "") -> str:
    """The canonical code of a marketplace.

    Raises:
        UsageError: Amazon has none of that code.
    """
    try:
        return marketplace(code).code
    except KeyError as err:
        raise UsageError(f"{where}marketplace {code!r} is unknown; expected one of {', '.join(MARKETPLACES)}") from err


def parse_secrets(text: str) -> SignInSecrets:
    """Read `{"password": "...", "totp_secret": "..."}`; no error repeats any of it.

    Raises:
        UsageError: it is not that object, a value is empty, or the seed is not one.
    """
    shape = 'expected {"password": "...", "totp_secret": "..."} on standard input'
    if not text.strip():
        raise UsageError(f"standard input was empty; {shape}")
    try:
        given = json.loads(text)
    except ValueError as err:
        raise UsageError(f"standard input is not JSON; {shape}") from err
    if not isinstance(given, dict) or set(given) != _SECRETS:
        raise UsageError(f"standard input does not hold just these two keys; {shape}")
    return check_secrets(given)


def check_secrets(given: Mapping[str, Any], *, where: str = "") -> SignInSecrets:
    """Check a password and a seed; see parse_secrets."""
    password, seed = given.get("password"), given.get("totp_secret")
    if not isinstance(password, str) or not password:
        raise UsageError(f"{where}the password is empty or not text")
    if not isinstance(seed, str):
        raise UsageError(f"{where}the TOTP secret is not text; expected Base32 or an otpauth:// address")
    try:
        parse_seed(seed)
    except SeedError as err:
        raise UsageError(f"{where}{err}") from err
    return SignInSecrets(password=SecretStr(password), totp_secret=SecretStr(seed))


def load_registrations(path: Path) -> list[Registration]:
    """Read accounts from a .json (a list, or {"accounts": [...]}) or .csv file, all of them or none.

    Raises:
        UsageError: it cannot be read, a row is wrong, an id or address stands twice, or it holds secrets and others may
        read it.
    """
    try:
        mode, rows = path.stat().st_mode, list(_rows(path))
    except (OSError, UnicodeDecodeError, csv.Error) as err:
        raise UsageError(f"{path} cannot be read ({getattr(err, 'strerror', None) or err})") from err
    if any(_SECRETS & {name for name, value in row.items() if value} for _, row in rows) and mode & (
        stat.S_IRWXG | stat.S_IRWXO
    ):
        raise UsageError(
            f"{path} holds secrets and others can read it; nothing was imported. 'chmod 600 {path}' and try again"
        )
    if not rows:
        raise UsageError(
            f"{path} holds no account; expected a .csv with a header line and rows, or a JSON list of accounts"
        )
    registrations = [_registration(row, where=where) for where, row in rows]
    for name in ("id", "user_email"):
        values = [getattr(each.account, name).lower() for each in registrations]
        if twice := next((value for value in values if values.count(value) > 1), None):
            raise UsageError(f"{path}: {name} {twice!r} stands twice; nothing was imported")
    return registrations


def _rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix.lower() == ".csv":
        for number, row in enumerate(csv.DictReader(text.splitlines(), strict=True), start=2):
            yield f"{path.name} line {number}: ", {str(key): value for key, value in row.items()}
        return
    try:
        data = json.loads(text)
    except ValueError as err:
        raise UsageError(
            f"{path} is neither CSV nor JSON; expected a .csv with a header line, or a JSON list of accounts"
        ) from err
    entries = data.get("accounts") if isinstance(data, dict) else data
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f'{path}: expected a list of accounts, or {{"accounts": [...]}}')
    for number, entry in enumerate(entries, start=1):
        yield f"{path.name} entry {number}: ", entry


def _registration(row: Mapping[str, Any], *, where: str) -> Registration:
    given = {name: value for name, value in row.items() if name in _SECRETS and value}
    account = parse_account({name: value for name, value in row.items() if name not in _SECRETS}, where=where)
    return Registration(account=account, secrets=check_secrets(given, where=where) if given else None)


def _expect(truth: object, message: str) -> None:
    if not truth:
        raise UsageError(message)
