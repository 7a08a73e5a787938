"""Reading a secret from its store, and moving one there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, cast

from pydantic import SecretStr

from agent.domain.totp_seed import SeedError, parse_seed
from agent.errors import ConfigurationError, UsageError
from agent.secret_stores.reference import WRITABLE, Reference, StoreUnavailableError
from agent.settings.groups.operation import SecretsSettings
from agent.store.vault.sign_in_secrets import SignInSecrets

_VERSION = 200  # characters
_MODULES = {  # of a scheme, and the extra that brings its library; imported when a reference names it
    "aws-sm": ("aws_store", "aws"),
    "azure-kv": ("azure_store", "azure"),
    "exec": ("exec_store", ""),
    "gcp-sm": ("gcp_store", "gcp"),
    "op": ("op_store", "onepassword"),
    "vault": ("kv_store", ""),
}


class _Store(Protocol):
    def read(self, reference: Reference, settings: SecretsSettings) -> Mapping[str, Any]: ...

    def write(self, reference: Reference, fields: Mapping[str, str], settings: SecretsSettings) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSecret:
    """What a store gave: the secrets, and the store's own name of their version."""

    secrets: SignInSecrets
    version: str


def read_secret(reference: Reference, settings: SecretsSettings) -> KeptSecret:
    """Read one secret; blocks for seconds at most.

    Raises:
        StoreUnavailableError: the store does not answer, or what it answers is no password with a seed and a version.
        StoreDeniedError: it refuses, or has no such secret.
        ConfigurationError: the settings do not say how to reach it, or its library is not installed.
    """
    return _checked(reference, _store(reference).read(reference, settings))


def require_writable(reference: Reference) -> None:
    """Refuse what can be read only.

    Raises:
        UsageError: it is read by a program, or is one of several in a secret.
    """
    if reference.scheme not in WRITABLE or reference.field:
        places = ", ".join(f"{each}://" for each in WRITABLE)
        raise UsageError(f"{reference} can be read only; expected a place of {places}, without #field")


def move_secret(reference: Reference, secrets: SignInSecrets, settings: SecretsSettings) -> KeptSecret:
    """Write a secret to its store and read it back.

    Raises:
        UsageError: the store cannot be written to.
        StoreUnavailableError: as `read_secret`, or another secret came back than was written.
        StoreDeniedError, ConfigurationError: as `read_secret`.
    """
    require_writable(reference)
    fields = {"password": secrets.password, "totp_secret": secrets.totp_secret}
    _store(reference).write(reference, {name: value.get_secret_value() for name, value in fields.items()}, settings)
    kept = read_secret(reference, settings)
    if kept.secrets != secrets:
        raise StoreUnavailableError(
            f"{reference} holds another secret than was written there; nothing was changed here"
        )
    return kept


def _store(reference: Reference) -> _Store:
    module, extra = _MODULES[reference.scheme]
    try:
        return cast(_Store, import_module(f"agent.secret_stores.{module}"))
    except ModuleNotFoundError as err:
        raise ConfigurationError(
            f"{reference.scheme}:// needs the library of its store, which is not installed: pip install "
            f"'secondary-user[{extra}]'"
        ) from err


def _checked(reference: Reference, fields: Mapping[str, Any]) -> KeptSecret:
    version = fields.get("version")
    if reference.field:
        fields = _inner(reference, fields)
    password, seed = (fields.get(name) for name in ("password", "totp_secret"))
    missing = [
        name for name in ("password", "totp_secret") if not isinstance(fields.get(name), str) or not fields[name]
    ]
    if missing:
        raise StoreUnavailableError(f"{reference} has no text {' and no text '.join(missing)}")
    if not isinstance(version, str | int) or not 0 < len(str(version)) <= _VERSION:
        raise StoreUnavailableError(f"{reference} does not say which version it is")
    try:
        parse_seed(str(seed))
    except SeedError as err:
        raise StoreUnavailableError(f"{reference}: its totp_secret is no seed") from err
    secrets = SignInSecrets(password=SecretStr(str(password)), totp_secret=SecretStr(str(seed)))
    return KeptSecret(secrets=secrets, version=str(version))


def _inner(reference: Reference, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The member that the reference names: an object, or its JSON as text."""
    found = fields.get(reference.field)
    try:
        inner = json.loads(found) if isinstance(found, str) else found
    except (ValueError, RecursionError):
        inner = None
    if not isinstance(inner, dict):
        raise StoreUnavailableError(f"{reference}: the secret has no such field, or it is no JSON object")
    return inner
