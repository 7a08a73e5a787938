"""Ruling on an offer, and handing an invitation to the account that expects it."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from agent.domain.invitation import Expectation, Link, MailVerdict, Ruling, expires_at
from agent.mail import events
from agent.mail.trust.examine import Examination, Judgement, Step, conclude
from agent.store import transitions
from agent.store.database.handles import Connection
from agent.store.inbox import invitations
from agent.store.inbox.expectations import expectation_for

log = structlog.get_logger("agent.mail")


def decide_offer(
    conn: Connection, examination: Examination, *, now: datetime, window: timedelta, any_merchant: bool
) -> Judgement:
    """Rule on an examined message.

    An invitation that is known already is a duplicate, from whichever source.
    """
    offer = examination.offer
    if offer is not None and (known := invitations.find(conn, offer.link.invitation_id)) is not None:
        ruling = known_already(known.account_id, offer.link)
        step = Step(name="expected", passed=False, detail=ruling.detail)
        return Judgement(ruling=ruling, steps=(*examination.steps, step), offer=offer, account_id=known.account_id)

    def expected(address: str) -> Expectation | None:
        return expectation_for(conn, address, any_merchant=any_merchant)

    return conclude(examination, expected=expected, now=now, window=window)


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
    """Record the invitation and let it happen to its account.

    Part of the caller's transaction. Returns invitations.id.
    """
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
