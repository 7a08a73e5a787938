"""What a message may ask us to accept, who must expect it, and the rule that brings the two together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

# Seller Central hosts, exact, with their region. A link to any other host is never an invitation.
HOSTS: dict[str, str] = {
    "sellercentral.amazon.com": "NA",
    "sellercentral.amazon.ca": "NA",
    "sellercentral.amazon.com.mx": "NA",
    "sellercentral.amazon.com.br": "NA",
    "sellercentral-europe.amazon.com": "EU",
    "sellercentral.amazon.co.uk": "EU",
    "sellercentral.amazon.de": "EU",
    "sellercentral.amazon.fr": "EU",
    "sellercentral.amazon.it": "EU",
    "sellercentral.amazon.es": "EU",
    "sellercentral.amazon.nl": "EU",
    "sellercentral.amazon.se": "EU",
    "sellercentral.amazon.pl": "EU",
    "sellercentral.amazon.com.be": "EU",
    "sellercentral.amazon.com.tr": "EU",
    "sellercentral.amazon.ae": "EU",
    "sellercentral.amazon.sa": "EU",
    "sellercentral.amazon.eg": "EU",
    "sellercentral.amazon.in": "EU",
    "sellercentral.amazon.co.za": "EU",
    "sellercentral.amazon.ie": "EU",
    "sellercentral.amazon.co.jp": "FE",
    "sellercentral-japan.amazon.com": "FE",
    "sellercentral.amazon.com.au": "FE",
    "sellercentral.amazon.sg": "FE",
}

# Amazon's own list of genuine sender domains, exact: sub-domains carry other people's text (marketplace.amazon.com:
# buyers').
FROM_DOMAINS: tuple[str, ...] = (
    "amazon.com",
    "amazon.co.uk",
    "amazon.de",
    "amazon.es",
    "amazon.fr",
    "amazon.it",
    "amazon.lu",
    "amazon.com.au",
    "amazon.ae",
    "amazon.sa",
    "amazon.co.jp",
    "amazonsellerservices.com",
    "sell.amazon.com",
    "sell.amazon.com.au",
    "sell.amazon.ca",
    "gs.amazon.cn",
)

# Domains of Amazon's marketplaces that its list of sender domains does not name: a proven mail of theirs is for a
# person.
UNLISTED_DOMAINS = frozenset(
    host.removeprefix("sellercentral.") for host in HOSTS if host.startswith("sellercentral.")
) - set(FROM_DOMAINS)

PATH = "/invitation/accept"
CLOCK_SLACK = timedelta(hours=1)
UNEXPECTED = "unexpected_recipient"  # the reason that a registration may do away with


class MailVerdict(StrEnum):
    """What becomes of a message; the words that are stored."""

    ACCEPT = "accept"  # genuine, and an account expects it
    HELD = "held"  # a person must look
    REJECTED = "rejected"  # forged, or no invitation at all
    DUPLICATE = "duplicate"  # the same invitation, or the same bytes, again
    RETRY = "retry"  # could not be judged now: DNS, clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An invitation link rebuilt from its checked parts; exactly one of merchant_id and global_account_id is set."""

    url: str
    host: str
    invitation_id: str
    merchant_id: str | None = None
    global_account_id: str | None = None

    @property
    def region(self) -> str:
        """NA, EU or FE."""
        return HOSTS[self.host]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a message offers and to whom; `sent_at` is the signed Date, `arrived_at` the server's INTERNALDATE if one is
    known.
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
    accepted: bool = False  # it accepted an invitation before
    waiting: Link | None = None  # an invitation that is stored and neither accepted nor closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The end of judging: a verdict, a stable reason word, and one sentence for people."""

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
    return (
        _rule_on_time(offer, now=now, window=window)
        or _rule_on_merchant(offer.link, expectation)
        or _rule_on_state(offer.link, expectation)
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


def _rule_on_merchant(link: Link, expectation: Expectation) -> Ruling | None:
    if expectation.merchant_id is None or expectation.merchant_id in (link.merchant_id, link.global_account_id):
        return None
    if link.merchant_id is None:
        return _held(
            "merchant_not_comparable",
            "the link names a global account id, which cannot be compared with the account's merchant id",
        )
    return _held("other_merchant", "the link names another merchant than the account has")


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
