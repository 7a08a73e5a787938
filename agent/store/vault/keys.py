"""Encryption at rest: AES-256-GCM.

The key is from a setting, a file or the system keyring; the only user of
cryptography.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from agent.errors import ConfigurationError
from agent.settings.model import Settings

KEY_BYTES = 32
_NONCE_BYTES = 12
_KEYRING_USER = "vault-key"


class VaultError(ConfigurationError):
    """A key is missing or malformed, or does not open what was sealed."""


class Vault:
    """Seals with the current key; opens with the current or an old one.

    `context` says what is sealed and for whom ("secrets:A1"); it is bound into the seal, so that a row copied to
    another account does not open there.
    """

    def __init__(self, key: bytes, *, old: Iterable[bytes] = ()) -> None:
        self._keys = {_key_id(each): each for each in (*old, key)}
        self._current = _key_id(key)

    @property
    def key_id(self) -> str:
        """The public name of the current key."""
        return self._current

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The keys at hand, the current one last."""
        return tuple(self._keys)

    def derive(self, key_id: str, purpose: str) -> bytes:
        """32 bytes for another use of a key."""
        return hmac.digest(self._keys[key_id], f"sc-agent {purpose}".encode(), hashlib.sha256)

    def seal(self, data: bytes, *, context: str) -> tuple[str, bytes]:
        """Encrypt; returns the key's id and nonce + ciphertext."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._current, nonce + AESGCM(self._keys[self._current]).encrypt(nonce, data, context.encode())

    def unseal(self, key_id: str, sealed: bytes, *, context: str) -> bytes:
        """Decrypt what `seal` made.

        Raises:
            VaultError: the key is not at hand, or the bytes are not what was sealed for this context.
        """
        key = self._keys.get(key_id)
        if key is None:
            raise VaultError(
                f"what is stored ({_kind(context)}) was sealed with vault key {key_id}, but the settings give "
                f"{', '.join(self._keys)}; set that key as SC_AGENT_VAULT_KEY, or add it to SC_AGENT_VAULT_OLD_KEYS"
            )
        try:
            return AESGCM(key).decrypt(bytes(sealed[:_NONCE_BYTES]), bytes(sealed[_NONCE_BYTES:]), context.encode())
        except InvalidTag as err:
            raise VaultError(
                f"{_kind(context)} does not open with its key {key_id}: it was altered or belongs elsewhere"
            ) from err

    def seed_id(self, seed: str) -> str:
        """A keyed hash of a one-time-code seed.

        Equal for accounts that share it, useless without the key.
        """
        derived = hmac.digest(self._keys[self._current], b"sc-agent seed id", hashlib.sha256)
        return hmac.new(derived, seed.encode(), hashlib.sha256).hexdigest()[:32]


class NoVault(Vault):
    """The vault of a process that has no key and must need none."""

    def __init__(self) -> None:
        super().__init__(os.urandom(KEY_BYTES))

    def seal(self, data: bytes, *, context: str) -> tuple[str, bytes]:
        """Refuse: what is sealed with a key that is not kept is lost."""
        raise VaultError(f"{_kind(context)} cannot be sealed: this process has no vault key")


def has_key(settings: Settings) -> bool:
    """Whether the settings name a vault key at all."""
    return any(key is not None for key in (settings.vault_key, settings.vault_key_file, settings.vault_keyring))


def open_vault(settings: Settings) -> Vault:
    """The vault with the keys that the settings name.

    Raises:
        VaultError: no key is named, or one is not 32 bytes in URL-safe Base64.
    """
    old = [parse_key(key.get_secret_value(), source="SC_AGENT_VAULT_OLD_KEYS") for key in settings.vault_old_keys]
    text, source = _load_key(settings)
    return Vault(parse_key(text, source=source), old=old)


def configured_key(settings: Settings) -> bytes:
    """The current vault key itself, to derive other keys from.

    Raises:
        VaultError: see `open_vault`.
    """
    text, source = _load_key(settings)
    return parse_key(text, source=source)


def new_key() -> str:
    """A fresh key as it is written in a setting."""
    return base64.urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def parse_key(text: str, *, source: str) -> bytes:
    """Read a key.

    Raises:
        VaultError: it is not 32 bytes in URL-safe Base64; the text itself is never repeated.
    """
    try:
        key = base64.b64decode(_padded(text.strip()), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as err:
        raise VaultError(f"{source} is not URL-safe Base64; expected {KEY_BYTES} bytes in it") from err
    if len(key) != KEY_BYTES:
        raise VaultError(f"{source} holds {len(key)} bytes; expected {KEY_BYTES} bytes in URL-safe Base64")
    return key


def _load_key(settings: Settings) -> tuple[str, str]:
    if (problem := settings.vault_key_problem) is not None:
        raise VaultError(problem)
    if settings.vault_key is not None:
        return _present(settings.vault_key, "SC_AGENT_VAULT_KEY")
    if settings.vault_key_file is not None:
        return _present(_load_file(settings.vault_key_file), "the key in SC_AGENT_VAULT_KEY_FILE")
    if settings.vault_keyring is not None:
        return _present(_load_keyring(settings.vault_keyring), "the key in the system keyring")
    raise VaultError(
        "no vault key is set; set SC_AGENT_VAULT_KEY (or SC_AGENT_VAULT_KEY_FILE) to 32 random bytes in "
        "URL-safe Base64, for example from: sc-agent vault key"
    )


def _present(key: SecretStr, source: str) -> tuple[str, str]:
    if not key.get_secret_value().strip():
        raise VaultError(f"{source} is empty; expected {KEY_BYTES} bytes in URL-safe Base64")
    return key.get_secret_value(), source


def _load_file(path: Path) -> SecretStr:
    try:
        return SecretStr(path.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as err:
        raise VaultError(
            f"SC_AGENT_VAULT_KEY_FILE {path} cannot be read ({type(err).__name__}); expected one line of Base64"
        ) from err


def _load_keyring(service: str) -> SecretStr:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as err:
        raise VaultError(
            "SC_AGENT_VAULT_KEYRING is set, but keyring is not installed; install the extra 'keyring'"
        ) from err
    try:
        found = keyring.get_password(service, _KEYRING_USER)
    except KeyringError as err:
        raise VaultError(
            f"the system keyring cannot be read ({type(err).__name__}); use SC_AGENT_VAULT_KEY_FILE instead"
        ) from err
    if found is None:
        raise VaultError(
            f"the system keyring has no {_KEYRING_USER!r} under {service!r}; run: keyring set {service} {_KEYRING_USER}"
        )
    return SecretStr(found)


def _key_id(key: bytes) -> str:
    return hmac.new(key, b"sc-agent key id", hashlib.sha256).hexdigest()[:8]


def _kind(context: str) -> str:
    """The part of a context that may be shown."""
    return context.partition(":")[0]


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)
