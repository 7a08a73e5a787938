"""A bare link that a person gives, and whether an account expects it."""

from __future__ import annotations

from datetime import datetime

from agent.domain.invitation import Link, MailVerdict, Offer, Ruling, rule, rule_on_link
from agent.errors import UnconfirmedError, UsageError
from agent.mail.context import policy_for
from agent.mail.expectations import hand_over, known_already
from agent.mail.manual import binding_of
from agent.mail.trust.examine import Judgement
from agent.mail.trust.links import LinkError, check_link
from agent.settings.model import Settings
from agent.store import accounts
from agent.store.database.engine import reading, writing
from agent.store.database.handles import Engine
from agent.store.inbox import invitations
from agent.store.inbox.expectations import expectation_of
from agent.store.merchants import Merchant


def admit_link(
    url: str,
    *,
    account_id: str,
    asked_by: str,
    settings: Settings,
    engine: Engine,
    now: datetime,
    merchant: Merchant | None = None,
) -> int:
    """Check a link as strictly as a mailed one and record its invitation.

    Returns invitations.id, the known one when it came before. `merchant` is as for `admit_file`.

    Raises:
        UsageError: the link fails the check, unknown account.
        UnconfirmedError: the account does not expect an invitation.
    """
    link = look_at_link(url, account_id=account_id, engine=engine)
    window = policy_for(settings.mail, None).window
    offer = Offer(link=link, recipient=None, sent_at=now, arrived_at=now)
    with writing(engine) as conn:
        account = accounts.get(conn, account_id, lock=True)
        with binding_of(conn, account, merchant, now=now) as (account, keep):
            known = invitations.find(conn, link.invitation_id)
            if known is not None and known.account_id != account_id:
                raise UnconfirmedError(known_already(known.account_id, link).detail)
            expectation = expectation_of(conn, account, any_merchant=settings.accept_any_merchant)
            _require_acted_on(rule_on_link(link, expectation))
            if known is None:
                ruling = rule(offer, expectation, now=now, window=window)
                _require_acted_on(ruling)
            keep()
        if known is not None:
            return known.id
        judgement = Judgement(ruling=ruling, steps=(), offer=offer, account_id=account_id)
        return hand_over(conn, judgement, examination=None, source="link", asked_by=asked_by, now=now, window=window)


def require_link_expected(link: Link, *, account_id: str, settings: Settings, engine: Engine) -> None:
    """Refuse a link that is not the account's, before a person is asked.

    Nothing is recorded.

    Raises:
        UnconfirmedError: another merchant or region, or its merchant is not known.
    """
    with reading(engine) as conn:
        account = accounts.get(conn, account_id)
        expectation = expectation_of(conn, account, any_merchant=settings.accept_any_merchant)
    _require_acted_on(rule_on_link(link, expectation))


def _require_acted_on(ruling: Ruling | None) -> None:
    if ruling is not None and ruling.verdict is not MailVerdict.ACCEPT:
        raise UnconfirmedError(f"the link is not acted on ({ruling.reason}): {ruling.detail}")


def look_at_link(url: str, *, account_id: str, engine: Engine) -> Link:
    """Check a link and that there is such an account; nothing is recorded.

    Raises:
        UsageError: the link fails the check, unknown account.
    """
    with reading(engine) as conn:
        accounts.get(conn, account_id)
    try:
        return check_link(url)
    except LinkError as err:
        raise UsageError(
            f"this is not an invitation link ({err.reason}): {err}; give the link exactly as the mail shows it"
        ) from err
