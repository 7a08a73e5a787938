"""What an ID token proves.

That the provider signed it for us, for this attempt, just now, and who it is of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from agent.store.console.people import Role
from agent.web.oidc.errors import NoRoleError, SignInRefusedError
from agent.web.oidc.provider import Provider

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
_LEEWAY = 60  # seconds two clocks may differ
_OLDEST = 600  # seconds since it was issued
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who the provider says it is."""

    name: str
    role: Role
    authenticated_at: datetime | None  # when the person gave proof; None: the provider does not say


def verify(provider: Provider, token: str, *, nonce: str, role_claim: str, now: datetime) -> SignedIn:
    """Believe a token, or not.

    Raises:
        SignInRefusedError: it is forged, of another client, provider or attempt, too old, or names no person.
        NoRoleError: it is genuine and gives no role.
        ProviderAwayError: there are no keys to check it with.
    """
    claims = _signed(provider, token)
    seconds = int(now.timestamp())
    registry = jwt.JWTClaimsRegistry(
        now=seconds,
        leeway=_LEEWAY,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    try:
        registry.validate(dict(claims))
    except JoseError as err:
        raise _refused() from err
    _require_ours(claims, provider.client_id)
    if seconds - claims["iat"] > _OLDEST:
        raise _refused()
    return SignedIn(name=_name(claims), role=_role(claims, role_claim), authenticated_at=_proven(claims, now))


def _signed(provider: Provider, token: str) -> Mapping[str, Any]:
    for missing in (False, True):
        try:
            return jwt.decode(token, provider.keys(missing=missing), algorithms=list(ALGORITHMS)).claims
        except InvalidKeyIdError as err:  # perhaps a key that is newer than ours
            if missing:
                raise _refused() from err
        except (JoseError, ValueError) as err:
            raise _refused() from err
    raise _refused()


def _require_ours(claims: Mapping[str, Any], client_id: str) -> None:
    """Require that a token for several audiences was asked for by us.

    OpenID Connect Core, 3.1.3.7.
    """
    party = claims.get("azp")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (party is not None and party != client_id) or (several and party is None):
        raise _refused()


def _name(claims: Mapping[str, Any]) -> str:
    """A verified mail address, else what the provider itself calls the person."""
    email = claims.get("email")
    chosen = email if isinstance(email, str) and claims.get("email_verified") is True else claims["sub"]
    if not 1 <= len(chosen) <= _LONGEST_NAME or not chosen.isprintable():
        raise _refused()
    return str(chosen)


def _role(claims: Mapping[str, Any], claim: str) -> Role:
    """The largest role among a claim's values.

    The claim may be nested (`realm_access.roles`).
    """
    found: Any = claims.get(claim)
    if found is None:
        found = claims
        for part in claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    values = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    roles = [role for role in Role if str(role) in values]
    if not roles:
        raise NoRoleError
    return roles[-1]


def _proven(claims: Mapping[str, Any], now: datetime) -> datetime | None:
    at = claims.get("auth_time")
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at <= now.timestamp() + _LEEWAY:
        return None
    return min(datetime.fromtimestamp(at, UTC), now)


def _refused() -> SignInRefusedError:
    return SignInRefusedError("The identity provider's answer does not prove who you are; sign in again.")
