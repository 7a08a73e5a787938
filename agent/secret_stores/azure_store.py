"""`azure-kv://vault/secret`.

Azure Key Vault, signed in to by a managed or workload identity, or a service principal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError
from azure.identity import CredentialUnavailableError, DefaultAzureCredential
from azure.keyvault.secrets import SecretClient

from agent.errors import ConfigurationError
from agent.secret_stores.reference import Reference, StoreDeniedError, StoreUnavailableError
from agent.secret_stores.wire import SECONDS, as_text, believed, parse_text, safe_address
from agent.settings.groups.operation import SecretsSettings

_CLOUDS = (".vault.azure.net", ".vault.azure.cn", ".vault.usgovcloudapi.net")
_REFUSED = (401, 403, 404)  # 403 also where the secret is disabled, expired or not yet valid
Answer = TypeVar("Answer")


def read(reference: Reference, settings: SecretsSettings) -> Mapping[str, Any]:
    """Read the newest version; its `version` is the identifier of 32 digits.

    Raises:
        ConfigurationError: the vault's host is none of Azure's, or the endpoint is not https.
        StoreUnavailableError, StoreDeniedError: see `read_secret`.
    """
    client = _client_of(reference, settings)
    answer = _asked(reference, lambda: client.get_secret(reference.path))
    fields = parse_text(reference, answer.value)
    return {**fields, "version": answer.properties.version}


def write(reference: Reference, fields: Mapping[str, str], settings: SecretsSettings) -> None:
    """Write a new version, or the first one of a new secret.

    Raises:
        ConfigurationError, StoreUnavailableError, StoreDeniedError: as `read`.
    """
    client = _client_of(reference, settings)
    _asked(reference, lambda: client.set_secret(reference.path, as_text(fields), content_type="application/json"))


def _client_of(reference: Reference, settings: SecretsSettings) -> SecretClient:
    host = reference.name if "." in reference.name else f"{reference.name}{_CLOUDS[0]}"
    if not host.endswith(_CLOUDS):
        raise ConfigurationError(
            f"azure-kv://{reference.name}: expected a vault's name, or its host below {' or '.join(_CLOUDS)}"
        )
    url = settings.azure_endpoint or f"https://{host}"
    url = safe_address(url, setting="AZURE_ENDPOINT", example=f"https://{host}")
    return _client(url, believed(settings.ca_file, what="the authority of the secret store"))


@lru_cache(maxsize=16)
def _client(url: str, ca_file: str | None) -> SecretClient:
    """A client; it renews its tokens itself.

    The ways of developers' machines to sign in are left out.
    """
    bounds = {"connection_timeout": SECONDS, "read_timeout": SECONDS, "retry_total": 0, "permit_redirects": False}
    credential = DefaultAzureCredential(
        exclude_shared_token_cache_credential=True,
        exclude_visual_studio_code_credential=True,
        exclude_cli_credential=True,
        exclude_developer_cli_credential=True,
        exclude_powershell_credential=True,
        exclude_interactive_browser_credential=True,
        exclude_broker_credential=True,
        **bounds,
    )
    return SecretClient(url, credential, connection_verify=ca_file or True, **bounds)


def _asked(reference: Reference, ask: Callable[[], Answer]) -> Answer:
    """What the service answers.

    Its own words are left out: they may repeat what was sent.
    """
    try:
        return ask()
    except CredentialUnavailableError as err:
        raise StoreUnavailableError(f"{reference}: no identity is found to sign in to the store with") from err
    except HttpResponseError as err:
        if isinstance(err, ClientAuthenticationError) or err.status_code in _REFUSED:
            raise StoreDeniedError(
                f"{reference}: the store refuses us, or has no such secret in force (status {err.status_code})"
            ) from err
        raise StoreUnavailableError(f"{reference}: the store answered {err.status_code}") from err
    except (AzureError, OSError, ValueError) as err:
        raise StoreUnavailableError(f"{reference}: the store does not answer ({type(err).__name__})") from err
