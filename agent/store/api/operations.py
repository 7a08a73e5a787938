"""What the API asked a worker to do: queued, running, done."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.store.database.schema import invitations, operations
from agent.store.outbox.wake import Signal, announce


class OperationKind(StrEnum):
    """What is to be done."""

    AUDIT = "audit"
    INSIGHTS = "insights"
    INVITATION = "invitation"  # accepted by the daemon as any other; the operation only tells of it


class OperationState(StrEnum):
    """How far it is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One visit as counted.

    `outcome` is a verdict, the end of an invitation, or why nothing came of it.
    """

    id: str
    account_id: str
    kind: OperationKind
    state: OperationState
    outcome: str | None
    audit_id: int | None
    invitation_id: int | None
    asked_by: str
    worker: str | None
    created_at: datetime
    ended_at: datetime | None


_OF_A_WORKER = (OperationKind.AUDIT, OperationKind.INSIGHTS)
_OF_INVITATION = {  # invitations.state: what it means for the operation
    "waiting": OperationState.QUEUED,
    "accepting": OperationState.RUNNING,
}


def add(
    conn: Connection,
    account_id: str,
    kind: OperationKind,
    *,
    asked_by: str,
    now: datetime,
    invitation_id: int | None = None,
) -> Operation:
    """Queue one."""
    row = {
        "id": uuid4().hex,
        "account_id": account_id,
        "kind": kind,
        "state": OperationState.QUEUED,
        "invitation_id": invitation_id,
        "asked_by": asked_by,
        "created_at": now,
    }
    conn.execute(operations.insert().values(row))
    announce(conn, Signal.ASKED)
    found = get(conn, str(row["id"]))
    assert found is not None  # noqa: S101 - it was written just now
    return found


def get(conn: Connection, operation_id: str) -> Operation | None:
    """One operation as it stands.

    That of an invitation stands where the invitation does.
    """
    row = conn.execute(sa.select(operations).where(operations.c.id == operation_id)).mappings().one_or_none()
    if row is None:
        return None
    values = dict(row) | {"kind": OperationKind(row["kind"]), "state": OperationState(row["state"])}
    if row["invitation_id"] is not None:
        values |= _of_invitation(conn, row["invitation_id"])
    return Operation(**values)


def is_any_open(conn: Connection) -> bool:
    """Whether an audit or a reading of insights is queued or running."""
    open_ones = (
        operations.c.state.in_((OperationState.QUEUED, OperationState.RUNNING)),
        operations.c.kind.in_(_OF_A_WORKER),
    )
    return conn.scalar(sa.select(operations.c.id).where(*open_ones).limit(1)) is not None


def take(conn: Connection, *, worker: str, but: Collection[str]) -> Operation | None:
    """Take the oldest that is queued for a worker to do.

    `but` names accounts that are busy. None when there is none.
    """
    query = sa.select(operations.c.id).where(
        operations.c.state == OperationState.QUEUED, operations.c.kind.in_(_OF_A_WORKER)
    )
    query = query.where(operations.c.account_id.not_in(list(but))).order_by(operations.c.created_at, operations.c.id)
    found = conn.scalar(query.limit(1).with_for_update(skip_locked=True))
    if found is None:
        return None
    conn.execute(
        operations.update().where(operations.c.id == found).values(state=OperationState.RUNNING, worker=worker)
    )
    return get(conn, found)


def put_back(conn: Connection, operation_id: str) -> None:
    """Queue a running one again, for any worker."""
    running = sa.and_(operations.c.id == operation_id, operations.c.state == OperationState.RUNNING)
    conn.execute(operations.update().where(running).values(state=OperationState.QUEUED, worker=None))
    announce(conn, Signal.ASKED)


def tell_waiting(conn: Connection, account_id: str) -> None:
    """Wake workers where something is queued for an account, which is free now."""
    waiting = sa.select(operations.c.id).where(
        operations.c.account_id == account_id, operations.c.state == OperationState.QUEUED
    )
    if conn.scalar(waiting.limit(1)) is not None:
        announce(conn, Signal.ASKED)


def put_back_of(conn: Connection, *, living: Collection[str]) -> int:
    """Queue again what workers that are not among the living were doing.

    Returns how many.
    """
    lost = sa.and_(operations.c.state == OperationState.RUNNING, operations.c.worker.not_in(list(living)))
    return conn.execute(operations.update().where(lost).values(state=OperationState.QUEUED, worker=None)).rowcount


def finish(conn: Connection, operation_id: str, *, outcome: str, now: datetime, audit_id: int | None = None) -> None:
    """Write down what came of it."""
    values = {"state": OperationState.DONE, "outcome": outcome, "audit_id": audit_id, "ended_at": now}
    conn.execute(operations.update().where(operations.c.id == operation_id).values(**values))


def end_open(conn: Connection, *, outcome: str, now: datetime) -> int:
    """End everything that is queued or running; returns how many."""
    is_open = operations.c.state.in_((OperationState.QUEUED, OperationState.RUNNING))
    values = {"state": OperationState.DONE, "outcome": outcome, "ended_at": now}
    return conn.execute(operations.update().where(is_open).values(**values)).rowcount


def forget(conn: Connection, *, before: datetime) -> int:
    """Delete what was asked before a time and is over; returns how many."""
    over = sa.or_(operations.c.state == OperationState.DONE, operations.c.kind == OperationKind.INVITATION)
    return conn.execute(operations.delete().where(operations.c.created_at < before, over)).rowcount


def _of_invitation(conn: Connection, row_id: int) -> dict[str, object]:
    row = conn.execute(
        sa.select(invitations.c.state, invitations.c.accepted_at).where(invitations.c.id == row_id)
    ).one_or_none()
    if row is None:
        return {"state": OperationState.DONE, "outcome": "forgotten"}
    state = _OF_INVITATION.get(row[0], OperationState.DONE)
    return {"state": state, "outcome": row[0] if state is OperationState.DONE else None, "ended_at": row[1]}
