"""Who is let in: a live key, its scopes, and how often it may ask."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from starlette.requests import Request

from agent.store.api import api_keys
from agent.store.api.api_keys import ApiKey, Scope
from agent.store.database.engine import writing
from agent.store.database.handles import SQLAlchemyError
from agent.web.http.problems import Code, Problem
from agent.web.parts import WebParts

_NOTED_EVERY = timedelta(minutes=1)
_REFUSAL_COSTS = 10.0  # as many requests of a good key


def presented_by(request: Request) -> str:
    """What a caller shows as its key; empty when it shows none."""
    scheme, _, presented = request.headers.get("authorization", "").partition(" ")
    return presented.strip() if scheme.lower() == "bearer" else ""


def admit(request: Request, parts: WebParts, found: ApiKey | None) -> ApiKey:
    """Let in a caller with a live key, as often as it may ask.

    Raises:
        Problem: 401, 429.
    """
    if found is None:
        require_rate(parts, f"address {request.client.host if request.client else ''}", cost=_REFUSAL_COSTS)
        raise Problem(
            401,
            Code.KEY_REFUSED,
            "This needs a key in the header Authorization: Bearer; the one given is missing, unknown, expired "
            "or revoked.",
            headers={"WWW-Authenticate": 'Bearer realm="secondary-user"'},
        )
    require_rate(parts, f"key {found.id}")
    return found


def require_rate(parts: WebParts, name: str, *, cost: float = 1.0) -> None:
    """Refuse who asks too often.

    Raises:
        Problem: 429.
    """
    if (seconds := parts.rates.take(name, cost=cost)) is not None:
        raise Problem(
            429, Code.TOO_MANY, "Too many requests; wait and try again.", headers={"Retry-After": str(seconds)}
        )


def require_scope(key: ApiKey, scope: Scope) -> None:
    """Refuse a key without a scope.

    Raises:
        Problem: 403.
    """
    if scope not in key.scopes:
        raise Problem(403, Code.SCOPE_MISSING, f"This needs a key with the scope {scope}.")


def is_use_new(key: ApiKey, now: datetime) -> bool:
    """Whether the last use is to be written down: at most once a minute."""
    return key.last_used_at is None or now - key.last_used_at > _NOTED_EVERY


def note_use(parts: WebParts, key: ApiKey, now: datetime) -> None:
    """Write the last use down.

    That it cannot be written is no reason to refuse anything.
    """
    with suppress(SQLAlchemyError), writing(parts.engine) as conn:
        api_keys.used(conn, key.id, now=now)
