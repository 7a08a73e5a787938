"""What an examination is asked by, what it finds, and its ruling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from agent.domain.invitation import Offer, Ruling
from agent.mail.codes.read import MailedCode
from agent.mail.trust.senders import FROM_DOMAINS


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPolicy:
    """What a mailbox demands of a message."""

    from_domains: tuple[str, ...] = FROM_DOMAINS
    authserv: bool = False  # the weaker mode
    trusted_authserv_ids: tuple[str, ...] = ()
    own_addresses: tuple[str, ...] = ()  # names of the mailbox itself, as trace headers may show them
    max_bytes: int = 2_000_000
    window: timedelta = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One check as it went; `passed` is None when it only informs.

    `detail` may hold the sender's text.
    """

    name: str
    passed: bool | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What the message alone shows: either an offer, or a ruling that ends the matter."""

    steps: tuple[Step, ...]
    offer: Offer | None = None
    ruling: Ruling | None = None
    message_id: str | None = None
    sender_domain: str | None = None
    shop_name: str | None = None
    language: str | None = None
    keys_used: tuple[str, ...] = ()  # names of the keys that verified
    mailed: MailedCode | None = None  # the code of a mail that holds one
    recipient: str | None = None  # the signed To, once the sender was proven; also where something else was wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The end: the ruling, and the whole way to it."""

    ruling: Ruling
    steps: tuple[Step, ...]
    offer: Offer | None = None
    account_id: str | None = None
