"""An invitation that a person gives to the web role, in the caller's transaction.

The same rules as for a received one.
"""

from __future__ import annotations

from datetime import datetime

from agent.domain.account import Account
from agent.domain.authorization import State
from agent.domain.invitation import MailVerdict, Offer, Ruling, rule, rule_on_link
from agent.mail.context import policy_for
from agent.mail.expectations import decide_offer, hand_over, known_already
from agent.mail.manual import examine_file, open_judge
from agent.mail.trust.examine import Examination, Judgement
from agent.mail.trust.links import check_link
from agent.settings.model import Settings
from agent.store import transitions
from agent.store.database.handles import Connection
from agent.store.inbox import invitations
from agent.store.inbox.expectations import expectation_of


class NotActedOnError(Exception):
    """The account does not expect it, now or from this seller; nothing was recorded."""

    def __init__(self, ruling: Ruling) -> None:
        super().__init__(f"{ruling.reason}: {ruling.detail}")
        self.ruling = ruling


def examine(raw: bytes, *, settings: Settings, now: datetime) -> Examination:
    """Examine a mail under the first mailbox's policy, in a process of its own.

    Nothing is recorded.

    Raises:
        UnconfirmedError: the judging process did not survive it.
    """
    with open_judge(settings) as judge:
        return examine_file(judge, raw, settings=settings, now=now)


def admit_link(
    conn: Connection, account: Account, url: str, *, asked_by: str, settings: Settings, now: datetime
) -> int:
    """Check a link as strictly as a mailed one and let it be accepted.

    Returns invitations.id, a known one's too.

    Raises:
        LinkError: it is no invitation; `reason` names the step.
        NotActedOnError: the account does not expect it.
    """
    link = check_link(url)
    expectation = expectation_of(conn, account, any_merchant=settings.accept_any_merchant)
    known = invitations.find(conn, link.invitation_id)
    if known is not None and known.account_id != account.id:
        raise NotActedOnError(known_already(known.account_id, link))
    _require_acted_on(rule_on_link(link, expectation))
    if known is not None:
        return _again(conn, account, known.id, asked_by=asked_by, now=now)
    window = policy_for(settings.mail, None).window
    offer = Offer(link=link, recipient=None, sent_at=now, arrived_at=now)
    ruling = rule(offer, expectation, now=now, window=window)
    _require_acted_on(ruling)
    judgement = Judgement(ruling=ruling, steps=(), offer=offer, account_id=account.id)
    return hand_over(conn, judgement, examination=None, source="link", asked_by=asked_by, now=now, window=window)


def admit_mail(
    conn: Connection, account: Account, examination: Examination, *, asked_by: str, settings: Settings, now: datetime
) -> int:
    """Let a genuine mail's invitation be accepted.

    Returns invitations.id, a known one's too.

    Raises:
        NotActedOnError: it is for another account, or this one does not expect it.
    """
    window = policy_for(settings.mail, None).window
    judgement = decide_offer(conn, examination, now=now, window=window, any_merchant=settings.accept_any_merchant)
    offer, ruling = judgement.offer, judgement.ruling
    if offer is None or offer.recipient != account.user_email:
        raise NotActedOnError(
            Ruling(verdict=MailVerdict.HELD, reason="other_account", detail="the mail is for another address")
        )
    if ruling.verdict is MailVerdict.DUPLICATE:
        known = invitations.find(conn, offer.link.invitation_id)
        if known is not None and known.account_id == account.id:
            return _again(conn, account, known.id, asked_by=asked_by, now=now)
    _require_acted_on(ruling)
    return hand_over(conn, judgement, examination=examination, source="file", asked_by=asked_by, now=now, window=window)


def _again(conn: Connection, account: Account, row_id: int, *, asked_by: str, now: datetime) -> int:
    """A person's wish opens a closed invitation again.

    An accepted one, or one that is being accepted, stays as it is.
    """
    found = invitations.get(conn, row_id)
    is_under_way = account.invitation == row_id and account.authorization is State.ACCEPTING
    if found is not None and found.state != "accepted" and not is_under_way:
        transitions.reopen_invitation(conn, row_id)
        transitions.invitation_arrived(conn, account.id, row_id, now=now, why=f"{asked_by} asked for its acceptance")
    return row_id


def _require_acted_on(ruling: Ruling | None) -> None:
    if ruling is not None and ruling.verdict is not MailVerdict.ACCEPT:
        raise NotActedOnError(ruling)
