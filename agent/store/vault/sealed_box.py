"""Boxes that any process can seal, and only one with the vault opens.

X25519, by the vault's public key.

An ephemeral key, a key derived from both public halves (HKDF, SHA-256), AES-256-GCM bound to a context.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agent.store.vault.keys import KEY_BYTES, Vault, VaultError

_ZERO_NONCE = bytes(12)  # each box has a key of its own


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


def seal(public: str, data: bytes, *, context: str) -> tuple[str, bytes]:
    """Seal for the holder of the private half.

    Returns the public key's id and the box.

    Raises:
        VaultError: the public key is none.
    """
    key = parse_public_key(public)
    ephemeral = X25519PrivateKey.generate()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(key))
    mine = _raw(ephemeral.public_key())
    return _key_id(key), mine + AESGCM(_derived(shared, mine + key)).encrypt(_ZERO_NONCE, data, context.encode())


def unseal(vault: Vault, key_id: str, sealed: bytes, *, context: str) -> bytes | None:
    """Open a box with the vault's current or an old key.

    None when it was sealed for no key at hand.

    Raises:
        VaultError: it was altered, or sealed for another context.
    """
    for each in vault.key_ids:
        private = _private(vault, each)
        if _key_id(_raw(private.public_key())) == key_id:
            return _open(private, bytes(sealed), context.encode())
    return None


def _open(private: X25519PrivateKey, sealed: bytes, context: bytes) -> bytes:
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
