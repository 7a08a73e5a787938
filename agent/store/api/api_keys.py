"""The keys of the HTTP API.

Kept as keyed hashes, with scopes, expiry and last use.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Connection

from agent.errors import UsageError
from agent.store.api.web_key import WebKey
from agent.store.database.schema import api_keys

_PREFIX = "sca"
_ID_BYTES, _SECRET_BYTES = 5, 32
_LONGEST = 200  # characters of a key as it is presented
_PURPOSE = "api key"


class Scope(StrEnum):
    """What a key may do; reading a path needs its `:read`, changing it its `:write`."""

    STATUS_READ = "status:read"
    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_WRITE = "accounts:write"
    AUDITS_WRITE = "audits:write"
    OPERATOR_READ = "operator:read"
    OPERATOR_WRITE = "operator:write"
    EVENTS_READ = "events:read"
    WEBHOOKS_WRITE = "webhooks:write"
    EVIDENCE_READ = "evidence:read"
    EMBED_WRITE = "embed:write"
    LOGINS_CREATE = "logins:create"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as stored; its secret half is not part of it."""

    id: str
    name: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    def is_live(self, now: datetime) -> bool:
        """Whether it opens anything."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def create(
    conn: Connection, web_key: WebKey, *, name: str, scopes: Collection[Scope], days: int | None, now: datetime
) -> tuple[ApiKey, SecretStr]:
    """Make a key; what is returned beside it is shown once and stored nowhere."""
    key_id, secret = secrets.token_hex(_ID_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
    row = {
        "id": key_id,
        "name": name,
        "digest": _digest(web_key, key_id, secret),
        "scopes": sorted(scopes),
        "created_at": now,
        "expires_at": None if days is None else now + timedelta(days=days),
    }
    conn.execute(api_keys.insert().values(row))
    return get(conn, key_id), SecretStr(f"{_PREFIX}_{key_id}_{secret}")


def find_presented(conn: Connection, web_key: WebKey, presented: str, *, now: datetime) -> ApiKey | None:
    """The live key that a caller shows.

    None for anything else, and always in the same way.
    """
    return find_all_presented(conn, web_key, [presented], now=now).get(presented)


def find_all_presented(
    conn: Connection, web_key: WebKey, presented: Collection[str], *, now: datetime
) -> dict[str, ApiKey]:
    """The live keys among what callers show, by what they show; nothing else is in it."""
    halves = {shown: split for shown in presented if (split := _halves(shown)) is not None}
    if not halves:
        return {}
    query = sa.select(api_keys).where(api_keys.c.id.in_({key_id for key_id, _ in halves.values()}))
    rows = {row["id"]: row for row in conn.execute(query).mappings()}
    found: dict[str, ApiKey] = {}
    for shown, (key_id, secret) in halves.items():
        row = rows.get(key_id)
        is_right = hmac.compare_digest(row["digest"] if row else "", _digest(web_key, key_id, secret))
        if row and is_right and (key := _key(row)).is_live(now):
            found[shown] = key
    return found


def used(conn: Connection, key_id: str, *, now: datetime) -> None:
    """Note the last use."""
    conn.execute(api_keys.update().where(api_keys.c.id == key_id).values(last_used_at=now))


def find(conn: Connection, key_id: str) -> ApiKey | None:
    """One key, live or not; None when there is none."""
    row = conn.execute(sa.select(api_keys).where(api_keys.c.id == key_id)).mappings().one_or_none()
    return None if row is None else _key(row)


def get(conn: Connection, key_id: str) -> ApiKey:
    """One key, live or not.

    Raises:
        UsageError: there is none.
    """
    if (found := find(conn, key_id)) is None:
        raise UsageError(f"no key has the id {key_id!r}; 'sc-agent api-keys list' shows those that are")
    return found


def list_all(conn: Connection) -> list[ApiKey]:
    """Every key, the newest first."""
    rows = conn.execute(sa.select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.id)).mappings()
    return [_key(row) for row in rows]


def revoke(conn: Connection, key_id: str, *, now: datetime) -> ApiKey:
    """Let a key open nothing any more, from the next request on.

    Raises:
        UsageError: there is none.
    """
    if get(conn, key_id).revoked_at is None:
        conn.execute(api_keys.update().where(api_keys.c.id == key_id).values(revoked_at=now))
    return get(conn, key_id)


def parse_scopes(names: Iterable[str]) -> frozenset[Scope]:
    """Read scopes.

    Raises:
        UsageError: there are none, or one is unknown.
    """
    given = [name.strip() for name in names if name.strip()]
    known = {str(scope) for scope in Scope}
    if not given:
        raise UsageError(f"no scope is given; expected some of {', '.join(sorted(known))}")
    if unknown := [name for name in given if name not in known]:
        raise UsageError(f"scope {unknown[0]!r} is unknown; expected some of {', '.join(sorted(known))}")
    return frozenset(Scope(name) for name in given)


def _halves(presented: str) -> tuple[str, str] | None:
    """Id and secret of what looks like a key; None for what does not."""
    prefix, _, rest = presented.partition("_")
    key_id, _, secret = rest.partition("_")
    if len(presented) > _LONGEST or prefix != _PREFIX or not key_id or not secret or not presented.isascii():
        return None
    return key_id, secret


def _digest(web_key: WebKey, key_id: str, secret: str) -> str:
    return web_key.digest(f"{key_id}:{secret}".encode(), purpose=_PURPOSE)


def _key(row: sa.RowMapping) -> ApiKey:
    return ApiKey(
        id=row["id"],
        name=row["name"],
        scopes=frozenset(Scope(name) for name in row["scopes"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
    )
