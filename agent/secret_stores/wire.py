"""What the stores have in common.

Addresses, tokens, time-outs, and a secret as one JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from agent.errors import ConfigurationError
from agent.secret_stores.reference import Reference, StoreUnavailableError
from agent.settings.files import require_believed

SECONDS = 5.0  # of one request; there is no second one, the account's own back-off tries again
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def safe_address(address: str | None, *, setting: str, example: str) -> str:
    """An address that a token may be sent to, without a slash at its end.

    Raises:
        ConfigurationError: it is none, or plain http off loopback.
    """
    found = (address or "").rstrip("/")
    try:
        parts = urlsplit(found)
        host = parts.hostname
    except ValueError:
        host = None
    if not found or host is None:
        raise ConfigurationError(f"expected SECRETS__{setting}, such as {example}")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise ConfigurationError(f"SECRETS__{setting}: https was expected; http is taken on loopback only")
    return found


def believed(file: Path | None, *, what: str) -> str | None:
    """A file's path as text, after a check that no other user can have written it.

    Raises:
        ConfigurationError: another user can.
    """
    if file is None:
        return None
    require_believed(file, what=what)
    return str(file)


def token_of(token: SecretStr | None, file: Path | None, *, setting: str) -> str:
    """A token, read from its file each time: another program renews it there.

    Raises:
        ConfigurationError: there is none, or its file cannot be read or believed.
    """
    if file is not None:
        require_believed(file, what="the token of the secret store")
        try:
            return file.read_text(encoding="utf-8").strip()
        except OSError as err:
            raise ConfigurationError(f"{file} cannot be read ({err.strerror})") from err
    if token is None:
        raise ConfigurationError(f"expected SECRETS__{setting} or SECRETS__{setting}_FILE")
    return token.get_secret_value()


def parse_text(reference: Reference, text: object) -> Mapping[str, Any]:
    """The fields of a secret that is one JSON text, `{"password".

    "...", "totp_secret": "..."}`.

    Raises:
        StoreUnavailableError: it is no JSON object.
    """
    try:
        fields = json.loads(text) if isinstance(text, str | bytes) else None
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise StoreUnavailableError(f"{reference}: the secret is no JSON object with password and totp_secret")
    return fields


def as_text(fields: Mapping[str, str]) -> str:
    """Fields as one JSON text, as `parse_text` reads it."""
    return json.dumps(dict(fields))
