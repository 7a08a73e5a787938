"""What a transaction did that others will be told of.

Written down when it commits, once, with the document as it is then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection, Transaction

from agent.domain.published.event_types import EventType
from agent.store.database.hooks import Before, before_commit

# Columns of an account that say nothing of what it is: due times, counters, words for on-call.
QUIET = frozenset(
    {
        "due",
        "urgent",
        "retries",
        "incompletes",
        "deaths",
        "updated_at",
        "internal_reason",
        "failure_code",
        "insights_due",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One event to be."""

    type: EventType
    account_id: str | None
    at: datetime | None  # None: when it is written
    data: Mapping[str, Any]


@dataclass(slots=True)
class Pending:
    """Of one transaction."""

    notes: list[Note] = field(default_factory=list)
    touched: dict[str, set[str]] = field(default_factory=dict)  # account: names of what was written
    revised: set[str] = field(default_factory=set)  # accounts whose revision has moved in this transaction
    at: datetime | None = None  # the newest time anybody gave

    def is_empty(self) -> bool:
        """Whether nothing is left to be written."""
        return not (self.notes or self.touched)


_pending: WeakKeyDictionary[Transaction, Pending] = WeakKeyDictionary()


def note(
    conn: Connection,
    kind: EventType,
    *,
    account_id: str | None = None,
    now: datetime | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write this event when the transaction commits.

    `data` is what its type adds; never a secret.
    """
    found = pending_of(conn)
    found.notes.append(Note(type=kind, account_id=account_id, at=now, data=data or {}))
    _remember(conn, found, now)


def touch(conn: Connection, account_id: str, *names: str, now: datetime | None = None) -> None:
    """Say that columns of an account, or what it stands for, were written.

    Its revision moves if that changed it.
    """
    found = pending_of(conn)
    found.touched.setdefault(account_id, set()).update(names)
    _remember(conn, found, now)


def pending_of(conn: Connection) -> Pending:
    """What this transaction has to tell."""
    transaction = conn.get_transaction()
    assert transaction is not None  # noqa: S101 - the caller is in one
    return _pending.setdefault(transaction, Pending())


def _remember(conn: Connection, found: Pending, now: datetime | None) -> None:
    if now is not None and (found.at is None or now > found.at):
        found.at = now
    before_commit(conn, _settle())


def _settle() -> Before:
    from agent.store.outbox.revise import settle  # it reads accounts, and they write here

    return settle
