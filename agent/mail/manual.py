"""One-off judging: a mail file or a link that a person gave, through the daemon's own checks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine

from agent.domain.account import Account
from agent.domain.invitation import Expectation, Link, MailVerdict, Offer, Ruling, rule
from agent.errors import UnconfirmedError, UsageError
from agent.mail.context import mailboxes_of, name_of, policy_for
from agent.mail.expectations import decide_offer, expectation_of, hand_over, known_already
from agent.mail.trust.examine import Examination, Judgement, Step, conclude
from agent.mail.trust.keys import KeyStore
from agent.mail.trust.links import LinkError, check_link
from agent.mail.trust.sandbox import Judge, JudgeLostError
from agent.mail.verdicts import evidence
from agent.settings.model import Settings
from agent.store import accounts
from agent.store.database.engine import reading, writing
from agent.store.inbox import folders, invitations, messages
from agent.store.inbox.messages import Found, Message
from agent.store.vault.keys import Vault


def check_file(
    path: Path, *, settings: Settings, now: datetime, expected: Callable[[str], Expectation | None] | None
) -> Judgement:
    """Judge a mail file and explain every step; nothing is recorded. Without `expected` the last step is left open and
    says so.

    Raises:
        UsageError: the file cannot be read.
    """
    raw = read_mail(path, limit=settings.mail.max_message_bytes)
    with open_judge(settings) as judge:
        examination = examine_file(judge, raw, settings=settings, now=now)
    window = policy_for(settings.mail, None).window
    if expected is not None or examination.offer is None:
        return conclude(examination, expected=expected or (lambda _: None), now=now, window=window)
    return _without_accounts(examination, now=now, window=window)


def admit_file(
    path: Path, *, account_id: str, asked_by: str, settings: Settings, engine: Engine, vault: Vault, now: datetime
) -> int:
    """Judge a mail file for this account and record its invitation; returns invitations.id, the known one when it came
    before.

    Raises:
        UsageError: unreadable file, unknown account.
        UnconfirmedError: the mail was refused, held, or could not be judged now; the reason is in the message.
    """
    raw = read_mail(path, limit=settings.mail.max_message_bytes)
    with reading(engine) as conn:
        accounts.get(conn, account_id)
    with open_judge(settings) as judge:
        examination = examine_file(judge, raw, settings=settings, now=now)
    window = policy_for(settings.mail, None).window
    with writing(engine) as conn:
        account = accounts.get(conn, account_id, lock=True)
        judgement = _for_account(
            decide_offer(conn, examination, now=now, window=window), account_id=account_id, address=account.user_email
        )
        message_id = _keep(conn, raw, examination, judgement, vault=vault, now=now)
        ruling = judgement.ruling
        row_id = None
        if ruling.verdict is MailVerdict.ACCEPT:
            row_id = hand_over(
                conn,
                judgement,
                examination=examination,
                source="file",
                message_id=message_id,
                asked_by=asked_by,
                now=now,
                window=window,
            )
        elif ruling.verdict is MailVerdict.DUPLICATE and judgement.offer is not None:
            row_id = _known(conn, judgement.offer, account_id)
    if row_id is None:
        raise UnconfirmedError(
            f"the mail is not acted on ({ruling.verdict}, {ruling.reason}): {ruling.detail}; 'sc-agent mail check {path}' shows every step"
        )
    return row_id


def admit_link(url: str, *, account_id: str, asked_by: str, settings: Settings, engine: Engine, now: datetime) -> int:
    """Check a link as strictly as a mailed one and record its invitation; returns invitations.id, the known one when it
    came before.

    Raises:
        UsageError: the link fails the check, unknown account.
        UnconfirmedError: the account does not expect an invitation.
    """
    link = look_at_link(url, account_id=account_id, engine=engine)
    window = policy_for(settings.mail, None).window
    offer = Offer(link=link, recipient=None, sent_at=now, arrived_at=now)
    with writing(engine) as conn:
        account = accounts.get(conn, account_id, lock=True)
        if (known := invitations.find(conn, link.invitation_id)) is not None:
            if known.account_id != account_id:
                raise UnconfirmedError(known_already(known.account_id, link).detail)
            return known.id
        ruling = rule(offer, expectation_of(conn, account), now=now, window=window)
        if ruling.verdict is not MailVerdict.ACCEPT:
            raise UnconfirmedError(f"the link is not acted on ({ruling.reason}): {ruling.detail}")
        judgement = Judgement(ruling=ruling, steps=(), offer=offer, account_id=account_id)
        return hand_over(conn, judgement, examination=None, source="link", asked_by=asked_by, now=now, window=window)


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


def approve(
    message_id: int,
    *,
    account_id: str | None,
    asked_by: str,
    settings: Settings,
    engine: Engine,
    vault: Vault,
    now: datetime,
) -> int:
    """Act on a held message because a person says so; returns invitations.id.

    What the message shows is examined again: only a genuine mail with one invitation can be approved, and what is
    overruled is what
    our accounts expect.

    Raises:
        UsageError: unknown message or account, or no account can be told.
        UnconfirmedError: the message is not held, or not genuine.
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
    examination = _examine_stored(
        message, mailbox=folder.mailbox if folder else None, settings=settings, vault=vault, now=now
    )
    offer = examination.offer
    if offer is None:
        detail = examination.ruling.detail if examination.ruling else "nothing is offered"
        raise UnconfirmedError(
            f"message {message_id} cannot be approved, because it is not a genuine invitation: {detail}"
        )
    window = policy_for(settings.mail, None).window
    with writing(engine) as conn:
        found = _entitled(conn, offer, account_id=account_id, message_id=message_id)
        ruling = Ruling(verdict=MailVerdict.ACCEPT, reason="approved", detail=f"approved by {asked_by}")
        step = Step(name="approved", passed=True, detail=f"{asked_by} overruled: {message.reason}")
        judgement = Judgement(ruling=ruling, steps=(*examination.steps, step), offer=offer, account_id=found.id)
        messages.decide(
            conn,
            message_id,
            verdict=ruling.verdict,
            reason=ruling.reason,
            evidence=evidence(ruling, judgement.steps),
            account_id=found.id,
            now=now,
        )
        return hand_over(
            conn,
            judgement,
            examination=examination,
            source="mail",
            message_id=message_id,
            asked_by=asked_by,
            now=now,
            window=window,
        )


