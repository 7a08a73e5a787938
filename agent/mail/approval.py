"""Approving a held message.

A person overrules what accounts expect, and says whose account it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agent.domain.account import Account, MerchantSource
from agent.domain.invitation import OTHER_REGION, MailVerdict, Offer, Ruling, rule_on_link
from agent.errors import UnconfirmedError, UsageError
from agent.mail.context import policy_for
from agent.mail.expectations import hand_over, known_already
from agent.mail.manual import examine_file, open_judge
from agent.mail.trust.examine import Examination, Judgement, Step
from agent.mail.verdicts import evidence
from agent.settings.model import Settings
from agent.store import accounts, merchants
from agent.store.database.engine import reading, writing
from agent.store.database.handles import Connection, Engine
from agent.store.inbox import folders, invitations, messages
from agent.store.inbox.expectations import expectation_of
from agent.store.inbox.messages import Message
from agent.store.merchants import Merchant, MerchantDiffersError
from agent.store.vault.keys import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOffer:
    """A held message that may be approved: a genuine mail with one invitation."""

    message: Message
    examination: Examination
    offer: Offer


def look_at_held(message_id: int, *, settings: Settings, engine: Engine, vault: Vault, now: datetime) -> HeldOffer:
    """Examine a held message again; nothing is recorded.

    Raises:
        UsageError: there is no such message.
        UnconfirmedError: it is not held, or not genuine.
    """
    with reading(engine) as conn:
        message = messages.get(conn, message_id)
        folder = folders.get(conn, message.folder_id) if message is not None and message.folder_id is not None else None
    if message is None:
        raise UsageError(f"no message has the number {message_id}; 'sc-agent mail list' shows those that are")
    if message.verdict != MailVerdict.HELD:
        raise UnconfirmedError(
            f"message {message_id} is {message.verdict or 'not judged yet'}, and only a held one can be approved"
        )
    mailbox = folder.mailbox if folder else None
    examination = _examine_stored(message, mailbox=mailbox, settings=settings, vault=vault, now=now)
    if examination.offer is None:
        detail = examination.ruling.detail if examination.ruling else "nothing is offered"
        raise UnconfirmedError(
            f"message {message_id} cannot be approved, because it is not a genuine invitation: {detail}"
        )
    return HeldOffer(message=message, examination=examination, offer=examination.offer)


def approve(
    held: HeldOffer,
    *,
    account_id: str | None,
    asked_by: str,
    settings: Settings,
    engine: Engine,
    now: datetime,
) -> int:
    """Act on a held message because a person says so.

    The account is bound to the merchant it shows. Returns
    invitations.id.

    What is overruled is what our accounts expect; another merchant or region than the account's is not.

    Raises:
        UsageError: no account can be told.
        UnconfirmedError: it belongs to another merchant, region or address, or was decided meanwhile.
    """
    window, offer, message = policy_for(settings.mail, None).window, held.offer, held.message
    with writing(engine) as conn:
        current = messages.get(conn, message.id)
        if current is None or current.verdict != MailVerdict.HELD:
            raise UnconfirmedError(
                f"message {message.id} was decided meanwhile; 'sc-agent mail show {message.id}' says how"
            )
        found = _entitled(conn, offer, account_id=account_id, message_id=message.id)
        _bind_to_offer(conn, found, offer, message_id=message.id, now=now)
        judgement = _overruled(held, found, asked_by=asked_by)
        messages.decide(
            conn,
            message.id,
            verdict=judgement.ruling.verdict,
            reason=judgement.ruling.reason,
            evidence=evidence(judgement.ruling, judgement.steps, offer=offer, shop=held.examination.shop_name),
            account_id=found.id,
            now=now,
        )
        return hand_over(
            conn,
            judgement,
            examination=held.examination,
            source="mail",
            message_id=message.id,
            asked_by=asked_by,
            now=now,
            window=window,
        )


def _overruled(held: HeldOffer, account: Account, *, asked_by: str) -> Judgement:
    """The judgement of a person."""
    ruling = Ruling(verdict=MailVerdict.ACCEPT, reason="approved", detail=f"approved by {asked_by}")
    step = Step(name="approved", passed=True, detail=f"{asked_by} overruled: {held.message.reason}")
    steps = (*held.examination.steps, step)
    return Judgement(ruling=ruling, steps=steps, offer=held.offer, account_id=account.id)


def _bind_to_offer(conn: Connection, account: Account, offer: Offer, *, message_id: int, now: datetime) -> None:
    """What a person approves is the merchant; an account that has one keeps it."""
    ruling = rule_on_link(offer.link, expectation_of(conn, account, any_merchant=False))
    if ruling is not None and ruling.reason == OTHER_REGION:
        raise UnconfirmedError(f"message {message_id} cannot be approved ({ruling.reason}): {ruling.detail}")
    shown = Merchant(merchant_id=offer.link.merchant_id, global_account_id=offer.link.global_account_id)
    try:
        merchants.bind(conn, account, shown, source=MerchantSource.APPROVAL, now=now)
    except MerchantDiffersError as err:
        raise UnconfirmedError(f"message {message_id} cannot be approved: {err}") from err


def _entitled(conn: Connection, offer: Offer, *, account_id: str | None, message_id: int) -> Account:
    """The one account that the offer is for.

    It must not have had it before.
    """
    found = accounts.get(conn, account_id) if account_id else accounts.find_by_email(conn, offer.recipient or "")
    if found is None:
        raise UsageError(
            f"no account has the address {offer.recipient}: register it first, nobody else may accept this invitation"
        )
    if found.user_email != offer.recipient:
        raise UnconfirmedError(
            f"message {message_id} invites {offer.recipient}, and account {found.id} signs in as {found.user_email}: "
            "accepting it would give the seller's account to the wrong user"
        )
    if (known := invitations.find(conn, offer.link.invitation_id)) is not None:
        raise UnconfirmedError(known_already(known.account_id, offer.link).detail)
    return found


def _examine_stored(
    message: Message, *, mailbox: str | None, settings: Settings, vault: Vault, now: datetime
) -> Examination:
    if message.sealed is None or message.key_id is None or message.sha256 is None:
        raise UnconfirmedError(f"message {message.id} cannot be approved: its bytes are not kept ({message.reason})")
    raw = vault.unseal(message.key_id, message.sealed, context=f"message:{message.sha256}")
    with open_judge(settings) as judge:
        arrived_at = message.internaldate or message.found_at
        return examine_file(judge, raw, settings=settings, now=now, mailbox=mailbox, arrived_at=arrived_at)
