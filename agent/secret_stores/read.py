"""Reading a secret from its store, and moving one there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from agent.domain.totp_seed import SeedError, parse_seed
from agent.errors import UsageError
from agent.secret_stores import exec_store, kv_store
from agent.secret_stores.reference import Reference, StoreUnavailableError
from agent.settings.model import SecretsSettings
from agent.store.vault.sign_in_secrets import SignInSecrets

_VERSION = 200  # characters


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
        ConfigurationError: the settings do not say how to reach it.
    """
    fields = (exec_store if reference.scheme == "exec" else kv_store).read(reference, settings)
    return _checked(reference, fields)


def move_secret(reference: Reference, secrets: SignInSecrets, settings: SecretsSettings) -> KeptSecret:
    """Write a secret to its store and read it back.

    Raises:
        UsageError: the store cannot be written to.
        StoreUnavailableError: as `read_secret`, or another secret came back than was written.
        StoreDeniedError: as `read_secret`.
    """
    if reference.scheme != "vault":
        raise UsageError(f"{reference.scheme}:// can be read only; expected vault://mount/path")
    fields = {"password": secrets.password, "totp_secret": secrets.totp_secret}
    kv_store.write(reference, {name: value.get_secret_value() for name, value in fields.items()}, settings)
    kept = read_secret(reference, settings)
    if kept.secrets != secrets:
        raise StoreUnavailableError(
            f"{reference} holds another secret than was written there; nothing was changed here"
        )
    return kept


def _checked(reference: Reference, fields: Mapping[str, Any]) -> KeptSecret:
    password, seed, version = (fields.get(name) for name in ("password", "totp_secret", "version"))
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
