"""Whether a visit acts for the account's known merchant, by the checked link."""

from __future__ import annotations

from dataclasses import replace

from agent.domain.account import Account
from agent.domain.invitation import LinkPartsError, MailVerdict, Ruling, rebuild_stored, rule_on_link
from agent.store.database.handles import Connection
from agent.store.inbox.expectations import expectation_of
from agent.store.inbox.invitations import Invitation


class UnvouchedError(Exception):
    """What the visit would do is not authorised; `ruling` says why."""

    def __init__(self, ruling: Ruling) -> None:
        super().__init__(f"{ruling.detail} ({ruling.reason})")
        self.ruling = ruling


def is_vouched(account: Account, *, any_merchant: bool) -> bool:
    """Whether what is read for an account may speak for it.

    Else it is read at whatever seller offers itself.
    """
    return account.is_bound or any_merchant


def checked_again(conn: Connection, account: Account, stored: Invitation, *, any_merchant: bool) -> Invitation:
    """The invitation with its link rebuilt, and checked as when it came.

    Raises:
        UnvouchedError: it was altered since, or the account belongs to another merchant or region by now.
    """
    try:
        link = rebuild_stored(stored.link)
    except LinkPartsError as err:
        raise UnvouchedError(_for_a_person(err.reason, str(err))) from err
    if ruling := rule_on_link(link, expectation_of(conn, account, any_merchant=any_merchant)):
        raise UnvouchedError(ruling)
    return replace(stored, link=link)


def _for_a_person(reason: str, detail: str) -> Ruling:
    return Ruling(verdict=MailVerdict.HELD, reason=reason, detail=detail)
