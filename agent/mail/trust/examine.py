"""The verdict on one message.

A pure function of its raw bytes, the policy, the keys, the clock and what accounts expect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent.domain.invitation import Expectation, Link, MailVerdict, Offer, Ruling, rule
from agent.mail.codes.read import MailedCode, is_code_domain, is_code_sender, read_code
from agent.mail.trust.addresses import parse_address, parse_addresses
from agent.mail.trust.authserv import AuthservError, require_authserv_pass
from agent.mail.trust.body import Body, find_invitation, invites_nobody, read_body
from agent.mail.trust.headers import HeaderError, Headers, parse_date, parse_message, readable
from agent.mail.trust.judgement import Examination, Judgement, Step, TrustPolicy
from agent.mail.trust.mime import BodyError
from agent.mail.trust.senders import UNLISTED_DOMAINS
from agent.mail.trust.signatures import MAX_SIGNATURES, Resolver, Signature, SignatureStanding, verify_signatures

__all__ = ["Examination", "Judgement", "Step", "TrustPolicy", "conclude", "examine", "judge"]

_TRACES = ("delivered-to", "x-original-to", "envelope-to", "x-gm-original-to", "x-forwarded-to")
_SUBJECT = "invitation to become a seller central user for "


class _Stop(Exception):
    """A check ended the examination."""

    def __init__(self, name: str, verdict: MailVerdict, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.step = Step(name=name, passed=False, detail=detail)
        self.ruling = Ruling(verdict=verdict, reason=reason, detail=detail)


@dataclass(slots=True, kw_only=True)
class _Notes:
    steps: list[Step] = field(default_factory=list)
    message_id: str | None = None
    sender_domain: str | None = None
    shop_name: str | None = None
    language: str | None = None
    keys_used: tuple[str, ...] = ()
    recipient: str | None = None
    sender: str | None = None
    mailed: MailedCode | None = None

    def passed(self, name: str, detail: str) -> None:
        self.steps.append(Step(name=name, passed=True, detail=detail))

    def end(self, *, offer: Offer | None = None, ruling: Ruling | None = None) -> Examination:
        return Examination(
            steps=tuple(self.steps),
            offer=offer,
            ruling=ruling,
            message_id=self.message_id,
            sender_domain=self.sender_domain,
            shop_name=self.shop_name,
            language=self.language,
            keys_used=self.keys_used,
            recipient=self.recipient,
            mailed=self.mailed,
        )


def judge(
    raw: bytes,
    *,
    policy: TrustPolicy,
    resolver: Resolver,
    now: datetime,
    arrived_at: datetime | None,
    expected: Callable[[str], Expectation | None],
) -> Judgement:
    """Examine a message and rule on its offer.

    `expected` finds the account of an address. Never raises on a bad message.
    """
    examination = examine(raw, policy=policy, resolver=resolver, now=now, arrived_at=arrived_at)
    return conclude(examination, expected=expected, now=now, window=policy.window)


def conclude(
    examination: Examination, *, expected: Callable[[str], Expectation | None], now: datetime, window: timedelta
) -> Judgement:
    """Rule on what an examination found."""
    offer = examination.offer
    if offer is None or offer.recipient is None:
        ruling = examination.ruling or Ruling(
            verdict=MailVerdict.HELD, reason="no_recipient", detail="the message has no recipient"
        )
        addressed = expected(examination.recipient) if examination.recipient else None
        return Judgement(ruling=ruling, steps=examination.steps, account_id=addressed.account_id if addressed else None)
    expectation = expected(offer.recipient)
    ruling = rule(offer, expectation, now=now, window=window)
    step = Step(name="expected", passed=ruling.verdict is MailVerdict.ACCEPT, detail=ruling.detail)
    return Judgement(
        ruling=ruling,
        steps=(*examination.steps, step),
        offer=offer,
        account_id=expectation.account_id if expectation else None,
    )


def examine(
    raw: bytes, *, policy: TrustPolicy, resolver: Resolver, now: datetime, arrived_at: datetime | None
) -> Examination:
    """Check all that the message alone can show, up to the first failed check."""
    notes = _Notes()
    try:
        offer = _examine(raw, notes, policy=policy, resolver=resolver, now=now, arrived_at=arrived_at)
    except _Stop as stop:
        notes.steps.append(stop.step)
        return notes.end(ruling=stop.ruling)
    except Exception as err:  # noqa: BLE001 - a hostile message may break any parser; that is a reason to hold it, never to stop
        detail = f"the message broke the parser ({type(err).__name__})"
        notes.steps.append(Step(name="parse", passed=False, detail=detail))
        return notes.end(ruling=Ruling(verdict=MailVerdict.HELD, reason="unreadable", detail=detail))
    return notes.end(offer=offer)


def _examine(
    raw: bytes, notes: _Notes, *, policy: TrustPolicy, resolver: Resolver, now: datetime, arrived_at: datetime | None
) -> Offer:
    headers, body = _check_shape(raw, notes, policy)
    domain = _check_sender(headers, notes, policy)
    if policy.authserv:
        _check_authserv(headers, notes, policy, domain)
    else:
        _check_signatures(headers, body, notes, resolver, domain, now, arrived_at)
    is_listed = domain in policy.from_domains or (is_code_sender(notes.sender) and is_code_domain(domain))
    if not is_listed and (notes.shop_name is not None or not invites_nobody(headers, body)):
        raise _unlisted(domain)
    recipient = _check_recipient(headers, notes, policy)
    sent_at = parse_date(headers.one("date"))
    if sent_at is None:
        raise _Stop("date", MailVerdict.HELD, "date_malformed", "the Date header cannot be read")
    notes.passed("date", f"{sent_at:%Y-%m-%d %H:%M:%S} UTC")
    link = _check_body(headers, body, notes, sent_at, may_bring_codes=is_listed)
    return Offer(link=link, recipient=recipient, sent_at=sent_at, arrived_at=arrived_at)


def _check_shape(raw: bytes, notes: _Notes, policy: TrustPolicy) -> tuple[Headers, bytes]:
    if len(raw) > policy.max_bytes:
        raise _Stop("size", MailVerdict.HELD, "too_big", f"the message is longer than {policy.max_bytes} bytes")
    notes.passed("size", f"{len(raw)} bytes")
    try:
        headers, body = parse_message(raw)
    except HeaderError as err:
        raise _Stop("headers", MailVerdict.HELD, err.reason, str(err)) from err
    notes.message_id = readable(headers.one("message-id"), limit=250) or None
    subject = readable(headers.one("subject"), limit=250)
    if subject.lower().startswith(_SUBJECT):
        notes.shop_name = subject[len(_SUBJECT) :].strip() or None
    if repeated := headers.repeated():
        raise _Stop(
            "headers",
            MailVerdict.REJECTED,
            "repeated_header",
            f"headers that may stand once stand twice: {', '.join(repeated)}",
        )
    notes.passed("headers", f"{len(headers.fields)} headers, none twice that may stand once")
    return headers, body


def _check_sender(headers: Headers, notes: _Notes, policy: TrustPolicy) -> str:
    value = headers.one("from")
    addresses = parse_addresses(value)
    if value and addresses is None:
        detail = "the From header cannot be read, so nobody can tell whose message it is"
        raise _Stop("from", MailVerdict.HELD, "from_malformed", detail)
    if not addresses or len(addresses) > 1:
        raise _Stop("from", MailVerdict.REJECTED, "from_malformed", "the From header is not plainly one address")
    address = addresses[0]
    domain = address.rpartition("@")[2]
    notes.sender, notes.sender_domain = address, domain
    if domain in policy.from_domains:
        notes.passed("from", f"{address}: {domain} is in the exact list")
    elif domain in UNLISTED_DOMAINS:
        notes.steps.append(
            Step(name="from", passed=None, detail=f"{address}: {domain} is a marketplace's, and not in the exact list")
        )
    else:
        raise _Stop(
            "from",
            MailVerdict.REJECTED,
            "from_other_domain",
            f"the sender's domain {domain} is not one that Amazon writes from",
        )
    return domain


def _unlisted(domain: str) -> _Stop:
    """Hold, after the proof, what such a domain sends.

    Who only claims such a domain is a forger, and no work for a person.
    """
    detail = (
        f"{domain} is Amazon's, but not known to send invitations; if it does, add it to the list in "
        "MAIL__FROM_DOMAINS and retry"
    )
    return _Stop("from", MailVerdict.HELD, "from_unlisted_domain", detail)


def _check_signatures(
    headers: Headers,
    body: bytes,
    notes: _Notes,
    resolver: Resolver,
    domain: str,
    now: datetime,
    arrived_at: datetime | None,
) -> None:
    signatures = verify_signatures(headers, body, domain=domain, resolver=resolver, now=now, arrived_at=arrived_at)
    for each in signatures:
        detail = f"d={each.domain} s={each.selector}: {each.detail}"
        notes.steps.append(Step(name=f"dkim[{each.number}]", passed=_meaning(each), detail=detail))
    valid = [each for each in signatures if each.standing is SignatureStanding.VALID]
    if valid:
        notes.keys_used = tuple(f"{each.selector}._domainkey.{each.domain}" for each in valid)
        notes.passed("dkim", f"the bytes are those that {domain} signed")
        return
    if any(each.standing is SignatureStanding.UNKNOWN for each in signatures):
        raise _Stop("dkim", MailVerdict.RETRY, "key_lookup_failed", f"the key of {domain} could not be looked up")
    if unreadable := next((each.detail for each in signatures if each.standing is SignatureStanding.UNREADABLE), None):
        detail = f"a signature could not be checked, so nobody can tell whether it is {domain}'s: {unreadable}"
        raise _Stop("dkim", MailVerdict.HELD, "dkim_unreadable", detail)
    if len(signatures) >= MAX_SIGNATURES:
        raise _Stop(
            "dkim", MailVerdict.HELD, "too_many_signatures", f"none of the first {MAX_SIGNATURES} signatures is valid"
        )
    why = next((each.detail for each in signatures if each.standing is SignatureStanding.INVALID), None)
    if why is None:
        raise _Stop("dkim", MailVerdict.REJECTED, "dkim_none", f"no signature claims to be {domain}'s")
    raise _Stop("dkim", MailVerdict.REJECTED, "dkim_failed", f"no signature of {domain} is valid: {why}")


def _meaning(signature: Signature) -> bool | None:
    match signature.standing:
        case SignatureStanding.VALID:
            return True
        case SignatureStanding.INVALID:
            return False
        case _:
            return None


def _check_authserv(headers: Headers, notes: _Notes, policy: TrustPolicy, domain: str) -> None:
    try:
        server = require_authserv_pass(headers, domain=domain, trusted=policy.trusted_authserv_ids)
    except AuthservError as err:
        raise _Stop("authserv", MailVerdict.HELD, "authserv_failed", str(err)) from err
    notes.passed(
        "authserv",
        f"{server} says dkim=pass for {domain} and dmarc=pass (our own verification is switched off for this mailbox)",
    )


def _check_recipient(headers: Headers, notes: _Notes, policy: TrustPolicy) -> str:
    recipient = parse_address(headers.one("to"))
    if recipient is None:
        raise _Stop("to", MailVerdict.HELD, "to_malformed", "the signed To header is not plainly one address")
    notes.passed("to", f"addressed to {recipient}")
    notes.recipient = recipient
    traces = [address for name in _TRACES for value in headers.all(name) if (address := parse_address(value))]
    own = {name.lower() for name in policy.own_addresses}
    if traces and not any(trace == recipient or trace in own or trace.partition("@")[0] in own for trace in traces):
        raise _Stop(
            "delivery",
            MailVerdict.HELD,
            "delivered_elsewhere",
            f"it was delivered to {traces[0]}, but is addressed to {recipient}",
        )
    return recipient


def _check_body(headers: Headers, content: bytes, notes: _Notes, sent_at: datetime, *, may_bring_codes: bool) -> Link:
    body: Body | None = None
    try:
        body = read_body(headers, content)
        notes.language = body.language
        link = find_invitation(body)
    except BodyError as err:
        if body is not None and err.reason == "no_invitation" and is_code_sender(notes.sender):
            subject = readable(headers.one("subject"), limit=250)
            mailed = read_code(body, subject=subject, sent_at=sent_at)
            if mailed is not None and not may_bring_codes:
                raise _unlisted(notes.sender_domain or "") from err
            if mailed is not None:
                notes.mailed = mailed
                detail = f"the message brings a code ({mailed.purpose})"
                raise _Stop("code", MailVerdict.REJECTED, "code_mail", detail) from err
        verdict = MailVerdict.REJECTED if err.reason == "no_invitation" else MailVerdict.HELD
        raise _Stop("link", verdict, err.reason, str(err)) from err
    whom = f"merchant {link.merchant_id}" if link.merchant_id else f"global account {link.global_account_id}"
    notes.passed("link", f"exactly one invitation, {link.invitation_id}, by {whom} on {link.host} ({link.region})")
    return link
