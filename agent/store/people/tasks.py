"""Tasks for people: one list of what waits, and who has taken each on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.authorization import State
from agent.domain.invitation import UNVOUCHED
from agent.store.database.schema import STORE_REFUSED, accounts, messages, task_claims, webhook_endpoints
from agent.store.database.upsert import upsert
from agent.store.people import requests
from agent.store.sign_in import old_authenticators

_ROTATING = timedelta(minutes=15)  # longer than any rotation
_ALL = 1_000_000


class TaskKind(StrEnum):
    """What is wanted."""

    REQUEST = "request"  # a visit waits for an answer: a code, an approval
    RELEASE = "release"  # an account needs people; afterwards it is released
    MERCHANT = "merchant"  # a genuine mail is held because the account's seller is not known
    MAIL = "mail"  # a genuine mail is held for another reason; approve it or leave it
    ENDPOINT = "endpoint"  # a webhook endpoint is disabled
    INCOMPLETE = "incomplete"  # the last audit could not read everything
    STALE = "stale"  # an account was not read completely for long
    STORE = "store"  # the store that keeps an account's secrets did not give them
    AUTHENTICATOR = "authenticator"  # a rotation left the old authenticator enrolled


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to do.

    `id` names what it is about, so it is the same as long as that waits.
    """

    id: str
    kind: TaskKind
    account_id: str | None
    reason: str  # a failure code, why a mail is held, or what is asked for
    since: datetime
    deadline: datetime | None = None  # when it is too late; None: the sooner the better
    words: str | None = None  # what a page said; attacker-controlled: escape it
    note: str | None = None  # the agent's own words about it
    claimed_by: str | None = None
    offered: Mapping[str, str | None] | None = None  # of a held mail; `shop` is the sender's text

    @property
    def name(self) -> str:
        """What the id names, without the kind."""
        return self.id.partition(":")[2]


def list_all(conn: Connection, *, now: datetime, limit: int) -> list[Task]:
    """What waits: first what has a deadline, then the longest waiting."""
    found = [task for source in _SOURCES.values() for task in source(conn, now, limit, None)]
    claims = {row[0]: row[1] for row in conn.execute(sa.select(task_claims.c.task_id, task_claims.c.who))}
    first = sorted(found, key=lambda task: (task.deadline is None, task.deadline or task.since, task.id))[:limit]
    return [_claimed(task, claims.get(task.id)) for task in first]


def get(conn: Connection, task_id: str, *, now: datetime) -> Task | None:
    """One task that still waits."""
    kind, _, name = task_id.partition(":")
    source = _SOURCES.get(kind)
    for task in source(conn, now, 1, name) if source is not None else []:
        who = conn.scalar(sa.select(task_claims.c.who).where(task_claims.c.task_id == task.id))
        return _claimed(task, who)
    return None


def claim(conn: Connection, task_id: str, *, who: str, now: datetime) -> None:
    """Say who takes it on; `get` has shown in this transaction that it is free."""
    upsert(conn, task_claims, {"task_id": task_id}, {"who": who, "at": now})


def unclaim(conn: Connection, task_id: str) -> None:
    """Leave it to others."""
    conn.execute(task_claims.delete().where(task_claims.c.task_id == task_id))


def forget_claims(conn: Connection, *, now: datetime) -> int:
    """Delete claims of what waits no more; returns how many."""
    claimed = conn.scalars(sa.select(task_claims.c.task_id)).all()
    gone = [task_id for task_id in claimed if get(conn, task_id, now=now) is None]
    conn.execute(task_claims.delete().where(task_claims.c.task_id.in_(gone)))
    return len(gone)


def of_request(asked: requests.PersonRequest, *, claimed_by: str | None = None) -> Task:
    """The task that a request is."""
    return Task(
        id=f"{TaskKind.REQUEST}:{asked.id}",
        kind=TaskKind.REQUEST,
        account_id=asked.account_id,
        reason=str(asked.kind),
        since=asked.opened_at,
        deadline=asked.expires_at,
        words=asked.words,
        claimed_by=claimed_by,
    )


def _claimed(task: Task, who: str | None) -> Task:
    return replace(task, claimed_by=who)


def _requests(conn: Connection, now: datetime, limit: int, name: str | None) -> list[Task]:
    if name is None:
        return [of_request(asked) for asked in requests.list_open(conn, now=now, limit=limit)]
    asked = requests.find(conn, name)
    return [of_request(asked)] if asked is not None and asked.is_open(now) else []


def _releases(conn: Connection, _now: datetime, limit: int, name: str | None) -> list[Task]:
    waiting = accounts.c.authorization == State.NEEDS_HUMAN
    return _by_failure(conn, waiting, limit, name, kind=TaskKind.RELEASE)


