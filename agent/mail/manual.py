"""One-off judging of a mail file or a link, by the daemon's own checks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from agent.domain.account import Account, MerchantSource
from agent.domain.invitation import Expectation, MailVerdict, Offer, Ruling, rule, rule_on_link
from agent.errors import UnconfirmedError, UsageError
from agent.mail.context import judge_of, mailboxes_of, name_of, policy_for
from agent.mail.expectations import decide_offer, hand_over
from agent.mail.trust.examine import Examination, Judgement, Step, conclude
from agent.mail.trust.keys import KeyStore
from agent.mail.trust.sandbox import Judge, JudgeLostError
from agent.mail.verdicts import evidence
from agent.settings.model import Settings
from agent.store import accounts, merchants
from agent.store.database.engine import reading, writing
from agent.store.database.handles import Connection, Engine
from agent.store.inbox import found_messages, invitations, messages
from agent.store.inbox.expectations import expectation_of
from agent.store.inbox.found_messages import FoundMessage
from agent.store.merchants import Merchant, MerchantDiffersError
from agent.store.vault.keys import Vault


def check_file(
    path: Path, *, settings: Settings, now: datetime, expected: Callable[[str], Expectation | None] | None
) -> Judgement:
    """Judge a mail file and explain every step; nothing is recorded.

    Without `expected` the last step is left open and says so.

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
    path: Path,
    *,
    account_id: str,
    asked_by: str,
    settings: Settings,
    engine: Engine,
    vault: Vault,
    now: datetime,
    merchant: Merchant | None = None,
) -> int:
    """Judge a mail file for this account and record its invitation.

    Returns invitations.id, the known one when it came before. `merchant` is whom a person says the account belongs
    to; it is bound with the invitation. A file that holds no genuine invitation is not kept.

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
        with binding_of(conn, account, merchant, now=now) as (account, keep):
            found = decide_offer(conn, examination, now=now, window=window, any_merchant=settings.accept_any_merchant)
            judgement = _for_account(conn, found, account, any_merchant=settings.accept_any_merchant)
            ruling = judgement.ruling
            if ruling.verdict in (MailVerdict.ACCEPT, MailVerdict.DUPLICATE):
                keep()
        row_id = None
        if examination.offer is not None:  # anything but an invitation would only stay as a task
            message_id = _keep(conn, raw, examination, judgement, vault=vault, now=now)
        if ruling.verdict is MailVerdict.ACCEPT:
            came_by: dict[str, Any] = {"source": "file", "message_id": message_id, "asked_by": asked_by}
            row_id = hand_over(conn, judgement, examination=examination, now=now, window=window, **came_by)
        elif ruling.verdict is MailVerdict.DUPLICATE and judgement.offer is not None:
            row_id = _known(conn, judgement.offer, account_id)
    if row_id is None:
        raise UnconfirmedError(
            f"the mail is not acted on ({ruling.verdict}, {ruling.reason}): {ruling.detail}; 'sc-agent mail "
            f"check {path}' shows every step"
        )
    return row_id


@contextmanager
def binding_of(
    conn: Connection, account: Account, merchant: Merchant | None, *, now: datetime
) -> Iterator[tuple[Account, Callable[[], None]]]:
    """The account as a person says it is.

    Undone again unless what is called says to keep it.
    """
    kept: list[bool] = []
    attempt = conn.begin_nested()
    try:
        if merchant is not None:
            account = merchants.bind(conn, account, merchant, source=MerchantSource.APPROVAL, now=now)
        yield account, lambda: kept.append(True)
    except MerchantDiffersError as err:
        raise UnconfirmedError(str(err)) from err
    finally:
        (attempt.commit if kept else attempt.rollback)()


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
    judge = judge_of(settings.mail, keys, processes=1)
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
    """Examine bytes under a mailbox's policy, by default the first one's.

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
    """The verdict on the mail alone.

    The rules on time apply; whether an account expects it is not known.
    """
    offer = examination.offer
    assert offer is not None  # noqa: S101 - the caller has looked
    open_to_all = Expectation(
        account_id="",
        user_email=offer.recipient or "",
        merchant_id=None,
        authorization="awaiting_invitation",
        any_merchant=True,
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


def _for_account(conn: Connection, judgement: Judgement, account: Account, *, any_merchant: bool) -> Judgement:
    """Judge for one account.

    A mail for another address is not this account's, nor one that came before from another seller.
    """
    offer = judgement.offer
    if offer is None:
        return judgement
    if offer.recipient != account.user_email:
        detail = f"the mail is addressed to {offer.recipient}, and account {account.id} has {account.user_email}"
        ruling = Ruling(verdict=MailVerdict.HELD, reason="other_account", detail=detail)
    elif judgement.ruling.verdict is MailVerdict.DUPLICATE:
        again = rule_on_link(offer.link, expectation_of(conn, account, any_merchant=any_merchant))
        if again is None:
            return judgement
        ruling = again
    else:
        return judgement
    step = Step(name="account", passed=False, detail=ruling.detail)
    return Judgement(ruling=ruling, steps=(*judgement.steps, step), offer=offer)


def _known(conn: Connection, offer: Offer, account_id: str) -> int | None:
    known = invitations.find(conn, offer.link.invitation_id)
    return known.id if known is not None and known.account_id == account_id else None


def _keep(
    conn: Connection, raw: bytes, examination: Examination, judgement: Judgement, *, vault: Vault, now: datetime
) -> int:
    """Store the message that a person gave, with its verdict."""
    digest = hashlib.sha256(raw).hexdigest()
    key_id, sealed = vault.seal(raw, context=f"message:{digest}")
    found = FoundMessage(
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
    row_id = found_messages.insert(conn, found, now=now)
    assert row_id is not None  # noqa: S101 - without a UID there is nothing to collide with
    ruling = judgement.ruling
    messages.decide(
        conn,
        row_id,
        verdict=ruling.verdict,
        reason=ruling.reason,
        evidence=evidence(ruling, judgement.steps, offer=judgement.offer, shop=examination.shop_name),
        account_id=judgement.account_id,
        now=now,
    )
    return row_id
