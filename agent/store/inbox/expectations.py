"""What accounts expect of invitations, read from the database."""

from __future__ import annotations

from sqlalchemy import Connection

from agent.domain.account import Account
from agent.domain.invitation import Expectation
from agent.store import accounts
from agent.store.inbox import invitations
from flows import marketplace


def expectation_for(conn: Connection, address: str, *, any_merchant: bool) -> Expectation | None:
    """What the account with this user email expects.

    None when there is no such account.
    """
    account = accounts.find_by_email(conn, address)
    return None if account is None else expectation_of(conn, account, any_merchant=any_merchant)


def expectation_of(conn: Connection, account: Account, *, any_merchant: bool) -> Expectation:
    """What an account expects.

    `any_merchant`: the setting that gives it to the first who invites.
    """
    waiting = invitations.open_of(conn, account.id)
    return Expectation(
        account_id=account.id,
        user_email=account.user_email,
        merchant_id=account.merchant_id,
        global_account_id=account.global_account_id,
        any_merchant=any_merchant,
        region=marketplace(account.marketplace).region,
        authorization=str(account.authorization),
        accepted=account.accepted_at is not None,
        waiting=waiting.link if waiting else None,
    )
