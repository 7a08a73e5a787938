"""Giving an account its password and seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agent.domain.account import Account
from agent.errors import ConfigurationError
from agent.store import accounts
from agent.store.database.handles import Connection
from agent.store.sign_in import acts
from agent.store.sign_in.password_marks import Mark
from agent.store.vault import sessions, sign_in_secrets
from agent.store.vault.keys import Vault
from agent.store.vault.password_memory import mark_of, remember
from agent.store.vault.sign_in_secrets import SignInSecrets
from flows import Act


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenSecrets:
    """How an account stands with its new secrets.

    `is_barred`: the site rejected this very password before.
    """

    account: Account
    is_barred: bool


def give_secrets(
    conn: Connection, vault: Vault, account_id: str, given: SignInSecrets, *, now: datetime
) -> GivenSecrets:
    """Replace password and seed.

    The stored session goes, and with a new password the attempt budget starts afresh.

    Raises:
        UnknownAccountError: there is no such account.
        VaultError: a key is not at hand.
    """
    _remember_doubt(conn, vault, accounts.get(conn, account_id, lock=True), now=now)
    sign_in_secrets.forget_reference(conn, account_id)
    sign_in_secrets.save(conn, vault, account_id, given, now=now)
    sessions.forget(conn, account_id)
    account = accounts.get(conn, account_id)
    mark = mark_of(conn, vault, account.user_email, given.password)
    is_barred = mark is Mark.REJECTED or acts.was_rejected(conn, account_id, Act.TYPE_PASSWORD)
    return GivenSecrets(account=account, is_barred=is_barred)


def _remember_doubt(conn: Connection, vault: Vault, account: Account, *, now: datetime) -> None:
    """Let a doubt go with the password, not with its version.

    The same password may be given again later.
    """
    if not acts.is_doubted(conn, account.id, Act.TYPE_PASSWORD) or not sign_in_secrets.is_sealed(conn, account.id):
        return
    try:
        before = sign_in_secrets.load(conn, vault, account.id).secrets.password
    except ConfigurationError:  # it does not open, so no visit typed it with these keys
        return
    remember(conn, vault, account.user_email, before, Mark.DOUBTED, now=now)
