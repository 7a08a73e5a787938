"""What a message may ask us to accept, and which account expects it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import parse_qsl, urlsplit

from flows import GIVEN_ID, HOST_REGIONS

PATH = "/invitation/accept"
CLOCK_SLACK = timedelta(hours=1)
UNEXPECTED = "unexpected_recipient"  # the reason that a registration may do away with
MERCHANT_UNKNOWN = "merchant_unknown"
UNVOUCHED = (MERCHANT_UNKNOWN, "merchant_not_comparable")  # the reasons that naming the merchant may do away with
OTHER_MERCHANT, OTHER_REGION = "other_merchant", "other_region"  # the reasons that no approval may overrule

_INVITATION_ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MERCHANT = re.compile(GIVEN_ID)


class MailVerdict(StrEnum):
    """What becomes of a message; the words that are stored."""

    ACCEPT = "accept"  # genuine, and an account expects it
    HELD = "held"  # a person must look
    REJECTED = "rejected"  # forged, or no invitation at all
    DUPLICATE = "duplicate"  # the same invitation, or the same bytes, again
    RETRY = "retry"  # could not be judged now: DNS, clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An invitation link rebuilt from its checked parts.

    Exactly one of merchant_id and global_account_id is set.
    """

    url: str
    host: str
    invitation_id: str
    merchant_id: str | None = None
    global_account_id: str | None = None

    @property
    def region(self) -> str:
        """NA, EU or FE."""
        return HOST_REGIONS[self.host]


class LinkPartsError(ValueError):
    """The parts of a link are not those of an invitation; `reason` is a stable word."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def build_link(*, host: str, invitation_id: str, merchant_id: str | None, global_account_id: str | None) -> Link:
    """Build a link from its parts; nothing else gets into it.

    Raises:
        LinkPartsError: a part is not well-formed, or not exactly one of the two accounts is given.
    """
    if host not in HOST_REGIONS:
        raise LinkPartsError("link_host", "the link's host is not a Seller Central host")
    if not _INVITATION_ID.fullmatch(invitation_id):
        raise LinkPartsError("link_parameters", "the link has no well-formed invitationId")
    if (merchant_id is None) == (global_account_id is None) or not _MERCHANT.fullmatch(
        merchant_id or global_account_id or ""
    ):
        raise LinkPartsError("link_parameters", "the link needs exactly one well-formed merchantId or globalAccountId")
    who = f"merchantId={merchant_id}" if merchant_id else f"globalAccountId={global_account_id}"
    return Link(
        url=f"https://{host}{PATH}?{who}&invitationId={invitation_id}",
        host=host,
        invitation_id=invitation_id.lower(),
        merchant_id=merchant_id,
        global_account_id=global_account_id,
    )


def rebuild_stored(stored: Link) -> Link:
    """Build a stored link anew from its parts.

    A link whose address says something else than its parts is refused.

    Raises:
        LinkPartsError: it was altered since it was checked.
    """
    parts = urlsplit(stored.url)
    named = parse_qsl(parts.query, keep_blank_values=True)
    told = dict(named)
    if (parts.scheme, parts.netloc, parts.path, parts.fragment) != ("https", stored.host, PATH, "") or len(named) != 2:
        raise LinkPartsError("link_altered", "the stored link leads elsewhere than its parts say")
    spelt = told.get("invitationId", "")  # as the seller's mail spelt it; the table knows it in small letters
    built = build_link(
        host=stored.host,
        invitation_id=spelt,
        merchant_id=stored.merchant_id,
        global_account_id=stored.global_account_id,
    )
    same = (told.get("merchantId"), told.get("globalAccountId")) == (built.merchant_id, built.global_account_id)
    if not same or built.invitation_id != stored.invitation_id:
        raise LinkPartsError("link_altered", "the stored link names another invitation than its parts do")
    return built


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a message offers and to whom.

    `sent_at` is the signed Date, `arrived_at` the server's INTERNALDATE if one is known.
    """

    link: Link
    recipient: str | None  # None: a person gave the bare link
    sent_at: datetime
    arrived_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """The account that a recipient belongs to, as far as invitations are concerned."""

    account_id: str
    user_email: str
    merchant_id: str | None
    authorization: str
    region: str | None = None  # of the account's marketplace; None: not known, and not looked at
    global_account_id: str | None = None
    any_merchant: bool = False  # the settings give the account to the first who invites
    accepted: bool = False  # it accepted an invitation before
    waiting: Link | None = None  # an invitation that is stored and neither accepted nor closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The end of judging: a verdict, a stable reason, one sentence for people."""

    verdict: MailVerdict
    reason: str
    detail: str


