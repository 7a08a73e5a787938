"""`vault://mount/path`: key-value store version 2 of Vault or OpenBao."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from agent.secret_stores.reference import Reference, StoreDeniedError, StoreUnavailableError
from agent.secret_stores.wire import SECONDS, believed, safe_address, token_of
from agent.settings.groups.operation import SecretsSettings


def read(reference: Reference, settings: SecretsSettings) -> Mapping[str, Any]:
    """Read the newest version: the fields of its data, and `version` of its metadata.

    Raises:
        ConfigurationError: no address or token is set, or the address is plain http off loopback.
        StoreUnavailableError, StoreDeniedError: see `read_secret`.
    """
    answer = _ask("GET", reference, settings)
    inner = answer.get("data")
    inner = inner if isinstance(inner, dict) else {}
    data, metadata = inner.get("data"), inner.get("metadata")
    if not isinstance(data, dict) or not isinstance(metadata, dict):
        raise StoreUnavailableError(f"{reference}: the answer is not one of a key-value store of version 2")
    return {**data, "version": metadata.get("version")}


def write(reference: Reference, fields: Mapping[str, str], settings: SecretsSettings) -> None:
    """Write a new version.

    Raises:
        ConfigurationError, StoreUnavailableError, StoreDeniedError: as `read`.
    """
    _ask("POST", reference, settings, {"data": dict(fields)})


def _ask(
    method: str, reference: Reference, settings: SecretsSettings, body: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    address = safe_address(settings.vault_address, setting="VAULT_ADDRESS", example="https://vault.example:8200")
    token = token_of(settings.vault_token, settings.vault_token_file, setting="VAULT_TOKEN")
    url = f"{address}/v1/{quote(reference.name)}/data/{quote(reference.path)}"
    try:
        verify: ssl.SSLContext | bool = True
        if ca_file := believed(settings.vault_ca_file or settings.ca_file, what="the authority of the secret store"):
            verify = ssl.create_default_context(cafile=ca_file)
        with httpx.Client(verify=verify, timeout=SECONDS, trust_env=False, follow_redirects=False) as client:
            answer = client.request(method, url, headers={"X-Vault-Token": token}, json=body)
    except (httpx.HTTPError, OSError) as err:
        raise StoreUnavailableError(f"{reference}: the store does not answer ({type(err).__name__})") from err
    if answer.status_code in (401, 403, 404):
        raise StoreDeniedError(
            f"{reference}: the store refuses us, or has no such secret (status {answer.status_code})"
        )
    if answer.status_code // 100 != 2:
        raise StoreUnavailableError(f"{reference}: the store answered {answer.status_code}")
    try:
        parsed = answer.json()
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise StoreUnavailableError(f"{reference}: the store answered no JSON object")
    return parsed
