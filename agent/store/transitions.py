"""Moving an account from state to state.

The table's answer, the facts and the journal line, in one transaction.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.account import Account, ApiAuthorization, MerchantSource, ReadingSummary
from agent.domain.audit.next_steps import next_step
from agent.domain.authorization import Counters, Due, Event, FixedText, Standing, State, Transition, Words, on
from agent.domain.schedule import Rhythm
from agent.store import accounts, journal
from agent.store.account_columns import AccountColumns, write
from agent.store.database.schema import invitations
from agent.store.outbox.tell import tell_step
from agent.store.outbox.wake import Signal, announce
from agent.store.sign_in import acts

_OPEN = ("waiting", "accepting")
_READ = {  # what a reading came to; a new acceptance starts afresh
    Event.PASS: ReadingSummary.PASS,
    Event.FAIL: ReadingSummary.FAIL,
    Event.NOTHING_GRANTED: ReadingSummary.NOTHING_GRANTED,
    Event.NOT_PERMITTED: ReadingSummary.UNREADABLE,
    Event.ACCEPTED: None,
    Event.CONFIRMATION_ASKED: None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an event brought along; None leaves what is known."""

    reasons: tuple[str, ...] = ()
    next_step: str | None = None
    internal_reason: str | None = None
    failure_code: str | None = None
    confirmation_code: str | None = None
    merchant_id: str | None = None
    merchant_name: str | None = None
    global_account_id: str | None = None
    merchant_source: MerchantSource | None = None
    accepted_at: datetime | None = None
    granted_at: datetime | None = None
    last_complete_read_at: datetime | None = None


def apply(
    conn: Connection,
    account_id: str,
    event: Event,
    *,
    now: datetime,
    why: str,
    visit_id: str | None = None,
    facts: Facts | None = None,
    rhythm: Rhythm | None = None,
    again_at: datetime | None = None,
) -> Account:
    """Let an event happen to an account and return the account as it is then.

    `again_at` moves the due time of an account that is due at all and whose event would keep it.

    Raises:
        UnknownAccountError: there is no such account.
        TransitionError: the table does not list the event for its state.
    """
    account = accounts.get(conn, account_id, lock=True)
    facts = facts or Facts()
    step = on(event, standing(conn, account))
    values: AccountColumns = {**_counts(account, step.counters), **_known(facts), **_words(account, step, facts)}
    retries = values.get("retries", account.retries)
    kept = _kept_due(account, again_at)
    chance = random.random()  # noqa: S311 - jitter
    due = (rhythm or Rhythm()).due_at(step.due, now=now, kept=kept, retries=retries, chance=chance)
    values |= {
        "authorization": step.to,
        "resumes_to": step.resumes_to,
        "message_kind": step.message,
        "due": due,
        "urgent": account.urgent if step.due is Due.KEPT else step.due is Due.NOW,
        "updated_at": now,
        **_read(event, facts),
    }
    if step.clears_attempts:
        values["deaths"] = 0
        acts.release(conn, account_id, now=now)
    write(conn, account_id, values, now=now)
    if due is not None and due <= now:
        announce(conn, Signal.DUE)
    tell_step(conn, account, event, step, now=now, reason=facts.failure_code)
    journal.append(
        conn, account_id, at=now, from_state=account.authorization, to_state=step.to, why=why, visit_id=visit_id
    )
    return accounts.get(conn, account_id)


def invitation_arrived(
    conn: Connection, account_id: str, invitation_row_id: int, *, now: datetime, why: str = "an invitation arrived"
) -> Account:
    """Point the account at a recorded invitation, to be accepted when it may be."""
    write(conn, account_id, {"invitation": invitation_row_id}, now=now)
    older = sa.and_(
        invitations.c.account_id == account_id, invitations.c.id != invitation_row_id, invitations.c.state.in_(_OPEN)
    )
    conn.execute(invitations.update().where(older).values(state="superseded"))
    return apply(conn, account_id, Event.INVITATION_ARRIVED, now=now, why=why)


