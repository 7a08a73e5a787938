"""Registering accounts and forgetting them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from agent.domain.account import NewAccount
from agent.store import accounts
from agent.store.inbox import messages
from agent.store.vault import sign_in_secrets
from agent.store.vault.keys import Vault
from agent.store.vault.sign_in_secrets import SignInSecrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One account to be registered; without secrets it waits for `give_secrets`."""

    account: NewAccount
    secrets: SignInSecrets | None = None


def register(
    conn: Connection, vault: Vault, registrations: Sequence[Registration], *, now: datetime, window: timedelta
) -> None:
    """Register accounts, all or none.

    Genuine mails to them that nobody expected within `window` are judged once more.

    An account may name another one of the same call as `audit_as`.

    Raises:
        AccountExistsError: an id or a user email is taken; `code` is account_exists or email_taken.
        UnknownAccountError: an `audit_as` names no account.
    """
    for each in registrations:
        accounts.add(conn, replace(each.account, audit_as=None), now=now)
        if each.secrets:
            sign_in_secrets.save(conn, vault, each.account.id, each.secrets, now=now)
    for each in registrations:
        if each.account.audit_as:
            accounts.get(conn, each.account.audit_as)
            accounts.edit(conn, each.account.id, audit_as=each.account.audit_as)
    messages.ask_again_of_strangers(conn, since=now - window)


def remove(conn: Connection, account_id: str) -> None:
    """Forget an account with its secrets, session, audits and history.

    Nothing changes in Seller Central.

    What is remembered of its passwords, as keyed hashes of its user email, stays.

    Raises:
        UnknownAccountError: there is none.
    """
    accounts.remove(conn, account_id)
