"""The platform's switch, and which merchant an account belongs to."""

from __future__ import annotations

from datetime import datetime

from agent.domain.account import Account, ApiAuthorization, MerchantSource
from agent.errors import UsageError
from agent.store import accounts, merchants, transitions
from agent.store.database.handles import Connection
from agent.store.merchants import Merchant


def authorize_api(
    conn: Connection, account_id: str, status: ApiAuthorization, *, merchant: Merchant | None = None, now: datetime
) -> Account:
    """Say whether the API authorization is complete, and of which merchant.

    The same again changes nothing.

    Raises:
        UnknownAccountError: there is no such account.
        MerchantDiffersError: it belongs to another merchant; nothing was changed.
        UsageError: a merchant is given although the status is pending.
    """
    account = accounts.get(conn, account_id, lock=True)
    if merchant is not None and status is ApiAuthorization.PENDING:
        raise UsageError("a merchant is given with 'complete' only; what is pending authorises nobody")
    if merchant is not None:
        account = merchants.bind(conn, account, merchant, source=MerchantSource.API_AUTHORIZATION, now=now)
    if account.api_authorization is status:
        return account
    return transitions.set_api_authorization(conn, account_id, status, now=now)


def rebind(conn: Connection, account_id: str, merchant: Merchant, *, reason: str, who: str, now: datetime) -> Account:
    """Give an account to another merchant, on purpose.

    Its session and any invitation of the former one are dropped, and it awaits an invitation. An account without a
    merchant, or with this one, is only bound to it.

    Raises:
        UnknownAccountError: there is no such account.
        UsageError: no id or no reason is given.
    """
    account = accounts.get(conn, account_id, lock=True)
    if not reason.strip():
        raise UsageError("another merchant is set only with a reason")
    if not merchant.is_named:
        raise UsageError("expected a merchant id or a global account id; a name identifies nobody")
    try:
        return merchants.bind(conn, account, merchant, source=MerchantSource.REGISTRATION, now=now)
    except merchants.MerchantDiffersError:
        named = merchant.merchant_id or merchant.global_account_id
        why = f"{who} gave the account to merchant {named}: {reason.strip()}"
        return merchants.rebind(conn, account, merchant, why=why, now=now)
