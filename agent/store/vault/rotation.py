"""Rotation of the vault key.

Everything sealed is sealed anew with the current key, row by row, safe to repeat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, RowMapping

from agent.clock import utc_now
from agent.domain.totp_seed import parse_seed
from agent.store.database.engine import reading, writing
from agent.store.database.schema import (
    codes,
    login_orders,
    mail_codes,
    messages,
    pending_seeds,
    sealed_keys,
)
from agent.store.database.schema import (
    secrets as secrets_table,
)
from agent.store.database.schema import (
    sessions as sessions_table,
)
from agent.store.vault import drawn_secrets, password_memory, received_codes, sessions, sign_in_secrets
from agent.store.vault.binding import bind_old_rows, owner_of
from agent.store.vault.keys import Vault

Context = Callable[[Connection, RowMapping], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """How many rows were sealed anew."""

    secrets: int
    sessions: int
    messages: int


def message_context(row: RowMapping) -> str:
    """What the seal of a stored message is bound to."""
    return f"message:{row['sha256']}"


def rotate(engine: Engine, vault: Vault) -> Rotated:
    """Seal everything with the vault's current key.

    The old keys must be at hand (SC_AGENT_VAULT_OLD_KEYS).

    Raises:
        VaultError: a row was sealed with a key that is not at hand; rows before it stay rotated.
    """
    bind_old_rows(engine, vault, now=utc_now())
    _rotate(engine, vault, sealed_keys, lambda _, row: password_memory.context(row["name"]))
    _rotate(engine, vault, login_orders, lambda conn, row: drawn_secrets.password_context(conn, row["account_id"]))
    _rotate(
        engine,
        vault,
        pending_seeds,
        lambda conn, row: drawn_secrets.seed_context(conn, row["account_id"]),
        also=_carry_pending,
    )
    _rotate(engine, vault, mail_codes, lambda _, row: received_codes.context(row["account_id"]))
    return Rotated(
        secrets=_rotate(engine, vault, secrets_table, _owned_by(sign_in_secrets.KIND), also=_carry_seed),
        sessions=_rotate(engine, vault, sessions_table, _owned_by(sessions.KIND)),
        messages=_rotate(engine, vault, messages, lambda _, row: message_context(row)),
    )


def _owned_by(kind: str) -> Context:
    return lambda conn, row: owner_of(conn, row["account_id"]).context(kind)


def _rotate(
    engine: Engine,
    vault: Vault,
    table: sa.Table,
    context: Context,
    *,
    also: Callable[[Connection, Vault, RowMapping, bytes], None] | None = None,
) -> int:
    key = next(iter(table.primary_key.columns))
    stale = sa.and_(table.c.sealed.is_not(None), table.c.key_id != vault.key_id)
    with reading(engine) as conn:
        ids = list(conn.scalars(sa.select(key).where(stale)))
    for each in ids:
        with writing(engine) as conn:
            row = conn.execute(sa.select(table).where(key == each, stale).with_for_update()).mappings().one_or_none()
            if row is None:
                continue
            bound_to = context(conn, row)
            data = vault.unseal(row["key_id"], row["sealed"], context=bound_to)
            key_id, sealed = vault.seal(data, context=bound_to)
            conn.execute(table.update().where(key == each).values(key_id=key_id, sealed=sealed))
            if also is not None:
                also(conn, vault, row, data)
    return len(ids)


def _carry_pending(conn: Connection, vault: Vault, row: RowMapping, data: bytes) -> None:
    new = vault.seed_id(parse_seed(data.decode()).secret)
    conn.execute(pending_seeds.update().where(pending_seeds.c.id == row["id"]).values(seed_id=new))
    _rename(conn, row["seed_id"], new)


def _carry_seed(conn: Connection, vault: Vault, row: RowMapping, data: bytes) -> None:
    """The ledger knows a seed by a keyed hash: rename it with the key."""
    seed = parse_seed(sign_in_secrets.from_bytes(data).totp_secret.get_secret_value())
    old, new = row["seed_id"], vault.seed_id(seed.secret)
    conn.execute(secrets_table.update().where(secrets_table.c.account_id == row["account_id"]).values(seed_id=new))
    _rename(conn, old, new)


def _rename(conn: Connection, old: str, new: str) -> None:
    taken = sa.select(codes.c.time_step).where(codes.c.seed_id == new)
    conn.execute(codes.update().where(codes.c.seed_id == old, codes.c.time_step.not_in(taken)).values(seed_id=new))
