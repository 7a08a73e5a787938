"""Stored browser sessions: sealed, one an account, proven by reading back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import sessions
from agent.store.database.upsert import upsert
from agent.store.vault.binding import FORMAT, owner_of, unseal_row
from agent.store.vault.keys import Vault, VaultError

KIND = "session"


def save(conn: Connection, vault: Vault, account_id: str, state: Mapping[str, Any], *, now: datetime) -> None:
    """Seal and store in this transaction; read back before it can commit.

    Raises:
        VaultError: what was read back is not what was stored.
    """
    key_id, sealed = vault.seal(json.dumps(state).encode(), context=owner_of(conn, account_id).context(KIND))
    values = {"key_id": key_id, "sealed": sealed, "saved_at": now, "format": FORMAT}
    upsert(conn, sessions, {"account_id": account_id}, values)
    if load(conn, vault, account_id) != json.loads(json.dumps(state)):
        raise VaultError("session could not be read back as it was stored; the old one is kept")


def load(conn: Connection, vault: Vault, account_id: str) -> dict[str, Any] | None:
    """The stored session; None when there is none.

    Raises:
        VaultError: it does not open with the keys at hand.
    """
    row = conn.execute(sa.select(sessions).where(sessions.c.account_id == account_id)).mappings().one_or_none()
    if row is None:
        return None
    state: dict[str, Any] = json.loads(unseal_row(conn, vault, row, kind=KIND))
    return state


def forget(conn: Connection, account_id: str) -> None:
    """Drop the stored session."""
    conn.execute(sessions.delete().where(sessions.c.account_id == account_id))


def has(conn: Connection, account_id: str) -> bool:
    """Whether a session is stored; says nothing about its being valid."""
    return conn.scalar(sa.select(sessions.c.account_id).where(sessions.c.account_id == account_id)) is not None
