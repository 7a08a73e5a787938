"""What a person must do: one list, made of what waits, and who has taken what on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.authorization import State
from agent.store.database.schema import accounts, messages, task_claims
from agent.store.database.upsert import upsert


class TaskKind(StrEnum):
    """What is wanted."""

    RELEASE = "release"  # an account needs people; afterwards it is released
    MAIL = "mail"  # a genuine mail is held; approve it or leave it


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to do; `id` names what it is about, so it is the same as long as that waits."""

    id: str
    kind: TaskKind
    account_id: str | None
    reason: str  # a failure code, or why a mail is held
    since: datetime
    claimed_by: str | None


def list_all(conn: Connection, *, limit: int) -> list[Task]:
    """What waits, the longest waiting first."""
    found = [*_releases(conn, limit), *_mails(conn, limit)]
    claims = {row[0]: row[1] for row in conn.execute(sa.select(task_claims.c.task_id, task_claims.c.who))}
    tasks = [
        Task(id=id_, kind=kind, account_id=account, reason=reason, since=since, claimed_by=claims.get(id_))
        for id_, kind, account, reason, since in found
    ]
    return sorted(tasks, key=lambda task: (task.since, task.id))[:limit]


def get(conn: Connection, task_id: str) -> Task | None:
    """One task that still waits."""
    kind, _, name = task_id.partition(":")
    rows = (
        _releases(conn, 1, name) if kind == TaskKind.RELEASE else _mails(conn, 1, name) if kind == TaskKind.MAIL else []
    )
    for id_, of_kind, account, reason, since in rows:
        who = conn.scalar(sa.select(task_claims.c.who).where(task_claims.c.task_id == id_))
        return Task(id=id_, kind=of_kind, account_id=account, reason=reason, since=since, claimed_by=who)
    return None


def claim(conn: Connection, task_id: str, *, who: str, now: datetime) -> None:
    """Say who takes it on; `get` has shown that nobody else did, in this transaction."""
    upsert(conn, task_claims, {"task_id": task_id}, {"who": who, "at": now})


def unclaim(conn: Connection, task_id: str) -> None:
    """Leave it to others."""
    conn.execute(task_claims.delete().where(task_claims.c.task_id == task_id))


def forget_claims(conn: Connection) -> int:
    """Delete claims of what waits no more; returns how many."""
    gone = [task_id for task_id in conn.scalars(sa.select(task_claims.c.task_id)).all() if get(conn, task_id) is None]
    conn.execute(task_claims.delete().where(task_claims.c.task_id.in_(gone)))
    return len(gone)


_Row = tuple[str, TaskKind, str | None, str, datetime]


def _releases(conn: Connection, limit: int, account_id: str | None = None) -> list[_Row]:
    query = sa.select(accounts.c.id, accounts.c.failure_code, accounts.c.updated_at)
    query = query.where(accounts.c.authorization == State.NEEDS_HUMAN).order_by(accounts.c.updated_at).limit(limit)
    if account_id is not None:
        query = query.where(accounts.c.id == account_id)
    return [
        (f"{TaskKind.RELEASE}:{row[0]}", TaskKind.RELEASE, row[0], row[1] or "unknown", row[2])
        for row in conn.execute(query)
    ]


def _mails(conn: Connection, limit: int, number: str | None = None) -> list[_Row]:
    query = sa.select(messages.c.id, messages.c.account_id, messages.c.reason, messages.c.found_at)
    query = query.where(messages.c.verdict == "held").order_by(messages.c.found_at).limit(limit)
    if number is not None:
        query = query.where(messages.c.id == (int(number) if _is_number(number) else -1))
    return [
        (f"{TaskKind.MAIL}:{row[0]}", TaskKind.MAIL, row[1], row[2] or "held", row[3]) for row in conn.execute(query)
    ]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9
