"""`aws-sm://name`: AWS Secrets Manager.

Credentials come the ways AWS's own library finds them (an instance's role first).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError
from botocore.parsers import ResponseParserError

from agent.errors import ConfigurationError
from agent.secret_stores.reference import Reference, StoreDeniedError, StoreError, StoreUnavailableError
from agent.secret_stores.wire import SECONDS, as_text, believed, parse_text, safe_address
from agent.settings.groups.operation import SecretsSettings

_REFUSED = (401, 403, 404)
_DENIED = {  # of the service's errors that come with 400
    "AccessDeniedException",
    "DecryptionFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidRequestException",  # deleted, or waiting to be
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "ResourceNotFoundException",
    "UnrecognizedClientException",
}


def read(reference: Reference, settings: SecretsSettings) -> Mapping[str, Any]:
    """Read the version in force (AWSCURRENT); its `version` is the VersionId.

    Raises:
        ConfigurationError: no region is known, or the endpoint is plain http off loopback.
        StoreUnavailableError, StoreDeniedError: see `read_secret`.
    """
    client = _client_of(reference, settings)
    answer = _asked(reference, lambda: client.get_secret_value(SecretId=_id(reference)))
    fields = parse_text(reference, answer.get("SecretString"))
    return {**fields, "version": answer.get("VersionId")}


def write(reference: Reference, fields: Mapping[str, str], settings: SecretsSettings) -> None:
    """Write a new version, or the first one of a new secret.

    Raises:
        ConfigurationError, StoreUnavailableError, StoreDeniedError: as `read`.
    """
    client, text = _client_of(reference, settings), as_text(fields)
    try:
        _asked(reference, lambda: client.put_secret_value(SecretId=_id(reference), SecretString=text))
    except StoreDeniedError as err:
        if "ResourceNotFoundException" not in str(err) or reference.name.startswith("arn:"):
            raise
        _asked(reference, lambda: client.create_secret(Name=_id(reference), SecretString=text))


def _id(reference: Reference) -> str:
    return f"{reference.name}/{reference.path}" if reference.path else reference.name


def _client_of(reference: Reference, settings: SecretsSettings) -> Any:
    region = reference.name.split(":")[3] if reference.name.startswith("arn:") else settings.aws_region
    endpoint = settings.aws_endpoint
    if endpoint is not None:
        endpoint = safe_address(
            endpoint, setting="AWS_ENDPOINT", example="https://vpce-1.secretsmanager.eu-west-1.vpce.amazonaws.com"
        )
    return _client(region, endpoint, believed(settings.ca_file, what="the authority of the secret store"))


@lru_cache(maxsize=16)
def _client(region: str | None, endpoint: str | None, ca_file: str | None) -> Any:
    """A client, which renews its credentials itself.

    Making one takes a tenth of a second.
    """
    config = Config(
        connect_timeout=SECONDS, read_timeout=SECONDS, retries={"total_max_attempts": 1, "mode": "standard"}
    )
    try:
        return botocore.session.get_session().create_client(
            "secretsmanager", region_name=region, endpoint_url=endpoint, verify=ca_file, config=config
        )
    except NoRegionError as err:
        raise ConfigurationError("aws-sm:// needs SECRETS__AWS_REGION, such as eu-west-1") from err
    except (BotoCoreError, ValueError) as err:
        raise ConfigurationError(f"aws-sm:// cannot be used ({type(err).__name__})") from err


def _asked(reference: Reference, ask: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """What the service answers.

    Its own words are left out: they may repeat what was sent.
    """
    try:
        return ask()
    except ClientError as err:
        raise _told(reference, err.response) from err
    except (BotoCoreError, ResponseParserError, OSError) as err:
        raise StoreUnavailableError(f"{reference}: the store does not answer ({type(err).__name__})") from err


def _told(reference: Reference, response: Mapping[str, Any]) -> StoreError:
    code = str(response.get("Error", {}).get("Code", ""))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    word = code if code.isalnum() and len(code) < 60 else "no code"
    if code in _DENIED or status in _REFUSED:
        return StoreDeniedError(f"{reference}: the store refuses us, or has no such secret ({word})")
    return StoreUnavailableError(f"{reference}: the store answered {status} ({word})")
