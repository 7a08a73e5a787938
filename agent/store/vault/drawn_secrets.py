"""Secrets that the agent makes itself.

The password of a login that is being created, and seeds that are not proven yet.

Both are sealed before the site hears of them, and bound to account and user email alone: the version of the account's
secrets changes only when they come into force.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Connection

from agent.domain.totp_seed import parse_seed
from agent.store.database.schema import accounts, login_orders, old_authenticators, pending_seeds
from agent.store.database.schema import secrets as stored
from agent.store.vault.binding import owner_of
from agent.store.vault.keys import Vault

_LOWER, _UPPER, _DIGITS, _SIGNS = "abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "!#%+-=?_"
LEAST, MOST = 24, 64  # characters, whatever less the site would take


class Errand(StrEnum):
    """What a seed is enrolled for."""

    REGISTRATION = "registration"
    ROTATION = "rotation"


class SeedState(StrEnum):
    """What became of a seed; the stored words."""

    PENDING = "pending"  # the site may know it or not
    IN_FORCE = "in_force"  # it became the account's
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingSeed:
    """A seed that the site showed; `seed_id` names it in the ledger of codes."""

    id: int
    seed: SecretStr
    seed_id: str


def draw_password(*, least: int = LEAST, most: int = MOST) -> SecretStr:
    """Draw a password with each kind of character.

    At least 24 long, unless the page takes fewer.
    """
    length = min(max(least, LEAST), max(most, 1))
    kinds = (_LOWER, _UPPER, _DIGITS, _SIGNS)
    while True:
        drawn = "".join(secrets.choice("".join(kinds)) for _ in range(length))
        if length < len(kinds) or (all(set(kind) & set(drawn) for kind in kinds) and drawn[0].isalpha()):
            return SecretStr(drawn)


def keep_password(conn: Connection, vault: Vault, account_id: str, password: SecretStr) -> None:
    """Seal the password of an order. Commit before typing it."""
    key_id, sealed = vault.seal(password.get_secret_value().encode(), context=password_context(conn, account_id))
    mine = login_orders.update().where(login_orders.c.account_id == account_id)
    conn.execute(mine.values(key_id=key_id, sealed=sealed))


def load_password(conn: Connection, vault: Vault, account_id: str) -> SecretStr | None:
    """The password that was drawn for an order; None when none was.

    Raises:
        VaultError: it does not open.
    """
    query = sa.select(login_orders.c.key_id, login_orders.c.sealed).where(login_orders.c.account_id == account_id)
    row = conn.execute(query).one_or_none()
    if row is None or row.sealed is None:
        return None
    return SecretStr(vault.unseal(row.key_id, row.sealed, context=password_context(conn, account_id)).decode())


def forget_password(conn: Connection, account_id: str) -> None:
    """Drop an order's password.

    It is among the account's secrets now, or worth nothing.
    """
    mine = login_orders.update().where(login_orders.c.account_id == account_id)
    conn.execute(mine.values(key_id=None, sealed=None))


def keep_seed(
    conn: Connection, vault: Vault, account_id: str, seed: SecretStr, *, errand: Errand, visit_id: str, now: datetime
) -> PendingSeed:
    """Seal a seed that the site showed. Commit before a code of it is typed.

    Raises:
        SeedError: it is no seed.
    """
    seed_id = vault.seed_id(parse_seed(seed.get_secret_value()).secret)
    key_id, sealed = vault.seal(seed.get_secret_value().encode(), context=seed_context(conn, account_id))
    row = {
        "account_id": account_id,
        "errand": errand,
        "visit_id": visit_id,
        "state": SeedState.PENDING,
        "seed_id": seed_id,
        "key_id": key_id,
        "sealed": sealed,
        "at": now,
    }
    row_id: int = conn.execute(pending_seeds.insert().values(row).returning(pending_seeds.c.id)).scalar_one()
    return PendingSeed(id=row_id, seed=seed, seed_id=seed_id)


def load_pending(conn: Connection, vault: Vault, account_id: str, *, errand: Errand) -> list[PendingSeed]:
    """The seeds that the site may know, the newest first.

    Raises:
        VaultError: one does not open.
    """
    mine = sa.and_(
        pending_seeds.c.account_id == account_id,
        pending_seeds.c.errand == errand,
        pending_seeds.c.state == SeedState.PENDING,
    )
    rows = conn.execute(sa.select(pending_seeds).where(mine).order_by(pending_seeds.c.id.desc())).mappings().all()
    context = seed_context(conn, account_id)
    return [
        PendingSeed(
            id=row["id"],
            seed=SecretStr(vault.unseal(row["key_id"], row["sealed"], context=context).decode()),
            seed_id=row["seed_id"],
        )
        for row in rows
    ]


def settle_seeds(conn: Connection, account_id: str, *, errand: Errand, in_force: int | None) -> None:
    """One seed of an errand came into force, or none.

    The others are dropped with their bytes.
    """
    mine = sa.and_(
        pending_seeds.c.account_id == account_id,
        pending_seeds.c.errand == errand,
        pending_seeds.c.state == SeedState.PENDING,
    )
    state = sa.case((pending_seeds.c.id == in_force, SeedState.IN_FORCE), else_=SeedState.DROPPED)
    conn.execute(pending_seeds.update().where(mine).values(state=state, key_id=None, sealed=None))


def password_context(conn: Connection, account_id: str) -> str:
    """What the seal of an order's password is bound to."""
    return _context(conn, "drawn_password", account_id)


def seed_context(conn: Connection, account_id: str) -> str:
    """What the seal of a pending seed is bound to."""
    return _context(conn, "pending_seed", account_id)


def readdressed(conn: Connection, account_id: str) -> None:
    """Drop everything drawn for an address that is the account's no more."""
    conn.execute(login_orders.delete().where(login_orders.c.account_id == account_id))
    conn.execute(pending_seeds.delete().where(pending_seeds.c.account_id == account_id))
    conn.execute(old_authenticators.delete().where(old_authenticators.c.account_id == account_id))


def _context(conn: Connection, kind: str, account_id: str) -> str:
    owner = owner_of(conn, account_id)
    return f"{kind}:{json.dumps([owner.account_id, owner.user_email])}"


def accounts_with_secrets_before(conn: Connection, before: datetime) -> list[str]:
    """The accounts whose secrets were changed last before then, the oldest first."""
    query = sa.select(accounts.c.id).join(stored, stored.c.account_id == accounts.c.id)
    return list(conn.scalars(query.where(stored.c.changed_at < before).order_by(stored.c.changed_at)))
