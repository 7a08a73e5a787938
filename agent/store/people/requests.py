"""What the agent asks of a person: opened by a visit, answered once, taken once."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Connection

from agent.clock import timestamp
from agent.domain.published.event_types import EventType
from agent.domain.requests import LONGEST_WORDS, Ending, RequestKind
from agent.printable import printable
from agent.store.database.schema import requests
from agent.store.outbox.pending import note
from agent.store.vault import sealed_box
from agent.store.vault.keys import Vault, VaultError

_REMEMBERED = timedelta(days=1)  # a code that was typed is not typed again
_DIGEST_BYTES = 16


class RequestState(StrEnum):
    """How far it has come."""

    OPEN = "open"  # not answered yet
    ANSWERED = "answered"  # an answer waits, sealed
    TAKEN = "taken"  # the visit has it; nothing of it is kept
    CLOSED = "closed"  # it was not answered, or the answer was not wanted any more


class NoOpenRequestError(Exception):
    """No visit waits for this answer.

    It was given before, the visit is over, or it was never asked.
    """


class RequestExpiredError(Exception):
    """The time for an answer is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRequest:
    """One thing asked of a person.

    `words` are the page's own, redacted, and may be an attacker's.
    """

    id: str
    account_id: str
    kind: RequestKind
    words: str
    visit_id: str | None
    opened_at: datetime
    expires_at: datetime
    state: RequestState
    ending: Ending | None
    answered_by: str | None

    def is_open(self, now: datetime) -> bool:
        """Whether an answer would still be taken."""
        return self.state is RequestState.OPEN and now < self.expires_at

    def is_late(self, now: datetime) -> bool:
        """Whether no answer came in time."""
        return self.ending is Ending.EXPIRED or (self.state is RequestState.OPEN and now >= self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAnswer:
    """What a person gave, and who."""

    text: SecretStr
    who: str


def open_request(
    conn: Connection,
    *,
    account_id: str,
    kind: RequestKind,
    words: str,
    visit_id: str | None = None,
    now: datetime,
    expires_at: datetime,
) -> PersonRequest:
    """Ask; an older request of the same account and kind ends as superseded."""
    for older in open_of(conn, account_id, now=now, kinds=(kind,)):
        close(conn, older.id, Ending.SUPERSEDED, now=now)
    row = {
        "id": uuid4().hex,
        "account_id": account_id,
        "kind": kind,
        "words": printable(" ".join(words.split()))[:LONGEST_WORDS],
        "visit_id": visit_id,
        "opened_at": now,
        "expires_at": expires_at,
        "state": RequestState.OPEN,
    }
    conn.execute(requests.insert().values(row))
    data = {"kind": str(kind), "deadline": timestamp(expires_at), "request": row["id"]}
    note(conn, EventType.PERSON_NEEDED, account_id=account_id, now=now, data=data)
    found = find(conn, str(row["id"]))
    assert found is not None  # noqa: S101 - written above
    return found


def find(conn: Connection, request_id: str) -> PersonRequest | None:
    """One request, open or not."""
    row = conn.execute(sa.select(requests).where(requests.c.id == request_id)).mappings().one_or_none()
    return None if row is None else _request(row)


def open_of(
    conn: Connection, account_id: str, *, now: datetime, kinds: Collection[RequestKind] = ()
) -> list[PersonRequest]:
    """What this account's visits wait for now, the oldest first."""
    query = _open(now).where(requests.c.account_id == account_id)
    if kinds:
        query = query.where(requests.c.kind.in_(list(kinds)))
    return [_request(row) for row in conn.execute(query).mappings()]


def newest_of(conn: Connection, account_id: str, *, kinds: Collection[RequestKind]) -> PersonRequest | None:
    """What was asked last, open or not."""
    mine = sa.and_(requests.c.account_id == account_id, requests.c.kind.in_(list(kinds)))
    query = sa.select(requests).where(mine).order_by(requests.c.opened_at.desc(), requests.c.id).limit(1)
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else _request(row)


def list_open(conn: Connection, *, now: datetime, limit: int) -> list[PersonRequest]:
    """What visits wait for now, the oldest first."""
    return [_request(row) for row in conn.execute(_open(now).limit(limit)).mappings()]


def answer(conn: Connection, request_id: str, *, sealing: str, text: str, who: str, now: datetime) -> PersonRequest:
    """Keep an answer for the visit, sealed to the vault's public key; only once.

    Raises:
        NoOpenRequestError, RequestExpiredError: it is not waited for.
        VaultError: `sealing` is no public key.
    """
    asked = _require_open(conn, request_id, now)
    key_id, sealed = sealed_box.seal(sealing, text.encode(), context=_context(asked))
    values = {"key_id": key_id, "sealed": sealed, "state": RequestState.ANSWERED, "answered_by": who}
    conn.execute(requests.update().where(requests.c.id == request_id).values(ended_at=now, **values))
    _tell_end(conn, asked, Ending.ANSWERED, now)
    found = find(conn, request_id)
    assert found is not None  # noqa: S101 - locked above
    return found


def take(conn: Connection, vault: Vault, request_id: str, *, now: datetime) -> PersonAnswer | Ending | None:
    """Open the answer, once.

    None while there is none, why there will be none where it has ended.

    An answer that was given to this account within a day is not given out again.

    Raises:
        VaultError: it was sealed for another vault, or altered.
    """
    row = _locked(conn, request_id)
    if row is None:
        return Ending.WITHDRAWN  # the account is gone
    asked = _request(row)
    if asked.state is not RequestState.ANSWERED:
        return None if asked.state is RequestState.OPEN else asked.ending or Ending.WITHDRAWN
    plain = sealed_box.unseal(vault, row["key_id"], row["sealed"], context=_context(asked))
    if plain is None:
        raise VaultError(
            f"an answer for account {asked.account_id} was sealed to another vault's public key; set "
            "SC_AGENT_VAULT_PUBLIC_KEY of the web role anew"
        )
    digest = _digest(vault, asked, plain) if plain else None
    is_repeated = digest is not None and _was_given(conn, asked, digest, since=now - _REMEMBERED)
    ending = Ending.REPEATED if is_repeated else Ending.ANSWERED
    values = {"state": RequestState.TAKEN, "ending": ending, "key_id": None, "sealed": None, "digest": digest}
    conn.execute(requests.update().where(requests.c.id == request_id).values(values))
    return ending if is_repeated else PersonAnswer(text=SecretStr(plain.decode()), who=asked.answered_by or "somebody")


def close(conn: Connection, request_id: str, ending: Ending, *, now: datetime) -> bool:
    """End a request that was not taken, and drop an answer that waits.

    False where there is nothing to end.
    """
    row = _locked(conn, request_id)
    if row is None or row["state"] not in (RequestState.OPEN, RequestState.ANSWERED):
        return False
    values = {"state": RequestState.CLOSED, "ending": ending, "key_id": None, "sealed": None, "ended_at": now}
    conn.execute(requests.update().where(requests.c.id == request_id).values(values))
    if row["state"] == RequestState.OPEN:
        _tell_end(conn, _request(row), ending, now)
    return True


def expire_old(conn: Connection, *, now: datetime) -> int:
    """Close what was not answered in time, and answers that no visit took.

    Returns how many.
    """
    late = sa.select(requests.c.id).where(
        requests.c.state.in_((RequestState.OPEN, RequestState.ANSWERED)), requests.c.expires_at <= now
    )
    return sum(close(conn, each, Ending.EXPIRED, now=now) for each in conn.scalars(late).all())


def close_all(conn: Connection, ending: Ending, *, now: datetime) -> int:
    """Close whatever is open; returns how many."""
    unfinished = sa.select(requests.c.id).where(requests.c.state.in_((RequestState.OPEN, RequestState.ANSWERED)))
    return sum(close(conn, each, ending, now=now) for each in conn.scalars(unfinished).all())


def forget(conn: Connection, *, before: datetime) -> int:
    """Delete requests that ended before then; returns how many."""
    ended = requests.c.state.in_((RequestState.TAKEN, RequestState.CLOSED))
    return conn.execute(requests.delete().where(ended, requests.c.opened_at < before)).rowcount


def _open(now: datetime) -> sa.Select[tuple[object, ...]]:
    waiting = sa.and_(requests.c.state == RequestState.OPEN, requests.c.expires_at > now)
    return sa.select(requests).where(waiting).order_by(requests.c.opened_at, requests.c.id)


def _locked(conn: Connection, request_id: str) -> sa.RowMapping | None:
    query = sa.select(requests).where(requests.c.id == request_id).with_for_update()
    return conn.execute(query).mappings().one_or_none()


def _require_open(conn: Connection, request_id: str, now: datetime) -> PersonRequest:
    row = _locked(conn, request_id)
    if row is None:
        raise NoOpenRequestError
    asked = _request(row)
    if asked.is_late(now):
        raise RequestExpiredError
    if asked.state is not RequestState.OPEN:
        raise NoOpenRequestError
    return asked


def _tell_end(conn: Connection, asked: PersonRequest, ending: Ending, now: datetime) -> None:
    data = {"kind": str(asked.kind), "outcome": str(ending), "request": asked.id}
    note(conn, EventType.PERSON_ANSWERED, account_id=asked.account_id, now=now, data=data)


def _context(asked: PersonRequest) -> str:
    return f"answer:{asked.id}:{asked.account_id}"


def _digest(vault: Vault, asked: PersonRequest, plain: bytes) -> str:
    key = vault.derive(vault.key_id, "answers of people")
    text = f"{asked.account_id}:{asked.kind}:".encode() + plain
    return hmac.digest(key, text, hashlib.sha256)[:_DIGEST_BYTES].hex()


def _was_given(conn: Connection, asked: PersonRequest, digest: str, *, since: datetime) -> bool:
    same = sa.and_(requests.c.account_id == asked.account_id, requests.c.digest == digest)
    return conn.scalar(sa.select(requests.c.id).where(same, requests.c.opened_at >= since).limit(1)) is not None


def _request(row: sa.RowMapping) -> PersonRequest:
    return PersonRequest(
        id=row["id"],
        account_id=row["account_id"],
        kind=RequestKind(row["kind"]),
        words=row["words"],
        visit_id=row["visit_id"],
        opened_at=row["opened_at"],
        expires_at=row["expires_at"],
        state=RequestState(row["state"]),
        ending=None if row["ending"] is None else Ending(row["ending"]),
        answered_by=row["answered_by"],
    )
