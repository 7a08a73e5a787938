"""Changing what an account is registered with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agent.actions.authorization import rebind
from agent.actions.fields import OTHER_ACCOUNT, FieldError, require_one_region
from agent.domain.account import Account, MerchantSource, normalised_email
from agent.errors import UsageError
from agent.store import account_changes, accounts, merchants
from agent.store.database.handles import Connection
from agent.store.inbox import messages
from agent.store.merchants import Merchant
from agent.store.vault import drawn_secrets, sign_in_secrets
from flows import marketplace


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to be changed, checked by `fields`; None leaves what is known."""

    user_email: str | None = None
    marketplace: str | None = None
    merchant: Merchant | None = None
    audit_as: str | None = None
    also_marketplaces: tuple[str, ...] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return self == Changes()


def change(
    conn: Connection, account_id: str, changes: Changes, *, reason: str | None, who: str, now: datetime
) -> Account:
    """Change an account's registration.

    Another user email drops secrets and session: new ones have to be given. Another merchant, user email or region lets
    the account begin again with a new invitation and needs a reason.

    Raises:
        UnknownAccountError: there is no such account, or none of the name in `audit_as`.
        AccountExistsError: the user email is another account's.
        MerchantDiffersError: the merchant differs and no reason is given.
        UsageError: a reason is missing.
        FieldError: the other marketplaces are not of the account's region, or `audit_as` is the account itself.
    """
    account = accounts.get(conn, account_id, lock=True)
    if changes.audit_as is not None:
        accounts.get(conn, changes.audit_as)
        if changes.audit_as == account_id:
            raise FieldError("audit_as", OTHER_ACCOUNT)
        account_changes.set_audit_as(conn, account_id, changes.audit_as, now=now)
    if changes.marketplace not in (None, account.marketplace):
        account = _move(conn, account, str(changes.marketplace), reason=reason, who=who, now=now)
    if changes.also_marketplaces is not None:
        require_one_region(account.marketplace, changes.also_marketplaces)
        account_changes.set_also_marketplaces(conn, account_id, changes.also_marketplaces, now=now)
    if changes.user_email is not None and normalised_email(changes.user_email) != account.user_email:
        account = _readdress(conn, account, changes.user_email, reason=reason, who=who, now=now)
    if changes.merchant is not None:
        _merchant(conn, account, changes.merchant, reason=reason, who=who, now=now)
    return accounts.get(conn, account_id)


def _merchant(
    conn: Connection, account: Account, merchant: Merchant, *, reason: str | None, who: str, now: datetime
) -> None:
    if reason is None or not merchant.is_named:
        merchants.bind(conn, account, merchant, source=MerchantSource.REGISTRATION, now=now)
    else:
        rebind(conn, account.id, merchant, reason=reason, who=who, now=now)


def _move(conn: Connection, account: Account, code: str, *, reason: str | None, who: str, now: datetime) -> Account:
    """Within a region the same seller and user go on.

    Merchants of another region are others.
    """
    if marketplace(code).region == marketplace(account.marketplace).region:
        due = None if account.due is None else now
        others = [other for other in account.also_marketplaces if other != code]
        account_changes.set_marketplace(conn, account.id, code, also=others, due=due, now=now)
        return accounts.get(conn, account.id)
    why = f"{who} moved the account to {code}: {_reason(reason, 'a marketplace of another region')}"
    return merchants.move_region(conn, account, code, why=why, now=now)


def _readdress(
    conn: Connection, account: Account, address: str, *, reason: str | None, who: str, now: datetime
) -> Account:
    email = normalised_email(address)
    if (holder := accounts.find_by_email(conn, email)) is not None:
        raise accounts.email_taken(holder.id)
    why = f"{who} changed the user email: {_reason(reason, 'another user email')}"
    sign_in_secrets.forget(conn, account.id, now=now)
    drawn_secrets.readdressed(conn, account.id)
    changed = merchants.readdress(conn, account, email, why=why, now=now)
    messages.ask_again_of_strangers(conn, since=account.created_at)
    return changed


def _reason(reason: str | None, what: str) -> str:
    if not (reason or "").strip():
        raise UsageError(f"{what} is set only with a reason (--reason TEXT): the account begins again")
    return str(reason).strip()
