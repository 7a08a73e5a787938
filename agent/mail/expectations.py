"""What accounts expect, read from the database, and the hand-over of an invitation to the account that does."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from agent.domain.account import Account
from agent.domain.invitation import Expectation, Link, MailVerdict, Ruling, expires_at
from agent.mail import events
from agent.mail.trust.examine import Examination, Judgement, Step, conclude
from agent.store import accounts, transitions
from agent.store.inbox import invitations

log = structlog.get_logger("agent.mail")


def expectation_for(conn: Connection, address: str) -> Expectation | None:
    """What the account with this user email expects."""
    account = accounts.find_by_email(conn, address)
    return None if account is None else expectation_of(conn, account)


def expectation_of(conn: Connection, account: Account) -> Expectation:
    """What an account expects."""
    waiting = invitations.open_of(conn, account.id)
    return Expectation(
        account_id=account.id,
        user_email=account.user_email,
        merchant_id=account.merchant_id,
        authorization=str(account.authorization),
        accepted=account.accepted_at is not None,
        waiting=waiting.link if waiting else None,
    )


def decide_offer(conn: Connection, examination: Examination, *, now: datetime, window: timedelta) -> Judgement:
    """Rule on an examined message; an invitation that is known already is a duplicate, whoever brought it."""
    offer = examination.offer
    if offer is not None and (known := invitations.find(conn, offer.link.invitation_id)) is not None:
        ruling = known_already(known.account_id, offer.link)
        step = Step(name="expected", passed=False, detail=ruling.detail)
        return Judgement(ruling=ruling, steps=(*examination.steps, step), offer=offer, account_id=known.account_id)
    return conclude(examination, expected=lambda address: expectation_for(conn, address), now=now, window=window)


def known_already(account_id: str, link: Link) -> Ruling:
    """The ruling on an invitation that came before."""
    detail = f"invitation {link.invitation_id} came before, for account {account_id}"
    return Ruling(verdict=MailVerdict.DUPLICATE, reason="same_invitation", detail=detail)


def hand_over(
    conn: Connection,
    judgement: Judgement,
    *,
    examination: Examination | None,
    source: str,
    now: datetime,
    window: timedelta,
    message_id: int | None = None,
    asked_by: str | None = None,
) -> int:
    """Record the invitation and let it happen to its account, in the caller's transaction; returns invitations.id."""
    assert judgement.offer is not None  # noqa: S101 - an accepted judgement has both
    assert judgement.account_id is not None  # noqa: S101
    row_id = invitations.record(
        conn,
        judgement.offer,
        account_id=judgement.account_id,
        source=source,
        expires_at=expires_at(judgement.offer, window=window),
        message_id=message_id,
        asked_by=asked_by,
        shop_name=examination.shop_name if examination else None,
        language=examination.language if examination else None,
    )
    assert row_id is not None  # noqa: S101 - known ones are duplicates, decided in this transaction
    why = (
        "an invitation arrived by mail" if asked_by is None else f"an invitation was given as a {source} by {asked_by}"
    )
    transitions.invitation_arrived(conn, judgement.account_id, row_id, now=now, why=why)
    log.info(events.INVITATION, invitation=row_id, account=judgement.account_id, source=source)
    return row_id