def _mails(kind: TaskKind, conn: Connection, _now: datetime, limit: int, name: str | None) -> list[Task]:
    query = sa.select(messages.c.id, messages.c.account_id, messages.c.reason, messages.c.found_at, messages.c.evidence)
    query = query.where(messages.c.verdict == "held").order_by(messages.c.found_at).limit(limit)
    query = query.where(sa.func.coalesce(messages.c.reason, "").in_(UNVOUCHED) == (kind is TaskKind.MERCHANT))
    if name is not None:
        query = query.where(messages.c.id == (int(name) if _is_number(name) else -1))
    return [
        Task(
            id=f"{kind}:{row.id}",
            kind=kind,
            account_id=row.account_id,
            reason=row.reason or "held",
            since=row.found_at,
            offered=(row.evidence or {}).get("offered"),
        )
        for row in conn.execute(query)
    ]


def _endpoints(conn: Connection, _now: datetime, limit: int, name: str | None) -> list[Task]:
    ends = webhook_endpoints
    query = sa.select(ends.c.id, ends.c.disabled_at, ends.c.created_at).where(ends.c.state == "disabled").limit(limit)
    if name is not None:
        query = query.where(ends.c.id == name)
    return [
        Task(
            id=f"{TaskKind.ENDPOINT}:{row.id}",
            kind=TaskKind.ENDPOINT,
            account_id=None,
            reason="endpoint_disabled",
            since=row.disabled_at or row.created_at,
        )
        for row in conn.execute(query)
    ]


def _incompletes(conn: Connection, _now: datetime, limit: int, name: str | None) -> list[Task]:
    query = sa.select(accounts.c.id, accounts.c.updated_at).where(accounts.c.incompletes > 0, _looked_at())
    return _of_accounts(conn, query, limit, name, kind=TaskKind.INCOMPLETE, reason="audit_incomplete")


def _stale(conn: Connection, _now: datetime, limit: int, name: str | None) -> list[Task]:
    query = sa.select(accounts.c.id, accounts.c.stale_since).where(accounts.c.stale_since.is_not(None), _looked_at())
    return _of_accounts(conn, query, limit, name, kind=TaskKind.STALE, reason="stale_read")


def _refused(conn: Connection, _now: datetime, limit: int, name: str | None) -> list[Task]:
    return _by_failure(conn, sa.and_(STORE_REFUSED, _looked_at()), limit, name, kind=TaskKind.STORE)


def _by_failure(
    conn: Connection, which: sa.ColumnElement[bool], limit: int, name: str | None, *, kind: TaskKind
) -> list[Task]:
    query = sa.select(accounts.c.id, accounts.c.failure_code, accounts.c.updated_at).where(which)
    if name is not None:
        query = query.where(accounts.c.id == name)
    return [
        Task(
            id=f"{kind}:{row.id}",
            kind=kind,
            account_id=row.id,
            reason=row.failure_code or "unknown",
            since=row.updated_at,
        )
        for row in conn.execute(query.order_by(accounts.c.updated_at).limit(limit))
    ]


def _looked_at() -> sa.ColumnElement[bool]:
    """Accounts that need people, or are paused, say so themselves."""
    return accounts.c.authorization.not_in((State.NEEDS_HUMAN, State.PAUSED))


def _of_accounts(
    conn: Connection,
    query: sa.Select[Any],
    limit: int,
    name: str | None,
    *,
    kind: TaskKind,
    reason: str,
) -> list[Task]:
    if name is not None:
        query = query.where(accounts.c.id == name)
    return [
        Task(id=f"{kind}:{row[0]}", kind=kind, account_id=row[0], reason=reason, since=row[1])
        for row in conn.execute(query.limit(limit))
    ]


def _authenticators(conn: Connection, now: datetime, limit: int, name: str | None) -> list[Task]:
    """Those a person removes, and removals that were cut off."""
    found = old_authenticators.list_unremoved(conn, before=now - _ROTATING, limit=limit if name is None else _ALL)
    return [
        Task(
            id=f"{TaskKind.AUTHENTICATOR}:{each.account_id}",
            kind=TaskKind.AUTHENTICATOR,
            account_id=each.account_id,
            reason="old_authenticator_left",
            since=each.since,
            note=each.why or "its removal was cut off: 'accounts rotate-totp' goes on with it",
        )
        for each in found
        if name in (None, each.account_id)
    ]


_Source = Callable[[Connection, datetime, int, str | None], list[Task]]
_SOURCES: dict[str, _Source] = {
    TaskKind.REQUEST: _requests,
    TaskKind.RELEASE: _releases,
    TaskKind.MERCHANT: partial(_mails, TaskKind.MERCHANT),
    TaskKind.MAIL: partial(_mails, TaskKind.MAIL),
    TaskKind.ENDPOINT: _endpoints,
    TaskKind.INCOMPLETE: _incompletes,
    TaskKind.STALE: _stale,
    TaskKind.STORE: _refused,
    TaskKind.AUTHENTICATOR: _authenticators,
}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9
