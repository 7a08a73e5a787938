"""What a rotation must not forget.

Which authenticator is the old one, and whether it is still enrolled beside the new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import old_authenticators
from agent.store.database.upsert import upsert


class OldState(StrEnum):
    """How far a rotation has come; the stored words."""

    LISTED = "listed"  # what was enrolled before was read; a new one is being added
    TO_REMOVE = "to_remove"  # the new one is in force; the old one is removed next
    LEFT = "left"  # the old one could not be told or removed: a person does it


@dataclass(frozen=True, slots=True, kw_only=True)
class OldAuthenticator:
    """One account's old authenticators.

    `labels` are what the site's rows said before the new one was added.
    """

    account_id: str
    state: OldState
    labels: tuple[str, ...]
    since: datetime
    why: str | None


def note_listed(conn: Connection, account_id: str, labels: Sequence[str], *, now: datetime) -> None:
    """Keep what is listed before a new one is added. Commit before adding."""
    _write(conn, account_id, OldState.LISTED, now=now, labels=labels, why=None)


def note_in_force(conn: Connection, account_id: str, *, now: datetime) -> None:
    """Keep that the old authenticator is still to be removed.

    In the new seed's transaction.
    """
    _write(conn, account_id, OldState.TO_REMOVE, now=now, why=None)


def note_left(conn: Connection, account_id: str, why: str, *, now: datetime) -> None:
    """Leave the old one to a person, and say why."""
    _write(conn, account_id, OldState.LEFT, now=now, why=why)


def forget(conn: Connection, account_id: str) -> bool:
    """Keep nothing any more: it is removed. False when nothing was kept."""
    mine = old_authenticators.delete().where(old_authenticators.c.account_id == account_id)
    return conn.execute(mine).rowcount == 1


def get(conn: Connection, account_id: str) -> OldAuthenticator | None:
    """What is kept of an account; None when no rotation is unfinished."""
    mine = old_authenticators.c.account_id == account_id
    row = conn.execute(sa.select(old_authenticators).where(mine)).mappings().one_or_none()
    return None if row is None else _read(row)


def list_unremoved(conn: Connection, *, before: datetime, limit: int) -> list[OldAuthenticator]:
    """Old authenticators for a person, and those not removed since `before`."""
    waits = sa.and_(old_authenticators.c.state == OldState.TO_REMOVE, old_authenticators.c.since < before)
    query = sa.select(old_authenticators).where(sa.or_(old_authenticators.c.state == OldState.LEFT, waits))
    rows = conn.execute(query.order_by(old_authenticators.c.since).limit(limit)).mappings()
    return [_read(row) for row in rows]


def accounts_to_finish(conn: Connection) -> list[str]:
    """The accounts whose rotation was cut off before its end, the oldest first."""
    query = sa.select(old_authenticators.c.account_id).where(old_authenticators.c.state != OldState.LEFT)
    return list(conn.scalars(query.order_by(old_authenticators.c.since)))


def _write(
    conn: Connection,
    account_id: str,
    state: OldState,
    *,
    why: str | None,
    now: datetime,
    labels: Sequence[str] | None = None,
) -> None:
    """`labels` None leaves those that are kept."""
    row: dict[str, object] = {"state": state, "since": now, "why": why}
    once: dict[str, object] = {}
    (once if labels is None else row)["labels"] = list(labels or ())
    upsert(conn, old_authenticators, {"account_id": account_id}, row, once=once)


def _read(row: sa.RowMapping) -> OldAuthenticator:
    return OldAuthenticator(
        account_id=row["account_id"],
        state=OldState(row["state"]),
        labels=tuple(row["labels"]),
        since=row["since"],
        why=row["why"],
    )