def _entitled(conn: Connection, offer: Offer, *, account_id: str | None, message_id: int) -> Account:
    """The account that the offer is for, and nobody else; it must not have had it before."""
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


def read_mail(path: Path, *, limit: int) -> bytes:
    """Load a mail file.

    Raises:
        UsageError: it cannot be read, is empty or too big.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except OSError as err:
        raise UsageError(
            f"the mail file {path} cannot be read: {err.strerror}; expected a message as saved by a mail program (.eml)"
        ) from err
    if not raw.strip():
        raise UsageError(f"the mail file {path} is empty; expected a message as saved by a mail program (.eml)")
    if len(raw) > limit:
        raise UsageError(f"the mail file {path} is longer than {limit} bytes; no invitation is")
    return raw


@contextmanager
def open_judge(settings: Settings) -> Iterator[Judge]:
    """A judging process for one command."""
    keys = KeyStore(settings.mail.dns_servers, timeout=settings.mail.dns_timeout)
    judge = Judge(look_up=keys.look_up, seconds=settings.mail.judge_seconds, memory_mb=settings.mail.judge_memory_mb)
    try:
        yield judge
    finally:
        judge.close()


def examine_file(
    judge: Judge,
    raw: bytes,
    *,
    settings: Settings,
    now: datetime,
    mailbox: str | None = None,
    arrived_at: datetime | None = None,
) -> Examination:
    """Examine bytes under the policy of a mailbox, by default the first one of the settings.

    Raises:
        UnconfirmedError: the judging process did not survive them.
    """
    known = {name_of(each): each for each in mailboxes_of(settings)}
    box = known.get(mailbox) if mailbox is not None else next(iter(known.values()), None)
    try:
        return judge.examine(raw, policy=policy_for(settings.mail, box), now=now, arrived_at=arrived_at)
    except JudgeLostError as err:
        raise UnconfirmedError(f"the mail could not be judged ({err.reason}): {err}") from err


def _without_accounts(examination: Examination, *, now: datetime, window: timedelta) -> Judgement:
    """The verdict on the mail alone: the rules on time still hold, whether anybody expects it is not known."""
    offer = examination.offer
    assert offer is not None  # noqa: S101 - the caller has looked
    open_to_all = Expectation(
        account_id="", user_email=offer.recipient or "", merchant_id=None, authorization="awaiting_invitation"
    )
    ruling = rule(offer, open_to_all, now=now, window=window)
    if ruling.verdict is MailVerdict.ACCEPT:
        ruling = Ruling(
            verdict=ruling.verdict,
            reason="genuine",
            detail="genuine; no account is registered here, so nobody was asked whether they expect it",
        )
    step = Step(name="expected", passed=None if ruling.verdict is MailVerdict.ACCEPT else False, detail=ruling.detail)
    return Judgement(ruling=ruling, steps=(*examination.steps, step), offer=offer)


def _for_account(judgement: Judgement, *, account_id: str, address: str) -> Judgement:
    """The same, but a mail for somebody else is not this account's."""
    offer = judgement.offer
    if offer is None or offer.recipient == address:
        return judgement
    detail = f"the mail is addressed to {offer.recipient}, and account {account_id} has {address}"
    ruling = Ruling(verdict=MailVerdict.HELD, reason="other_account", detail=detail)
    return Judgement(
        ruling=ruling, steps=(*judgement.steps, Step(name="account", passed=False, detail=detail)), offer=offer
    )


