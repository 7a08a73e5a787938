"""What a transaction has noted so far, by connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection, Transaction

from agent.domain.published.event_types import EventType

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
    at: datetime
    data: Mapping[str, Any]


@dataclass(slots=True)
class Pending:
    """Of one transaction."""

    notes: list[Note] = field(default_factory=list)
    touched: dict[str, set[str]] = field(default_factory=dict)  # account: names of what was written
    revised: set[str] = field(default_factory=set)  # accounts whose revision has moved in this transaction
    at: datetime | None = None  # the newest time that was given; None: nothing to tell yet

    def is_empty(self) -> bool:
        """Whether nothing is left to be written."""
        return not (self.notes or self.touched)


_pending: WeakKeyDictionary[Transaction, Pending] = WeakKeyDictionary()


def pending_of(conn: Connection) -> Pending:
    """What this transaction has to tell."""
    transaction = conn.get_transaction()
    assert transaction is not None  # noqa: S101 - the caller is in one
    return _pending.setdefault(transaction, Pending())
