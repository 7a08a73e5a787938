"""Registering accounts and forgetting them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agent.actions.fields import OTHER_ACCOUNT, FieldError
from agent.domain.account import NewAccount
from agent.domain.login_order import NewOrder
from agent.errors import UsageError
from agent.store import account_changes, accounts, erasures
from agent.store.database.handles import Connection
from agent.store.inbox import messages
from agent.store.sign_in import login_orders, secret_refs
from agent.store.vault import sign_in_secrets
from agent.store.vault.keys import Vault
from agent.store.vault.sign_in_secrets import SignInSecrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One account to be registered; without secrets it waits for `give_secrets`."""

    account: NewAccount
    secrets: SignInSecrets | None = None
    secret_ref: str | None = None  # where the secrets are kept, instead of in our vault
    order: NewOrder | None = None  # create a login when an invitation comes and the user email has none


def register(
    conn: Connection, vault: Vault, registrations: Sequence[Registration], *, now: datetime, window: timedelta
) -> None:
    """Register accounts, all or none.

    Genuine mails to them that came within `window`, before they were registered, are judged once more.

    An account may name another one of the same call as `audit_as`.

    Raises:
        AccountExistsError: an id or a user email is taken; `code` is account_exists or email_taken.
        UnknownAccountError: an `audit_as` names no account.
        FieldError: an `audit_as` names the account itself.
    """
    for each in registrations:
        accounts.add(conn, replace(each.account, audit_as=None), now=now)
        if each.secrets:
            sign_in_secrets.save(conn, vault, each.account.id, each.secrets, now=now)
        if each.secret_ref:
            secret_refs.put(conn, each.account.id, each.secret_ref, now=now)
        if each.order:
            login_orders.place(conn, each.account.id, each.order, now=now)
    for each in registrations:
        if each.account.audit_as:
            accounts.get(conn, each.account.audit_as)
            if each.account.audit_as == each.account.id:
                raise FieldError("audit_as", OTHER_ACCOUNT)
            account_changes.set_audit_as(conn, each.account.id, each.account.audit_as, now=now)
    messages.ask_again_of_strangers(conn, since=now - window)


def order_login(conn: Connection, account_id: str, order: NewOrder, *, now: datetime) -> None:
    """Order a login for a registered account, or anew after an order that ended.

    What was drawn for an earlier form is kept: the next visit first signs in with it, and registers only where the site
    still does not know the address.

    Raises:
        UnknownAccountError: there is none.
        UsageError: it has secrets, or its order is still open.
    """
    accounts.get(conn, account_id, lock=True)
    if sign_in_secrets.has(conn, account_id):
        raise UsageError(f"account {account_id} has secrets, so its user email has a login; nothing was ordered")
    placed = login_orders.get(conn, account_id, lock=True)
    if placed is not None and placed.is_open:
        raise UsageError(f"the order of account {account_id} is {placed.state}; one order is one login")
    login_orders.place(conn, account_id, order, now=now)


def order_anew(conn: Connection, account_id: str, *, agreed_by: str, now: datetime) -> None:
    """Order a login anew, for the person who was named before.

    `agreed_by` accepts Amazon's conditions for it. A phone number that was typed is not typed again: the next one is
    asked for where the site wants one.

    Raises:
        UnknownAccountError, UsageError: as `order_login`; or nothing was ever ordered.
    """
    placed = login_orders.get(conn, account_id, lock=True)
    if placed is None:
        raise UsageError(f"no login was ever ordered for account {account_id}")
    phone = placed.phone if placed.phone_typed_at is None else None
    order_login(conn, account_id, NewOrder(person_name=placed.person_name, agreed_by=agreed_by, phone=phone), now=now)


def remove(conn: Connection, account_id: str, *, now: datetime, keep_evidence: timedelta, who: str | None) -> None:
    """Forget an account with its secrets, session, audits and history.

    Its evidence goes after `keep_evidence`.

    Nothing changes in Seller Central. What is remembered of its passwords, as keyed hashes of its user email, stays,
    and so does the proof of what was erased.

    Raises:
        UnknownAccountError: there is none.
    """
    counts = erasures.count_rows(conn, account_id)
    accounts.remove(conn, account_id, now=now)
    erasures.begin(conn, account_id, counts=counts, who=who, now=now, keep=keep_evidence)