def reopen_invitation(conn: Connection, row_id: int) -> None:
    """Let an invitation be tried again because a person asked.

    The site says whether it still holds.
    """
    conn.execute(invitations.update().where(invitations.c.id == row_id).values(state="waiting"))


def set_api_authorization(conn: Connection, account_id: str, value: ApiAuthorization, *, now: datetime) -> Account:
    """Record the API authorization's status; pending stops, complete lets go on."""
    accounts.get(conn, account_id, lock=True)
    write(conn, account_id, {"api_authorization": value}, now=now)
    event = Event.API_COMPLETE if value is ApiAuthorization.COMPLETE else Event.API_PENDING
    return apply(conn, account_id, event, now=now, why=f"API authorization {value}")


def standing(conn: Connection, account: Account) -> Standing:
    """What the table needs to know."""
    open_one = account.invitation is not None and conn.scalar(
        sa.select(invitations.c.id).where(invitations.c.id == account.invitation, invitations.c.state.in_(_OPEN))
    )
    return Standing(
        state=account.authorization,
        resumes_to=account.resumes_to,
        message=account.message_kind,
        api_complete=account.api_complete,
        invitation_open=bool(open_one),
        accepted=account.accepted_at is not None,
    )


def _kept_due(account: Account, again_at: datetime | None) -> datetime | None:
    return account.due if account.due is None or again_at is None else again_at


def _counts(account: Account, counters: Counters) -> AccountColumns:
    match counters:
        case Counters.RETRY:
            return {"retries": account.retries + 1}
        case Counters.INCOMPLETE:
            return {"incompletes": account.incompletes + 1, "retries": 0}
        case Counters.KEEP:
            return {}
        case Counters.RESET:
            return {"retries": 0, "incompletes": 0}


def _known(facts: Facts) -> AccountColumns:
    names = (
        "merchant_id", "merchant_name", "global_account_id", "merchant_source", "accepted_at", "granted_at",
        "last_complete_read_at", "confirmation_code",
    )  # fmt: skip
    known = {name: value for name in names if (value := getattr(facts, name)) is not None}
    return cast("AccountColumns", known)  # facts have the columns' names and types


def _read(event: Event, facts: Facts) -> AccountColumns:
    """What is known of readings after the event."""
    values: AccountColumns = {}
    if facts.last_complete_read_at is not None:
        values["stale_since"] = None
    if event is Event.REBOUND:  # what was read is another seller's
        values |= {"insights_readable": None, "insights_due": None}
    if event in _READ:
        values["reading"] = _READ[event]
    return values


def _words(account: Account, step: Transition, facts: Facts) -> AccountColumns:
    """What people read beside the state."""
    if step.words is Words.UNTOUCHED:
        return {}
    if step.words is not Words.NEW:
        return _kept_words(account, step, facts)
    words: AccountColumns = {
        "reasons": list(facts.reasons),
        "next_step": _next_step(account, step.to, facts),
        "internal_reason": facts.internal_reason,
        "failure_code": facts.failure_code,
    }
    if step.to is not State.AWAITING_CONFIRMATION:
        words["confirmation_code"] = facts.confirmation_code
    return words


def _kept_words(account: Account, step: Transition, facts: Facts) -> AccountColumns:
    """A failure's reasons and remedy outlive audits, pauses and people."""
    stays = step.words is Words.KEEP
    words: AccountColumns = {
        "internal_reason": facts.internal_reason or (account.internal_reason if stays else None),
        "failure_code": facts.failure_code or (account.failure_code if stays else None),
    }
    if account.message_kind is not FixedText.FAILED and step.to is not account.authorization:
        words["next_step"] = _next_step(account, step.to, facts)
    return words


def _next_step(account: Account, to: State, facts: Facts) -> str:
    code = facts.confirmation_code or account.confirmation_code
    return facts.next_step or next_step(to, user_email=account.user_email, confirmation_code=code)
