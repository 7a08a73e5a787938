"""Password and seed of an account: sealed together, changed together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Connection

from agent.domain.totp_seed import parse_seed
from agent.errors import ConfigurationError
from agent.store.database.schema import accounts, secret_refs, secrets
from agent.store.database.upsert import upsert
from agent.store.outbox.pending import touch
from agent.store.sign_in import acts
from agent.store.vault.binding import FORMAT, owner_of, unseal_row
from agent.store.vault.keys import Vault
from flows import Act

KIND = "secrets"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSecrets:
    """What signs an account in.

    `totp_secret` is as the owner gave it: Base32 or otpauth://.
    """

    password: SecretStr
    totp_secret: SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSecrets:
    """Unsealed secrets with the names they are counted under."""

    secrets: SignInSecrets
    seed_id: str
    version: int


def save(conn: Connection, vault: Vault, account_id: str, given: SignInSecrets, *, now: datetime) -> None:
    """Seal and store.

    A change counts the account's secret version up, which opens the attempt budget again.

    A password that stays the same takes with it what became of it: one that was rejected is not typed again for being
    given twice.

    Raises:
        SeedError: the seed is not one.
        ConfigurationError: the account's secrets are kept elsewhere.
    """
    seed = parse_seed(given.totp_secret.get_secret_value())
    if has(conn, account_id) and not is_sealed(conn, account_id):
        raise ConfigurationError(f"the secrets of account {account_id} are kept in another store; change them there")
    is_same = _is_password(conn, vault, account_id, given.password)
    if is_sealed(conn, account_id):
        _count_up(conn, account_id)
        touch(conn, account_id, "secret", now=now)
    key_id, sealed = vault.seal(_to_bytes(given), context=owner_of(conn, account_id).context(KIND))
    values = {"key_id": key_id, "sealed": sealed, "seed_id": vault.seed_id(seed.secret), "changed_at": now}
    upsert(conn, secrets, {"account_id": account_id}, values | {"format": FORMAT})
    if is_same:
        acts.carry_over(conn, account_id, Act.TYPE_PASSWORD, version=load(conn, vault, account_id).version)


def load(conn: Connection, vault: Vault, account_id: str) -> StoredSecrets:
    """Unseal.

    Raises:
        VaultError: the key is wrong, or the row is of another account, user email or version.
        ConfigurationError: the account has no secrets.
    """
    query = sa.select(secrets, accounts.c.secret_version).join(accounts, accounts.c.id == secrets.c.account_id)
    row = conn.execute(query.where(secrets.c.account_id == account_id)).mappings().one_or_none()
    if row is None:
        raise ConfigurationError(
            f"account {account_id} has no secrets; run: sc-agent accounts secret {account_id} --secrets-stdin"
        )
    given = from_bytes(unseal_row(conn, vault, row, kind=KIND))
    return StoredSecrets(secrets=given, seed_id=row["seed_id"], version=row["secret_version"])


def has(conn: Connection, account_id: str) -> bool:
    """Whether the account's secrets were given, or a reference to where they are kept."""
    elsewhere = sa.select(secret_refs.c.account_id).where(secret_refs.c.account_id == account_id)
    return is_sealed(conn, account_id) or conn.scalar(elsewhere) is not None


def is_sealed(conn: Connection, account_id: str) -> bool:
    """Whether the account's secrets are in our vault."""
    return conn.scalar(sa.select(secrets.c.account_id).where(secrets.c.account_id == account_id)) is not None


def one_account_of_each_key(conn: Connection) -> list[str]:
    """An account for each key that secrets are sealed with."""
    return list(conn.scalars(sa.select(sa.func.min(secrets.c.account_id)).group_by(secrets.c.key_id)))


def forget_reference(conn: Connection, account_id: str) -> None:
    """Keep the account's secrets in our vault from now on."""
    if conn.execute(secret_refs.delete().where(secret_refs.c.account_id == account_id)).rowcount:
        _count_up(conn, account_id)


def forget(conn: Connection, account_id: str, *, now: datetime) -> None:
    """Drop the account's secrets; what is given next is another version."""
    if conn.execute(secrets.delete().where(secrets.c.account_id == account_id)).rowcount:
        _count_up(conn, account_id)
        touch(conn, account_id, "secret", now=now)


def from_bytes(data: bytes) -> SignInSecrets:
    """The reverse of what is sealed."""
    fields = json.loads(data)
    return SignInSecrets(password=SecretStr(fields["password"]), totp_secret=SecretStr(fields["totp_secret"]))


def _count_up(conn: Connection, account_id: str) -> None:
    more = accounts.update().where(accounts.c.id == account_id)
    conn.execute(more.values(secret_version=accounts.c.secret_version + 1))


def _is_password(conn: Connection, vault: Vault, account_id: str, password: SecretStr) -> bool:
    """Whether this is the account's password already.

    False where nothing is stored, or what is stored cannot be opened.
    """
    try:
        return load(conn, vault, account_id).secrets.password == password
    except ConfigurationError:
        return False


def _to_bytes(given: SignInSecrets) -> bytes:
    return json.dumps(
        {"password": given.password.get_secret_value(), "totp_secret": given.totp_secret.get_secret_value()}
    ).encode()
