"""Messages: candidates and problem mails, with verdict and reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.domain.invitation import UNEXPECTED, MailVerdict
from agent.domain.published.event_types import EventType
from agent.store.database.schema import messages
from agent.store.outbox.pending import note
from agent.store.outbox.wake import Signal, announce

FOUND, FETCHED, DONE, POISON, VANISHED = "found", "fetched", "done", "poison", "vanished"  # stages
CODE_MAIL = "code_mail"  # the reason of a genuine mail with a code: it refuses no invitation
_UNJUDGED: dict[str, Any] = {"verdict": None, "reason": None, "attempts": 0, "next_try_at": None}
# Reasons that end the judging before Amazon's signature was looked at, or without its key: they say nothing of who
# alters mail.
_UNTOLD = (
    "from_other_domain", "from_malformed", "dkim_none", "repeated_header", "same_bytes", "too_big", "header_too_big",
    "header_malformed",
    "key_lookup_failed", "clock_wrong", "cannot_be_fetched", "cannot_be_opened", "judge_hung", "judge_died",
    "intake_failed", "unreadable",
    "authserv_failed", "dkim_unreadable", "incomplete",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as stored."""

    id: int
    folder_id: int | None
    uidvalidity: int | None
    uid: int | None
    message_id: str | None
    sha256: str | None
    internaldate: datetime | None
    size: int
    sealed: bytes | None
    key_id: str | None
    stage: str
    verdict: str | None
    reason: str | None
    evidence: Mapping[str, Any] | None
    account_id: str | None
    attempts: int
    next_try_at: datetime | None
    found_at: datetime
    judged_at: datetime | None


def get(conn: Connection, row_id: int) -> Message | None:
    """A message by its row id."""
    row = conn.execute(sa.select(messages).where(messages.c.id == row_id)).mappings().one_or_none()
    return None if row is None else _message(row)


def list_recent(
    conn: Connection, *, limit: int, verdict: str | None = None, account_id: str | None = None
) -> list[Message]:
    """The newest messages first."""
    query = sa.select(messages).order_by(messages.c.id.desc()).limit(limit)
    if verdict is not None:
        query = query.where(messages.c.verdict == verdict)
    if account_id is not None:
        query = query.where(messages.c.account_id == account_id)
    return [_message(row) for row in conn.execute(query).mappings()]


def count_by_verdict(conn: Connection, *, since: datetime | None = None) -> dict[str, int]:
    """How many messages ended how.

    `waiting` for those that are not judged yet, `poison` for those that never will be.
    """
    word = sa.case((messages.c.stage == POISON, POISON), else_=sa.func.coalesce(messages.c.verdict, "waiting"))
    query = sa.select(word, sa.func.count()).group_by(word)
    rows = conn.execute(query if since is None else query.where(messages.c.found_at >= since))
    return {str(name): int(count) for name, count in rows}


def list_judgeable(conn: Connection, *, now: datetime, limit: int) -> list[int]:
    """Row ids that wait for a verdict and whose time has come.

    Those that were never tried first, then the oldest.
    """
    ready = sa.or_(messages.c.next_try_at.is_(None), messages.c.next_try_at <= now)
    query = sa.select(messages.c.id).where(messages.c.stage == FETCHED, ready)
    query = query.order_by(messages.c.attempts, messages.c.id).limit(limit)
    return list(conn.scalars(query))


def next_try(conn: Connection) -> datetime | None:
    """When the first message that waits for another try is to be judged.

    None when none waits.
    """
    at: datetime | None = conn.scalar(sa.select(sa.func.min(messages.c.next_try_at)).where(messages.c.stage == FETCHED))
    return at


def lock_undecided(conn: Connection, row_id: int) -> Message | None:
    """The message, locked until the transaction ends.

    None when another process has decided it.
    """
    query = sa.select(messages).where(messages.c.id == row_id, messages.c.stage == FETCHED).with_for_update()
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else _message(row)


def find_twin(conn: Connection, message: Message) -> int | None:
    """An earlier decided message with the same bytes."""
    if message.sha256 is None:
        return None
    query = sa.select(messages.c.id).where(
        messages.c.sha256 == message.sha256,
        messages.c.id != message.id,
        messages.c.stage == DONE,
        messages.c.verdict.in_([MailVerdict.ACCEPT, MailVerdict.HELD, MailVerdict.DUPLICATE]),
    )
    return conn.scalar(query.order_by(messages.c.id).limit(1))


