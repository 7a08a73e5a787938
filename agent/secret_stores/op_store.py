"""`op://vault/item`: 1Password, by its Connect server."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from onepasswordconnectsdk.client import Client, new_client
from onepasswordconnectsdk.config import ClientConfig
from onepasswordconnectsdk.errors import OnePasswordConnectSDKError
from onepasswordconnectsdk.models import Field, Item

from agent.secret_stores.reference import Reference, StoreDeniedError, StoreUnavailableError
from agent.secret_stores.wire import SECONDS, believed, safe_address, token_of
from agent.settings.groups.operation import SecretsSettings

_REFUSED = (401, 403, 404)


def read(reference: Reference, settings: SecretsSettings) -> Mapping[str, Any]:
    """Read an item: the field `password`, and `totp_secret` or the one-time password.

    `version` is the item's.

    Raises:
        ConfigurationError: no address or token is set, or the address is plain http off loopback.
        StoreUnavailableError, StoreDeniedError: see `read_secret`.
    """
    with _asking(reference, settings) as client:
        item = client.get_item(reference.path, reference.name)
        _require_live(reference, item)
        return {**_fields(item), "version": item.version}


def write(reference: Reference, fields: Mapping[str, str], settings: SecretsSettings) -> None:
    """Change the item's two fields.

    The item must be there: who may see it is chosen when it is made.

    Raises:
        ConfigurationError, StoreUnavailableError, StoreDeniedError: as `read`.
    """
    with _asking(reference, settings) as client:
        vault = client.get_vault_by_title(reference.name).id if len(reference.name) != 26 else reference.name
        item = client.get_item(reference.path, vault)
        client.update_item(item.id, vault, _with(item, fields))


def _with(item: Item, fields: Mapping[str, str]) -> Item:
    """The item with these two.

    The one-time password is one of 1Password's own, so that people see codes.
    """
    others = [each for each in item.fields or [] if not _is_password(each) and not _is_seed(each)]
    mine = [
        Field(id="password", type="CONCEALED", purpose="PASSWORD", label="password", value=fields["password"]),
        Field(id="totp_secret", type="OTP", label="totp_secret", value=fields["totp_secret"]),
    ]
    item.fields = [*others, *mine]
    return item


def _fields(item: Item) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in item.fields or []:
        if _is_password(each):
            found["password"] = each.value
        if _is_seed(each) and (each.label == "totp_secret" or "totp_secret" not in found):
            found["totp_secret"] = each.value
    return found


def _is_password(field: Field) -> bool:
    return bool(field.purpose == "PASSWORD" or field.id == "password" or field.label == "password")


def _is_seed(field: Field) -> bool:
    return bool(field.type == "OTP" or field.label == "totp_secret")


def _require_live(reference: Reference, item: Item) -> None:
    if getattr(item, "trashed", False) or str(getattr(item, "state", None)).upper() in ("ARCHIVED", "DELETED"):
        raise StoreDeniedError(f"{reference}: the item is archived or deleted")


@contextmanager
def _asking(reference: Reference, settings: SecretsSettings) -> Iterator[Client]:
    """A client for one question.

    The server's own words are left out: they may repeat what was sent.
    """
    address = safe_address(settings.op_address, setting="OP_ADDRESS", example="https://connect.example:8443")
    token = token_of(settings.op_token, settings.op_token_file, setting="OP_TOKEN")
    ca_file = believed(settings.ca_file, what="the authority of the secret store")
    try:
        config = ClientConfig(
            timeout=SECONDS,
            trust_env=False,
            follow_redirects=False,
            verify=ssl.create_default_context(cafile=ca_file) if ca_file else True,
            event_hooks={"response": [_refusals(reference)]},
        )
        yield new_client(address, token, config=config)
    except (OnePasswordConnectSDKError, TypeError, AttributeError) as err:  # the last two: not what its models expect
        raise StoreUnavailableError(f"{reference}: the store's answer cannot be read ({type(err).__name__})") from err
    except (httpx.HTTPError, OSError, ValueError) as err:
        raise StoreUnavailableError(f"{reference}: the store does not answer ({type(err).__name__})") from err


def _refusals(reference: Reference) -> Callable[[httpx.Response], None]:
    """Look at each answer before the library does, which tells statuses in sentences."""

    def look(response: httpx.Response) -> None:
        if response.status_code in _REFUSED:
            raise StoreDeniedError(
                f"{reference}: the store refuses us, or has no such secret (status {response.status_code})"
            )
        if response.status_code // 100 != 2:
            raise StoreUnavailableError(f"{reference}: the store answered {response.status_code}")
        response.read()
        if response.url.path.endswith("/vaults") and response.content.strip() == b"[]":
            raise StoreDeniedError(f"{reference}: the store has no such vault, or does not show it to us")
        if response.url.path.endswith("/items") and response.content.strip() == b"[]":
            raise StoreDeniedError(f"{reference}: the vault has no such item")

    return look
