"""Which accounts' secrets are kept elsewhere, and the version read last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.totp_seed import parse_seed
from agent.store.database.schema import accounts, secret_refs
from agent.store.database.upsert import upsert
from agent.store.outbox.pending import touch
from agent.store.vault import sessions, sign_in_secrets
from agent.store.vault.keys import Vault
from agent.store.vault.sign_in_secrets import SignInSecrets, StoredSecrets


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRef:
    """Where an account's secrets are kept.

    `store_version` is the store's own name of the version read last.
    """

    account_id: str
    ref: str
    store_version: str | None
    read_at: datetime | None


def put(conn: Connection, account_id: str, ref: str, *, now: datetime) -> None:
    """Say where an account's secrets are kept.

    Those in our vault and the session are dropped.
    """
    sign_in_secrets.forget(conn, account_id, now=now)
    sessions.forget(conn, account_id)
    upsert(conn, secret_refs, {"account_id": account_id}, {"ref": ref, "store_version": None, "read_at": None})
    touch(conn, account_id, "secret", now=now)


def get(conn: Connection, account_id: str) -> SecretRef | None:
    """The account's reference.

    None when its secrets are in our vault, or were never given.
    """
    row = conn.execute(sa.select(secret_refs).where(secret_refs.c.account_id == account_id)).mappings().one_or_none()
    return None if row is None else SecretRef(**row)


def list_all(conn: Connection) -> list[SecretRef]:
    """Every account whose secrets are kept elsewhere, by account."""
    return [
        SecretRef(**row) for row in conn.execute(sa.select(secret_refs).order_by(secret_refs.c.account_id)).mappings()
    ]


def observe(
    conn: Connection, vault: Vault, account_id: str, secrets: SignInSecrets, *, version: str, now: datetime
) -> StoredSecrets:
    """Take what a store gave for one visit.

    Nothing of it is stored but the name of its version.

    Another version counts the account's secret version up, which opens the attempt budget and ends the session: a
    rejected version is not typed again, and a new one is tried by itself.
    """
    known = get(conn, account_id)
    if known is not None and known.store_version not in (None, version):
        more = accounts.update().where(accounts.c.id == account_id)
        conn.execute(more.values(secret_version=accounts.c.secret_version + 1))
        sessions.forget(conn, account_id)
    mine = secret_refs.update().where(secret_refs.c.account_id == account_id)
    conn.execute(mine.values(store_version=version, read_at=now))
    number = conn.scalar(sa.select(accounts.c.secret_version).where(accounts.c.id == account_id))
    seed = parse_seed(secrets.totp_secret.get_secret_value())
    return StoredSecrets(secrets=secrets, seed_id=vault.seed_id(seed.secret), version=int(number or 0))
