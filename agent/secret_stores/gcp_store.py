"""`gcp-sm://project/secret`: Google Cloud Secret Manager."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import google.auth
from google.api_core.exceptions import GoogleAPICallError, GoogleAPIError
from google.auth.exceptions import GoogleAuthError, RefreshError
from google.cloud import secretmanager_v1
from google.oauth2.service_account import Credentials
from google.protobuf.json_format import ParseError

from agent.errors import ConfigurationError
from agent.secret_stores.reference import Reference, StoreDeniedError, StoreUnavailableError
from agent.secret_stores.wire import SECONDS, as_text, believed, parse_text, safe_address
from agent.settings.groups.operation import SecretsSettings

_SCOPES = ("https://www.googleapis.com/auth/cloud-platform",)
_REFUSED = (400, 401, 403, 404)  # 400: the version is disabled or destroyed
Answer = TypeVar("Answer")


def read(reference: Reference, settings: SecretsSettings) -> Mapping[str, Any]:
    """Read the newest version.

    Its `version` is the number at the end of the version's name.

    Raises:
        ConfigurationError: the credentials' file is none, or the endpoint is plain http off loopback.
        StoreUnavailableError, StoreDeniedError: see `read_secret`.
    """
    client = _client_of(reference, settings)
    name = f"{_parent(reference)}/versions/latest"
    answer = _asked(reference, lambda: client.access_secret_version(name=name, timeout=SECONDS, retry=None))
    fields = parse_text(reference, answer.payload.data)
    return {**fields, "version": answer.name.rpartition("/versions/")[2]}


def write(reference: Reference, fields: Mapping[str, str], settings: SecretsSettings) -> None:
    """Add a version to a secret that is there.

    The secret must be there: its region is chosen when it is made.

    Raises:
        ConfigurationError, StoreUnavailableError, StoreDeniedError: as `read`.
    """
    client = _client_of(reference, settings)
    request = {"parent": _parent(reference), "payload": {"data": as_text(fields).encode()}}
    _asked(reference, lambda: client.add_secret_version(request=request, timeout=SECONDS, retry=None))


def _parent(reference: Reference) -> str:
    return f"projects/{reference.name}/secrets/{reference.path}"


def _client_of(reference: Reference, settings: SecretsSettings) -> Any:
    endpoint = settings.gcp_endpoint
    if endpoint is not None:
        endpoint = safe_address(
            endpoint, setting="GCP_ENDPOINT", example="https://secretmanager.europe-west3.rep.googleapis.com"
        )
    file = believed(settings.gcp_credentials_file, what="the credentials of the secret store")
    return _asked(reference, lambda: _client(endpoint, file))


@lru_cache(maxsize=16)
def _client(endpoint: str | None, credentials_file: str | None) -> Any:
    """A client over REST, which needs no threads of its own.

    It renews its credentials itself.
    """
    credentials: Any
    try:
        if credentials_file is None:
            credentials, _ = google.auth.default(scopes=_SCOPES)
        else:
            made: Any = Credentials  # its methods have no types
            credentials = made.from_service_account_file(credentials_file, scopes=_SCOPES)
    except (GoogleAuthError, OSError, ValueError) as err:
        raise ConfigurationError(
            f"gcp-sm:// finds no credentials ({type(err).__name__}); set SECRETS__GCP_CREDENTIALS_FILE, or run where a "
            "service account is attached"
        ) from err
    options = {} if endpoint is None else {"api_endpoint": endpoint}
    return secretmanager_v1.SecretManagerServiceClient(
        credentials=credentials, transport="rest", client_options=options
    )


def _asked(reference: Reference, ask: Callable[[], Answer]) -> Answer:
    """What the service answers.

    Its own words are left out: they may repeat what was sent.
    """
    try:
        return ask()
    except GoogleAPICallError as err:
        status = int(err.code or 0)
        if status in _REFUSED:
            raise StoreDeniedError(
                f"{reference}: the store refuses us, or has no such secret in force (status {status})"
            ) from err
        raise StoreUnavailableError(f"{reference}: the store answered {status}") from err
    except RefreshError as err:
        kind = StoreUnavailableError if err.retryable else StoreDeniedError
        raise kind(f"{reference}: no token is given for the store ({type(err).__name__})") from err
    except (GoogleAPIError, GoogleAuthError, ParseError, OSError, ValueError) as err:
        raise StoreUnavailableError(f"{reference}: the store does not answer ({type(err).__name__})") from err
