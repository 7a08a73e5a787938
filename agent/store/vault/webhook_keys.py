"""The signing keys of a webhook endpoint, and signatures by Standard Webhooks.

`v1` (HMAC) and `v1a` (Ed25519).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.store.vault.keys import Vault

_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKeys:
    """What one generation of an endpoint signs with; never printed."""

    shared: bytes = field(repr=False)  # of the HMAC; the receiver has it, too
    private: bytes = field(repr=False)  # of Ed25519

    @property
    def secret(self) -> str:
        """The shared key as the receiver gets it, once."""
        return "whsec_" + base64.b64encode(self.shared).decode()

    @property
    def public_bytes(self) -> bytes:
        """The public half of the Ed25519 key."""
        return self._ed25519().public_key().public_bytes_raw()

    @property
    def public_key(self) -> str:
        """The public half as Standard Webhooks writes it."""
        return "whpk_" + base64.b64encode(self.public_bytes).decode()

    def sign(self, message: bytes) -> tuple[str, str]:
        """Both signatures of `id.timestamp.body`, each with its version."""
        shared = base64.b64encode(hmac.digest(self.shared, message, hashlib.sha256)).decode()
        private = base64.b64encode(self._ed25519().sign(message)).decode()
        return f"v1,{shared}", f"v1a,{private}"

    def _ed25519(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.private)


def new_keys() -> SigningKeys:
    """Draw keys."""
    return SigningKeys(shared=os.urandom(_BYTES), private=os.urandom(_BYTES))


def seal_keys(keys: SigningKeys, *, sealing: Vault, endpoint_id: str) -> tuple[str, bytes]:
    """Seal for storage: the key's id and the bytes."""
    fields = {"shared": base64.b64encode(keys.shared).decode(), "private": base64.b64encode(keys.private).decode()}
    return sealing.seal(json.dumps(fields).encode(), context=_context(endpoint_id))


def open_keys(key_id: str, sealed: bytes, *, sealing: Vault, endpoint_id: str) -> SigningKeys:
    """Unseal.

    Raises:
        VaultError: WEB__KEY is another one than the keys were sealed with.
    """
    fields = json.loads(sealing.unseal(key_id, sealed, context=_context(endpoint_id)))
    return SigningKeys(shared=base64.b64decode(fields["shared"]), private=base64.b64decode(fields["private"]))


def webhook_headers(keys: tuple[SigningKeys, ...], *, event_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks, signed with every generation in force.

    The time is that of the attempt.
    """
    timestamp = str(int(now.timestamp()))
    message = f"{event_id}.{timestamp}.".encode() + body
    signatures = [signature for each in keys for signature in each.sign(message)]
    return {"webhook-id": event_id, "webhook-timestamp": timestamp, "webhook-signature": " ".join(signatures)}


def _context(endpoint_id: str) -> str:
    return f"webhook:{endpoint_id}"
