"""Invitations: one row for each invitation id, from whichever source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.domain.invitation import Link, Offer
from agent.store.database.schema import invitations

WAITING, ACCEPTING, SUPERSEDED = "waiting", "accepting", "superseded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A recorded invitation; shop_name and language are the sender's text."""

    id: int
    account_id: str
    link: Link
    state: str
    source: str
    asked_by: str | None
    message_id: int | None
    shop_name: str | None
    language: str | None
    received_at: datetime
    expires_at: datetime
    accepted_at: datetime | None


def record(
    conn: Connection,
    offer: Offer,
    *,
    account_id: str,
    source: str,
    expires_at: datetime,
    message_id: int | None = None,
    asked_by: str | None = None,
    shop_name: str | None = None,
    language: str | None = None,
) -> int | None:
    """Insert the invitation and return its row id.

    None when this invitation id is already known. An earlier waiting one is superseded.
    """
    if find(conn, offer.link.invitation_id) is not None:
        return None
    conn.execute(
        invitations.update()
        .where(invitations.c.account_id == account_id, invitations.c.state == WAITING)
        .values(state=SUPERSEDED)
    )
    row_id: int | None = conn.execute(
        invitations.insert()
        .values(
            invitation_id=offer.link.invitation_id,
            account_id=account_id,
            message_id=message_id,
            source=source,
            asked_by=asked_by,
            host=offer.link.host,
            url=offer.link.url,
            merchant_id=offer.link.merchant_id,
            global_account_id=offer.link.global_account_id,
            shop_name=shop_name,
            language=language,
            state=WAITING,
            received_at=offer.arrived_at or offer.sent_at,
            expires_at=expires_at,
        )
        .returning(invitations.c.id)
    ).scalar_one()
    return row_id


def get(conn: Connection, row_id: int) -> Invitation | None:
    """The invitation of a row id."""
    row = conn.execute(sa.select(invitations).where(invitations.c.id == row_id)).mappings().one_or_none()
    return None if row is None else _invitation(row)


def find(conn: Connection, invitation_id: str) -> Invitation | None:
    """The invitation with this id of Amazon's."""
    row = (
        conn.execute(sa.select(invitations).where(invitations.c.invitation_id == invitation_id.lower()))
        .mappings()
        .one_or_none()
    )
    return None if row is None else _invitation(row)


def open_of(conn: Connection, account_id: str) -> Invitation | None:
    """The newest invitation that waits for this account or is being accepted."""
    query = sa.select(invitations).where(
        invitations.c.account_id == account_id, invitations.c.state.in_((WAITING, ACCEPTING))
    )
    row = conn.execute(query.order_by(invitations.c.id.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else _invitation(row)


def set_state(conn: Connection, row_id: int, state: str, *, accepted_at: datetime | None = None) -> None:
    """Write down what became of an invitation.

    `accepted_at` None leaves what is known.
    """
    accepted = {} if accepted_at is None else {"accepted_at": accepted_at}
    conn.execute(invitations.update().where(invitations.c.id == row_id).values(state=state, **accepted))


def seconds_to_acceptance(conn: Connection, row_id: int) -> float | None:
    """Seconds from an invitation's arrival to its acceptance.

    None where it was not accepted.
    """
    found = get(conn, row_id)
    if found is None or found.accepted_at is None:
        return None
    return (found.accepted_at - found.received_at).total_seconds()


def _invitation(row: sa.RowMapping) -> Invitation:
    link = Link(
        url=row["url"],
        host=row["host"],
        invitation_id=row["invitation_id"],
        merchant_id=row["merchant_id"],
        global_account_id=row["global_account_id"],
    )
    kept = {name: row[name] for name in Invitation.__slots__ if name != "link"}
    return Invitation(link=link, **kept)