def decide(
    conn: Connection,
    row_id: int,
    *,
    verdict: MailVerdict,
    reason: str,
    evidence: Mapping[str, Any],
    account_id: str | None,
    now: datetime,
    keep_bytes: bool = True,
    invites: bool = True,
) -> None:
    """Write the verdict that ends a message's way.

    `invites`: it is an invitation by its links or words, so a refusal is told; other mail is passed over.
    """
    values: dict[str, Any] = {
        "stage": DONE,
        "verdict": verdict,
        "reason": reason,
        "evidence": dict(evidence),
        "account_id": account_id,
        "next_try_at": None,
        "judged_at": now,
    }
    if not keep_bytes:
        values |= {"sealed": None, "key_id": None}
    conn.execute(messages.update().where(messages.c.id == row_id).values(values))
    is_rejected = verdict is MailVerdict.REJECTED and account_id is not None and invites
    if verdict is MailVerdict.HELD or is_rejected:
        refused = {"mail": row_id, "verdict": str(verdict), "reason": reason}
        note(conn, EventType.INVITATION_REFUSED, account_id=account_id, now=now, data=refused)


def postpone(
    conn: Connection,
    row_id: int,
    *,
    verdict: MailVerdict,
    reason: str,
    evidence: Mapping[str, Any],
    attempts: int,
    next_try_at: datetime | None,
    now: datetime,
) -> None:
    """Write why a message could not be judged; without a next time it is poison."""
    values: dict[str, Any] = {
        "stage": POISON if next_try_at is None else FETCHED,
        "verdict": verdict,
        "reason": reason,
        "evidence": dict(evidence),
        "attempts": attempts,
        "next_try_at": next_try_at,
        "judged_at": now,
    }
    conn.execute(messages.update().where(messages.c.id == row_id).values(values))


def ask_again(conn: Connection, row_id: int) -> None:
    """Let a message be judged once more, from the start.

    One whose bytes are not here is fetched first.
    """
    stage = sa.case((messages.c.sealed.is_(None), FOUND), else_=FETCHED)
    conn.execute(messages.update().where(messages.c.id == row_id).values(stage=stage, **_UNJUDGED))
    announce(conn, Signal.MAIL)


def dismiss(conn: Connection, row_id: int, *, by: str, why: str, now: datetime) -> None:
    """Set a message aside: a person says that it needs no act."""
    told = {"detail": f"{why} ({by})"}
    conn.execute(
        messages.update()
        .where(messages.c.id == row_id)
        .values(
            stage=DONE, verdict=MailVerdict.REJECTED, reason="dismissed", evidence=told, next_try_at=None, judged_at=now
        )
    )


def ask_again_of_strangers(conn: Connection, *, since: datetime) -> int:
    """Judge the genuine mails once more that no account expected when they came.

    Accounts were registered since; returns how many.
    """
    held = (messages.c.verdict == MailVerdict.HELD) & (messages.c.reason == UNEXPECTED) & messages.c.sealed.is_not(None)
    announce(conn, Signal.MAIL)
    return conn.execute(
        messages.update().where(held, messages.c.found_at >= since).values(stage=FETCHED, **_UNJUDGED)
    ).rowcount


def ask_again_for(conn: Connection, account_id: str, *, reasons: Collection[str]) -> int:
    """Judge an account's genuine mails that were held once more.

    Those held for one of these reasons. Returns how many.
    """
    held = (messages.c.verdict == MailVerdict.HELD) & messages.c.reason.in_(reasons) & messages.c.sealed.is_not(None)
    mine = messages.update().where(held, messages.c.account_id == account_id)
    announce(conn, Signal.MAIL)
    return conn.execute(mine.values(stage=FETCHED, **_UNJUDGED)).rowcount


def last_proofs(conn: Connection, *, limit: int = 20) -> tuple[int, int]:
    """Of the last mails that claimed one of Amazon's domains.

    How many signatures failed, and how many were valid.
    """
    judged = (
        messages.c.verdict.in_(list(MailVerdict))
        & messages.c.judged_at.is_not(None)
        & messages.c.reason.not_in(_UNTOLD)
    )
    query = (
        sa.select(messages.c.reason)
        .where(judged)
        .order_by(messages.c.judged_at.desc(), messages.c.id.desc())
        .limit(limit)
    )
    reasons = list(conn.scalars(query))
    failed = reasons.count("dkim_failed")
    return failed, len(reasons) - failed


def oldest_unjudged(conn: Connection) -> datetime | None:
    """When the oldest message that still waits for its verdict was found."""
    found: datetime | None = conn.scalar(
        sa.select(sa.func.min(messages.c.found_at)).where(messages.c.stage.in_((FOUND, FETCHED)))
    )
    return found


def forget_old(conn: Connection, *, before: datetime) -> int:
    """Drop the raw bytes of messages decided before a time; returns how many."""
    old = sa.and_(messages.c.found_at < before, messages.c.stage != FETCHED, messages.c.sealed.is_not(None))
    return conn.execute(messages.update().where(old).values(sealed=None, key_id=None)).rowcount


def _message(row: sa.RowMapping) -> Message:
    return Message(**{name: row[name] for name in Message.__slots__})
