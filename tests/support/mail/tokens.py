"""Access tokens for mailboxes under test, signed here and checked by the server without asking anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class TokenIssuer:
    """Signs tokens (RS256) that a server with its public key accepts."""

    issuer = "https://tokens.example"
    scope = "mail"

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def public_pem(self) -> bytes:
        """The public key, for the server's folder of keys."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def token(
        self,
        user: str,
        *,
        valid: timedelta = timedelta(hours=1),
        issuer: str | None = None,
        scope: str | None = None,
        padding: int = 0,
    ) -> str:
        """Sign a token for a user; a negative `valid` makes one that has expired."""
        now = datetime.now(UTC)
        claims = {
            "sub": user,
            "email": user,
            "iss": issuer or self.issuer,
            "scope": scope or self.scope,
            "iat": int((now - timedelta(hours=2)).timestamp()),
            "exp": int((now + valid).timestamp()),
            "pad": "x" * padding,
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "default"})