# The states that may take an invitation. In needs_human and paused it is stored and waits; while one is being accepted,
# the same
# seller may send a newer one; an account that has accepted one before is only open again after its authorization
# failed.
OPEN_STATES = frozenset(
    {"awaiting_invitation", "api_authorization_required", "accepting", "failed", "needs_human", "paused"}
)


def rule(offer: Offer, expectation: Expectation | None, *, now: datetime, window: timedelta) -> Ruling:
    """Decide whether a genuine offer is one that this account expects, now."""
    if expectation is None:
        return _held(UNEXPECTED, "no registered account has the address this invitation was sent to")
    on_link = rule_on_link(offer.link, expectation)
    is_unknown = on_link is not None and on_link.reason == MERCHANT_UNKNOWN  # nothing to ask of an account that is done
    return (
        _rule_on_time(offer, now=now, window=window)
        or (None if is_unknown else on_link)
        or _rule_on_state(offer.link, expectation)
        or on_link
        or Ruling(
            verdict=MailVerdict.ACCEPT,
            reason="expected",
            detail=f"account {expectation.account_id} expects this invitation",
        )
    )


def expires_at(offer: Offer, *, window: timedelta) -> datetime:
    """When the site will not take it any more: counted from the earlier of both dates."""
    return min(offer.sent_at, offer.arrived_at or offer.sent_at) + window


def _rule_on_time(offer: Offer, *, now: datetime, window: timedelta) -> Ruling | None:
    latest = max(offer.sent_at, offer.arrived_at or offer.sent_at)
    if latest > now + CLOCK_SLACK:
        return _held(
            "date_in_future",
            f"the message is dated {latest:%Y-%m-%d %H:%M} UTC, later than now; check the clock or the message",
        )
    if now >= expires_at(offer, window=window):
        return _held(
            "expired",
            f"the message is older than the {window.days} days an invitation lasts; ask the seller to send it again",
        )
    return None


def rule_on_link(link: Link, expectation: Expectation) -> Ruling | None:
    """Say why this link is not the account's; None when it is.

    Holds at every time: when it comes and when it is opened.

    That a mail is genuine says that Amazon wrote it for the seller that it names, not that this seller is ours.
    """
    if expectation.region is not None and link.region != expectation.region:
        return _held(
            OTHER_REGION,
            f"the link is of region {link.region}, and the account's marketplace is in {expectation.region}",
        )
    named, known, other = (
        (link.merchant_id, expectation.merchant_id, expectation.global_account_id)
        if link.merchant_id is not None
        else (link.global_account_id, expectation.global_account_id, expectation.merchant_id)
    )
    if known is not None:
        return None if named == known else _held(OTHER_MERCHANT, "the link names another merchant than the account has")
    if other is not None:
        return _held(
            "merchant_not_comparable",
            "the link names the seller by another kind of id than the account has, and the two cannot be compared",
        )
    if expectation.any_merchant:
        return None
    return _held(
        MERCHANT_UNKNOWN,
        "nobody has said which merchant the account belongs to, so anybody's invitation would do; give the "
        "merchant with the API authorization, or look at this one and approve it",
    )


def _rule_on_state(link: Link, expectation: Expectation) -> Ruling | None:
    if expectation.accepted and expectation.authorization != "failed":
        return _held("already_accepted", "the account has accepted an invitation before")
    if expectation.authorization not in OPEN_STATES:
        return _held("not_expected_now", f"the account is {expectation.authorization} and expects no invitation")
    waiting = expectation.waiting
    if waiting and (waiting.merchant_id, waiting.global_account_id) != (link.merchant_id, link.global_account_id):
        return _held("other_invitation_waiting", "an invitation of another merchant is already open for this account")
    return None


def _held(reason: str, detail: str) -> Ruling:
    return Ruling(verdict=MailVerdict.HELD, reason=reason, detail=detail)
