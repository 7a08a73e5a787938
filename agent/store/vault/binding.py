"""What sealed rows are bound to, and sealing anew the rows of 0.1.

Those were bound to the id alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Connection, Engine

from agent.store.database.engine import reading, writing
from agent.store.database.schema import accounts, secrets, sessions, switches
from agent.store.database.upsert import upsert
from agent.store.sign_in import acts
from agent.store.sign_in.password_marks import Mark
from agent.store.vault.keys import Vault, VaultError
from agent.store.vault.password_memory import remember
from flows import Act

FORMAT = 2  # of a row's seal; 1: bound to the account id alone, as 0.1 did
_DONE = "sealed_rows_bound"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whom a sealed row belongs to. `version` is that of the secrets in force."""

    account_id: str
    user_email: str
    version: int

    def context(self, kind: str) -> str:
        """What is bound into the seal.

        A row of another account, user email or version does not open.
        """
        return f"{kind}:{json.dumps([self.account_id, self.user_email, self.version])}"


def owner_of(conn: Connection, account_id: str) -> Owner:
    """Whom rows of this account belong to now."""
    columns = (accounts.c.user_email, accounts.c.secret_version)
    row = conn.execute(sa.select(*columns).where(accounts.c.id == account_id)).one()
    return Owner(account_id=account_id, user_email=row[0], version=row[1])


def unseal_row(conn: Connection, vault: Vault, row: sa.RowMapping, *, kind: str) -> bytes:
    """Open a row of `secrets` or `sessions`.

    One of 0.1 opens only as long as not all of them were sealed anew.

    Raises:
        VaultError: it does not open, or belongs to another account, user email or version.
    """
    if row["format"] == FORMAT:
        return vault.unseal(row["key_id"], row["sealed"], context=owner_of(conn, row["account_id"]).context(kind))
    if conn.scalar(sa.select(switches.c.name).where(switches.c.name == _DONE)) is not None:
        raise VaultError(f"{kind} of an old form turned up after all of them were sealed anew: they belong elsewhere")
    return vault.unseal(row["key_id"], row["sealed"], context=f"{kind}:{row['account_id']}")


def bind_old_rows(engine: Engine, vault: Vault, *, now: datetime) -> int:
    """Seal rows of 0.1 anew, bound to id, user email and version; returns how many.

    Safe to repeat, and to be killed.

    What 0.1 knew of rejected passwords becomes part of the memory that outlives their accounts.

    Raises:
        VaultError: a secret was sealed with a key that is not at hand; rows before it are done.
    """
    with reading(engine) as conn:
        if conn.scalar(sa.select(switches.c.name).where(switches.c.name == _DONE)) is not None:
            return 0
        ids = [conn.scalars(sa.select(table.c.account_id).where(table.c.format != FORMAT)).all() for table in _TABLES]
    for table, found in zip(_TABLES, ids, strict=True):
        for account_id in found:
            with writing(engine) as conn:
                _bind(conn, vault, table, account_id, now=now)
    with writing(engine) as conn:
        upsert(conn, switches, {"name": _DONE}, {"value": str(FORMAT), "at": now})
    return sum(map(len, ids))


_TABLES = (secrets, sessions)


def _bind(conn: Connection, vault: Vault, table: sa.Table, account_id: str, *, now: datetime) -> None:
    mine = sa.and_(table.c.account_id == account_id, table.c.format != FORMAT)
    row = conn.execute(sa.select(table).where(mine).with_for_update()).mappings().one_or_none()
    if row is None:
        return
    kind = "secrets" if table is secrets else "session"
    try:
        data = vault.unseal(row["key_id"], row["sealed"], context=f"{kind}:{account_id}")
    except VaultError:
        if table is secrets:
            raise
        conn.execute(table.delete().where(mine))  # a session that does not open costs a sign-in
        return
    owner = owner_of(conn, account_id)
    key_id, sealed = vault.seal(data, context=owner.context(kind))
    conn.execute(table.update().where(mine).values(key_id=key_id, sealed=sealed, format=FORMAT))
    if table is secrets and acts.was_rejected(conn, account_id, Act.TYPE_PASSWORD):
        password = SecretStr(json.loads(data)["password"])
        remember(conn, vault, owner.user_email, password, Mark.REJECTED, now=now)
