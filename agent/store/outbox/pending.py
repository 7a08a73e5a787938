"""What a transaction did that others will be told of.

Written down when it commits, once, with the document as it is then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from agent.domain.published.event_types import EventType
from agent.store.database.hooks import before_commit
from agent.store.outbox.notes import Note, Pending, pending_of
from agent.store.outbox.revise import settle


def note(
    conn: Connection,
    kind: EventType,
    *,
    now: datetime,
    account_id: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write this event when the transaction commits.

    `data` is what its type adds; never a secret.
    """
    found = pending_of(conn)
    found.notes.append(Note(type=kind, account_id=account_id, at=now, data=data or {}))
    _remember(conn, found, now)


def touch(conn: Connection, account_id: str, *names: str, now: datetime) -> None:
    """Say that columns of an account, or what it stands for, were written.

    Its revision moves if that changed it.
    """
    found = pending_of(conn)
    found.touched.setdefault(account_id, set()).update(names)
    _remember(conn, found, now)


def _remember(conn: Connection, found: Pending, now: datetime) -> None:
    found.at = now if found.at is None else max(found.at, now)
    before_commit(conn, settle)
