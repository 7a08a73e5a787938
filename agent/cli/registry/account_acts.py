"""`sc-agent accounts set`, `api-authorization`, `pause`, `resume` and `release`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import typer

from agent.actions import changes as account_changes
from agent.actions import fields, lifecycle
from agent.actions.authorization import authorize_api
from agent.actions.changes import Changes
from agent.cli import context
from agent.cli.arguments import GlobalAccountId, MerchantId, MerchantName, named_merchant, naming
from agent.cli.output import now, say, warn
from agent.cli.registry.account_options import (
    AlsoMarketplaces,
    Id,
)
from agent.domain.account import Account, ApiAuthorization
from agent.errors import UsageError
from agent.store import accounts
from agent.store.database.engine import writing
from agent.store.vault import sign_in_secrets


def api_authorization(
    account_id: Id,
    value: Annotated[Literal["complete", "pending"], typer.Argument(metavar="STATUS", help="complete or pending.")],
    merchant_id: MerchantId = None,
    global_account_id: GlobalAccountId = None,
    merchant_name: MerchantName = None,
) -> None:
    """Say whether the API authorization is complete, and of which merchant.

    Nothing is started while it is pending.
    """
    merchant = named_merchant(merchant_id, global_account_id, merchant_name)
    with writing(context.database(context.settings())) as conn:
        account = authorize_api(conn, account_id, ApiAuthorization(value), merchant=merchant, now=now())
    say(f"{account_id}: API authorization {value}, Seller Central authorization {account.authorization}")


def set_(
    account_id: Id,
    merchant_id: MerchantId = None,
    global_account_id: GlobalAccountId = None,
    merchant_name: MerchantName = None,
    user_email: Annotated[str | None, typer.Option(help="Another address; secrets and session are dropped.")] = None,
    marketplace: Annotated[str | None, typer.Option(help="US, UK, DE, ...")] = None,
    audit_as: Annotated[str | None, typer.Option(help="Another account that may open the permissions page.")] = None,
    also_marketplaces: AlsoMarketplaces = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why; kept in the account's history.")] = None,
) -> None:
    """Change what an account is registered with.

    Another merchant, user email or region needs --reason: session and any stored invitation are dropped, and the
    account awaits a new invitation.
    """
    with naming():
        asked = Changes(
            user_email=fields.parse_email(user_email) if user_email is not None else None,
            marketplace=fields.parse_marketplace(marketplace) if marketplace is not None else None,
            merchant=named_merchant(merchant_id, global_account_id, merchant_name),
            audit_as=audit_as,
            also_marketplaces=None if also_marketplaces is None else fields.parse_marketplaces(also_marketplaces),
        )
    if asked.is_empty:
        raise UsageError("expected something to change; see 'sc-agent accounts set --help'")
    with writing(context.database(context.settings())) as conn:
        account = account_changes.change(conn, account_id, asked, reason=reason, who=context.who(), now=now())
        has_secrets = sign_in_secrets.has(conn, account_id)
    say(f"{account_id} is changed; its Seller Central authorization is {account.authorization}")
    if not has_secrets:
        warn(f"it has no secrets: 'sc-agent accounts secret {account_id} --secrets-stdin' gives them")


def pause(account_id: Id) -> None:
    """Stop everything for one account until it is resumed."""
    _happen(account_id, lifecycle.pause)


def resume(account_id: Id) -> None:
    """Let a paused account go on where it stood."""
    _happen(account_id, lifecycle.resume)


def release(account_id: Id) -> None:
    """Let an account go on after a person has done what was needed."""
    _happen(account_id, lifecycle.release)


def _happen(account_id: str, action: Callable[..., Account]) -> None:
    with writing(context.database(context.settings())) as conn:
        before = accounts.get(conn, account_id, lock=True)
        account = action(conn, account_id, now=now())
    changed = "is now" if account.authorization is not before.authorization else "stays"
    say(f"{account_id} {changed} {account.authorization}")
