"""Arguments that several commands share, and what people give on standard input."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from agent.actions import fields
from agent.errors import UsageError
from agent.store.merchants import Merchant
from agent.store.vault.sign_in_secrets import SignInSecrets

MerchantId = Annotated[str | None, typer.Option(help="The seller's merchant token.")]
GlobalAccountId = Annotated[str | None, typer.Option(help="The seller's global account id, where links name that.")]
MerchantName = Annotated[str | None, typer.Option(help="The store's name as the account picker shows it.")]


def parse_secrets(text: str) -> SignInSecrets:
    """Read `{"password": "...", "totp_secret": "..."}`; no error repeats any of it."""
    shape = 'expected {"password": "...", "totp_secret": "..."} on standard input'
    if not text.strip():
        raise UsageError(f"standard input was empty; {shape}")
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(f"standard input is not JSON; {shape}") from None
    if not isinstance(given, dict) or set(given) != set(fields.SECRETS):
        raise UsageError(f"standard input does not hold just these two keys; {shape}")
    return fields.parse_secrets(given)


def named_merchant(
    merchant_id: str | None, global_account_id: str | None, merchant_name: str | None
) -> Merchant | None:
    with naming():
        named = Merchant(
            merchant_id=fields.parse_merchant_id(merchant_id),
            global_account_id=fields.parse_merchant_id(global_account_id, field="global_account_id"),
            name=merchant_name or None,
        )
    return None if named == Merchant() else named


@contextmanager
def naming() -> Iterator[None]:
    """Say which argument was wrong, never its value.

    A secret may stand in the wrong place.
    """
    try:
        yield
    except fields.FieldError as err:
        told = err.told_as(err.field.replace("_", " "))
        raise UsageError(told.replace("create_login", "--create-login")) from err