def _known(conn: Connection, offer: Offer, account_id: str) -> int | None:
    known = invitations.find(conn, offer.link.invitation_id)
    return known.id if known is not None and known.account_id == account_id else None


def _keep(
    conn: Connection, raw: bytes, examination: Examination, judgement: Judgement, *, vault: Vault, now: datetime
) -> int:
    """Store the message that a person gave, with its verdict."""
    digest = hashlib.sha256(raw).hexdigest()
    key_id, sealed = vault.seal(raw, context=f"message:{digest}")
    found = Found(
        folder_id=None,
        uidvalidity=None,
        uid=None,
        message_id=examination.message_id,
        sha256=digest,
        internaldate=None,
        size=len(raw),
        sealed=sealed,
        key_id=key_id,
    )
    row_id = messages.insert(conn, found, now=now)
    assert row_id is not None  # noqa: S101 - without a UID there is nothing to collide with
    ruling = judgement.ruling
    messages.decide(
        conn,
        row_id,
        verdict=ruling.verdict,
        reason=ruling.reason,
        evidence=evidence(ruling, judgement.steps),
        account_id=judgement.account_id,
        now=now,
    )
    return row_id


def _examine_stored(
    message: Message, *, mailbox: str | None, settings: Settings, vault: Vault, now: datetime
) -> Examination:
    if message.sealed is None or message.key_id is None or message.sha256 is None:
        raise UnconfirmedError(f"message {message.id} cannot be approved: its bytes are not kept ({message.reason})")
    raw = vault.unseal(message.key_id, message.sealed, context=f"message:{message.sha256}")
    with open_judge(settings) as judge:
        arrived_at = message.internaldate or message.found_at
        return examine_file(judge, raw, settings=settings, now=now, mailbox=mailbox, arrived_at=arrived_at)
