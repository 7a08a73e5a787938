"""Secrets given where the vault key is not at hand.

Sealed to the vault's public key (X25519), opened once by a worker.

A sealed box: an ephemeral key, a key derived from both public halves (HKDF, SHA-256), AES-256-GCM bound to account and kind.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy.engine import Connection

from agent.store.database.schema import handed_in
from agent.store.vault.keys import KEY_BYTES, Vault, VaultError
from agent.store.vault.sign_in_secrets import SignInSecrets, from_bytes

_SECRETS = "secrets"
_ZERO_NONCE = bytes(12)  # each box has a key of its own

Take = Callable[[Connection, str, SignInSecrets], object]


def public_key(vault: Vault) -> str:
    """The public half of the vault's current key, in URL-safe Base64."""
    return base64.urlsafe_b64encode(_raw(_private(vault, vault.key_id).public_key())).decode()


def parse_public_key(text: str) -> bytes:
    """Read VAULT_PUBLIC_KEY.

    Raises:
        VaultError: it is not 32 bytes in URL-safe Base64.
    """
    try:
        key = base64.b64decode(text.strip() + "=" * (-len(text.strip()) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise VaultError("SC_AGENT_VAULT_PUBLIC_KEY is not what 'sc-agent vault public-key' prints")
    return key


def put(conn: Connection, public: str, account_id: str, given: SignInSecrets, *, now: datetime) -> None:
    """Seal secrets for a worker; what waited for the account before is dropped.

    Raises:
        VaultError: the public key is none.
    """
    key = parse_public_key(public)
    plain = {"password": given.password.get_secret_value(), "totp_secret": given.totp_secret.get_secret_value()}
    sealed = _seal(key, json.dumps(plain).encode(), context=_context(account_id))
    conn.execute(handed_in.delete().where(handed_in.c.account_id == account_id, handed_in.c.kind == _SECRETS))
    row = {"account_id": account_id, "kind": _SECRETS, "key_id": _key_id(key), "sealed": sealed, "at": now}
    conn.execute(handed_in.insert().values(row))


def waiting(conn: Connection, account_id: str | None = None) -> list[int]:
    """What waits to be opened, the oldest first."""
    query = sa.select(handed_in.c.id).where(handed_in.c.kind == _SECRETS).order_by(handed_in.c.id)
    if account_id is not None:
        query = query.where(handed_in.c.account_id == account_id)
    return list(conn.scalars(query))


def open_one(conn: Connection, vault: Vault, row_id: int, *, take: Take) -> bool:
    """Open one and hand it to `take`, in this transaction.

    False when somebody else was faster.

    Raises:
        VaultError: no key of the vault, current or old, opens it.
    """
    row = conn.execute(sa.select(handed_in).where(handed_in.c.id == row_id).with_for_update()).mappings().one_or_none()
    if row is None:
        return False
    for key_id in vault.key_ids:
        private = _private(vault, key_id)
        if _key_id(_raw(private.public_key())) == row["key_id"]:
            plain = _unseal(private, bytes(row["sealed"]), context=_context(row["account_id"]))
            conn.execute(handed_in.delete().where(handed_in.c.id == row_id))
            take(conn, row["account_id"], from_bytes(plain))
            return True
    raise VaultError(
        f"secrets given to account {row['account_id']} by the API were sealed to another vault's public key; set "
        "SC_AGENT_VAULT_PUBLIC_KEY of the web role anew and give them again"
    )


def _seal(public: bytes, data: bytes, *, context: bytes) -> bytes:
    ephemeral = X25519PrivateKey.generate()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    mine = _raw(ephemeral.public_key())
    return mine + AESGCM(_derived(shared, mine + public)).encrypt(_ZERO_NONCE, data, context)


def _unseal(private: X25519PrivateKey, sealed: bytes, *, context: bytes) -> bytes:
    theirs, box = sealed[:KEY_BYTES], sealed[KEY_BYTES:]
    shared = private.exchange(X25519PublicKey.from_public_bytes(theirs))
    try:
        return AESGCM(_derived(shared, theirs + _raw(private.public_key()))).decrypt(_ZERO_NONCE, box, context)
    except InvalidTag as err:
        raise VaultError("secrets given by the API do not open: they were altered or belong elsewhere") from err


def _derived(shared: bytes, both: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=both, info=b"sc-agent handed in").derive(shared)


def _private(vault: Vault, key_id: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(vault.derive(key_id, "handed in"))


def _raw(key: X25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def _key_id(public: bytes) -> str:
    return hmac.digest(public, b"sc-agent public key", hashlib.sha256).hex()[:16]


def _context(account_id: str) -> bytes:
    return f"{_SECRETS}:{account_id}".encode()
