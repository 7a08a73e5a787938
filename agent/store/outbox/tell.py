"""Which events a step of an account's state machine makes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from agent.domain.account import Account
from agent.domain.authorization import Event, State, Transition
from agent.domain.published.event_types import EventType
from agent.store.outbox.pending import note, touch


def tell_step(
    conn: Connection, before: Account, event: Event, step: Transition, *, now: datetime, reason: str | None
) -> None:
    """Write the events of one step.

    `why` is the step's own word: what on-call reads stays in the journal.
    """
    account_id = before.id
    touch(conn, account_id, now=now)
    match event:
        case Event.INVITATION_ARRIVED:
            note(conn, EventType.INVITATION_RECEIVED, account_id=account_id, now=now)
        case Event.ACCEPTED:
            note(conn, EventType.INVITATION_ACCEPTED, account_id=account_id, now=now)
        case Event.CONFIRMATION_ASKED:
            note(conn, EventType.INVITATION_ACCEPTED, account_id=account_id, now=now)
            note(conn, EventType.CONFIRMATION_REQUIRED, account_id=account_id, now=now)
        case Event.INVITATION_CLOSED:
            note(conn, EventType.INVITATION_CLOSED, account_id=account_id, now=now, data={"reason": _closed(reason)})
        case _:
            pass
    if step.to is before.authorization:
        return
    moved = {"from": str(before.authorization), "to": str(step.to), "why": str(event)}
    note(conn, EventType.STATE_CHANGED, account_id=account_id, now=now, data=moved)
    if step.to is State.NEEDS_HUMAN:
        wanted = {"kind": reason or "unknown", "deadline": None}
        note(conn, EventType.PERSON_NEEDED, account_id=account_id, now=now, data=wanted)
    if before.authorization is State.NEEDS_HUMAN:
        answered = {"kind": before.failure_code or "unknown"}
        note(conn, EventType.PERSON_ANSWERED, account_id=account_id, now=now, data=answered)


def _closed(code: str | None) -> str:
    """The site's own reason: expired, withdrawn, other_recipient, refused."""
    return (code or "").partition(":")[2] or "refused"
