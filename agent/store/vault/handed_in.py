"""Secrets given where the vault key is not at hand.

Sealed to the vault's public key, opened once by a worker.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import handed_in
from agent.store.outbox.wake import Signal, announce
from agent.store.vault import sealed_box
from agent.store.vault.keys import Vault, VaultError
from agent.store.vault.sign_in_secrets import SignInSecrets, from_bytes

_SECRETS = "secrets"

Take = Callable[[Connection, str, SignInSecrets], object]


def put(conn: Connection, public: str, account_id: str, given: SignInSecrets, *, now: datetime) -> None:
    """Seal secrets for a worker; what waited for the account before is dropped.

    Raises:
        VaultError: the public key is none.
    """
    plain = {"password": given.password.get_secret_value(), "totp_secret": given.totp_secret.get_secret_value()}
    key_id, sealed = sealed_box.seal(public, json.dumps(plain).encode(), context=_context(account_id))
    conn.execute(handed_in.delete().where(handed_in.c.account_id == account_id, handed_in.c.kind == _SECRETS))
    row = {"account_id": account_id, "kind": _SECRETS, "key_id": key_id, "sealed": sealed, "at": now}
    conn.execute(handed_in.insert().values(row))
    announce(conn, Signal.ASKED)


def waiting(conn: Connection, account_id: str | None = None) -> list[int]:
    """What waits to be opened, the oldest first."""
    query = sa.select(handed_in.c.id).where(handed_in.c.kind == _SECRETS).order_by(handed_in.c.id)
    if account_id is not None:
        query = query.where(handed_in.c.account_id == account_id)
    return list(conn.scalars(query))


def open_one(conn: Connection, vault: Vault, row_id: int, *, take: Take) -> bool:
    """Open one and hand it to `take`, in this transaction.

    False when another process was faster.

    Raises:
        VaultError: no key of the vault, current or old, opens it.
    """
    row = conn.execute(sa.select(handed_in).where(handed_in.c.id == row_id).with_for_update()).mappings().one_or_none()
    if row is None:
        return False
    plain = sealed_box.unseal(vault, row["key_id"], bytes(row["sealed"]), context=_context(row["account_id"]))
    if plain is None:
        raise VaultError(
            f"secrets given to account {row['account_id']} by the API were sealed to another vault's public key; set "
            "SC_AGENT_VAULT_PUBLIC_KEY of the web role anew and give them again"
        )
    conn.execute(handed_in.delete().where(handed_in.c.id == row_id))
    take(conn, row["account_id"], from_bytes(plain))
    return True


def _context(account_id: str) -> str:
    return f"{_SECRETS}:{account_id}"
