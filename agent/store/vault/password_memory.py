"""What became of passwords, remembered as keyed hashes for each user email.

Beyond `accounts remove`, and beyond any number of other passwords in between.

The hash is keyed with random bytes of its own that are sealed in the vault and sealed anew at its rotation; without the
vault key a row says nothing, not even whether two passwords are the same.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from datetime import datetime

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Connection

from agent.store.database.schema import password_marks, sealed_keys
from agent.store.database.upsert import insert_once, upsert
from agent.store.sign_in.password_marks import Mark, user_digest
from agent.store.vault.keys import Vault

_NAME = "password_memory"


def context(name: str) -> str:
    """What the seal of a key is bound to."""
    return f"key:{name}"


def remember(
    conn: Connection, vault: Vault, user_email: str, password: SecretStr, mark: Mark, *, now: datetime
) -> None:
    """Remember what became of a password; a rejection is not weakened by a doubt.

    Raises:
        VaultError: the key of the hashes does not open.
    """
    if mark is Mark.DOUBTED and mark_of(conn, vault, user_email, password) is Mark.REJECTED:
        return
    key = {"user_digest": user_digest(user_email), "password_digest": _digest(conn, vault, user_email, password)}
    upsert(conn, password_marks, key, {"mark": mark, "at": now})


def mark_of(conn: Connection, vault: Vault, user_email: str, password: SecretStr) -> Mark | None:
    """What is known of a password of this user email.

    None: nothing that speaks against it.

    Raises:
        VaultError: as `remember`.
    """
    mine = password_marks.c.user_digest == user_digest(user_email)
    if conn.scalar(sa.select(sa.func.count()).select_from(password_marks).where(mine)) == 0:
        return None
    this = password_marks.c.password_digest == _digest(conn, vault, user_email, password)
    found = conn.scalar(sa.select(password_marks.c.mark).where(mine, this))
    return None if found is None else Mark(found)


def _digest(conn: Connection, vault: Vault, user_email: str, password: SecretStr) -> str:
    text = f"{user_email.strip().lower()}\0{password.get_secret_value()}"
    return hmac.digest(_key(conn, vault), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()


def _key(conn: Connection, vault: Vault) -> bytes:
    """The key of the hashes, made at its first use.

    Of two that make it at once, one is kept.
    """
    query = sa.select(sealed_keys).where(sealed_keys.c.name == _NAME)
    row = conn.execute(query).mappings().one_or_none()
    if row is None:
        key_id, sealed = vault.seal(os.urandom(32), context=context(_NAME))
        insert_once(conn, sealed_keys, {"name": _NAME, "key_id": key_id, "sealed": sealed})
        row = conn.execute(query).mappings().one()
    return vault.unseal(row["key_id"], row["sealed"], context=context(_NAME))
