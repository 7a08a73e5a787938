"""One letter as Amazon (or somebody who would like to be Amazon) might write it, and what it should be taken for."""

import base64
import quopri
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Self

from .signing import AMAZON_HEADERS, Signature, sign, txt_record

RECIPIENT = "sc-7f3q9k@users.example"
MERCHANT = "A2EXAMPLE00001"
MAILBOX = "invites@users.example"
INVITATION = "0f8fad5b-d9cb-469f-a165-70867728950e"
OTHER_INVITATION = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
LINK = f"https://sellercentral.amazon.com/invitation/accept?merchantId={MERCHANT}&invitationId={INVITATION}"
SELECTOR = Signature().selector
SES = Signature(domain="amazonses.com", selector="hsbnp7p3ensaochzwyq5wwmceodymuwv", key="ses")

ACCEPT = frozenset({"accept"})
HELD = frozenset({"held"})
REFUSED = frozenset({"held", "rejected"})
REJECTED = frozenset({"rejected"})
RETRY = frozenset({"retry"})
DUPLICATE = frozenset({"duplicate"})
SAFE_EITHER_WAY = frozenset({"accept", "held"})
"""The facts leave it open: taking the one genuine invitation and asking a person are both right, losing it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Headers, body and signatures of one message; `raw()` makes the bytes."""

    sender: str = "Amazon Seller Central <donotreply@amazon.com>"
    to: str = RECIPIENT
    subject: str = "Invitation to become a Seller Central user for Northwind Outfitters"
    date: datetime | None = None
    message_id: str = "<0100018f2c9d1a2b-7d1f4c3e-0000@email.amazonses.com>"
    more: tuple[str, ...] = ()
    mime: tuple[str, ...] = ("Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: 7bit")
    mime_version: bool = True
    body: bytes = b""
    signatures: tuple[Signature, ...] = (Signature(), SES)
    above: tuple[str, ...] = ()

    def raw(self) -> bytes:
        """Write the message, sign it (the last signature ends on top) and put on what came on the way."""
        when = self.date or datetime.now(UTC) - timedelta(minutes=30)
        head = [f"Date: {format_datetime(when)}", f"From: {self.sender}", f"To: {self.to}", *self.more]
        head += [f"Message-ID: {self.message_id}", f"Subject: {self.subject}"]
        head += ["MIME-Version: 1.0"] if self.mime_version else []
        message = "\r\n".join([*head, *self.mime]).encode() + b"\r\n\r\n" + self.body
        for signature in self.signatures:
            message = sign(message, signature)
        return "".join(f"{line}\r\n" for line in self.above).encode() + message

    def signed(self, *signatures: Signature) -> Self:
        """Sign with these instead."""
        return replace(self, signatures=signatures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One message, the verdicts that are right for it, and the world it arrives in."""

    name: str
    source: Letter | bytes
    expected: frozenset[str]
    answers: dict[str, bytes | str] = field(default_factory=dict)
    """DNS answers that differ from the usual ones; a word is a failure: timeout, servfail, nxdomain, several."""
    merchant: str | None = MERCHANT
    link: str | None = None
    """The address a genuine one has to lead to."""

    @property
    def raw(self) -> bytes:
        """The message, signed now."""
        return self.source if isinstance(self.source, bytes) else self.source.raw()


def usual_answers() -> dict[str, bytes | str]:
    """The TXT records of the honest world and of the attacker's own domain."""
    domains = [
        "amazon.com", "amazon.co.uk", "amazon.de", "amazon.es", "amazon.fr", "amazon.it", "amazon.lu", "amazon.com.au", "amazon.ae",
        "amazon.sa", "amazonsellerservices.com", "sell.amazon.com", "sell.amazon.com.au", "sell.amazon.ca", "gs.amazon.cn",
        "amazon.co.jp", "amazon.ca", "marketplace.amazon.com", "mail.amazon.com",
    ]  # fmt: skip
    records: dict[str, bytes | str] = {f"{SELECTOR}._domainkey.{domain}": txt_record("amazon") for domain in domains}
    records["modern._domainkey.amazon.com"] = txt_record("modern", bits=2048)
    records[f"{SES.selector}._domainkey.amazonses.com"] = txt_record("ses")
    records["own._domainkey.evil.test"] = txt_record("evil")
    records["own._domainkey.amazon.com.evil.test"] = txt_record("evil")
    return records


def html_of(
    link: str = LINK, *, shop: str = "Northwind Outfitters", visible: str = "Accept the invitation", extra: str = ""
) -> str:
    """The body as HTML; ampersands are written as HTML wants them."""
    href = link.replace("&", "&amp;")
    return (
        "<!DOCTYPE html>\r\n<html><head><title>Seller Central</title></head><body>\r\n"
        '<p><img src="https://m.media-amazon.com/images/G/01/logo.png" alt="Amazon"></p>\r\n'
        f"<p>Hello,</p>\r\n<p>{shop} would like to invite you to become a Seller Central user.</p>\r\n"
        f'<p><a href="{href}">{visible}</a></p>\r\n{extra}'
        '<p><a href="https://sellercentral.amazon.com/help/hub/reference/901">Help</a> \r\n'
        '<a href="https://www.amazon.com/gp/help/customer/display.html">Conditions</a></p>\r\n</body></html>\r\n'
    )


def text_of(link: str = LINK, *, shop: str = "Northwind Outfitters") -> str:
    """The body in the old wording with its numbered steps."""
    return (
        f"Hello,\r\n\r\nI would like to invite you to become a Seller Central user for {shop}.\r\n\r\n"
        f"1. Go to the following url: {link}\r\n"
        "2. Create a new user account with your work email, or use an existing Amazon.com customer account with that email address.\r\n"
        "3. Tell me your special confirmation code.\r\n4. I will give you access.\r\n"
        "5. Go to https://sellercentral.amazon.com/ to sign in.\r\n\r\nThank you\r\n"
    )


def part(
    text: str | bytes, *, kind: str = "text/html", charset: str = "utf-8", cte: str = "7bit", more: str = ""
) -> tuple[tuple[str, ...], bytes]:
    """Encode one part: its headers and its bytes."""
    raw = text if isinstance(text, bytes) else text.encode(charset)
    match cte:
        case "base64":
            raw = base64.encodebytes(raw).replace(b"\n", b"\r\n")
        case "quoted-printable":
            raw = quopri.encodestring(raw.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
        case _:
            pass
    return (f"Content-Type: {kind}; charset={charset}{more}", f"Content-Transfer-Encoding: {cte}"), raw


Part = tuple[tuple[str, ...], bytes]


def multipart(*parts: Part, kind: str = "alternative", boundary: str = "----=_Part_1_8131") -> Part:
    """Join parts."""
    body = b"".join(
        f"--{boundary}\r\n".encode() + "\r\n".join(headers).encode() + b"\r\n\r\n" + raw + b"\r\n"
        for headers, raw in parts
    )
    return (f'Content-Type: multipart/{kind};\r\n\tboundary="{boundary}"',), body + f"--{boundary}--\r\n".encode()


def letter(content: Part | None = None, **changes: object) -> Letter:
    """A genuine letter with this content and these changes."""
    mime, body = content or part(html_of())
    return replace(Letter(mime=mime, body=body), **changes)  # type: ignore[arg-type]  # one builder for every field


def genuine(
    name: str, made: Letter, *, link: str = LINK, merchant: str | None = MERCHANT, open_to_taste: bool = False
) -> Case:
    """One that must be taken (or, where the facts leave it open, at least never lost)."""
    expected = SAFE_EITHER_WAY if open_to_taste else ACCEPT
    return Case(name=f"genuine: {name}", source=made, expected=expected, link=link, merchant=merchant)


def trap(
    name: str,
    made: Letter | bytes,
    *,
    expected: frozenset[str] = REFUSED,
    answers: Mapping[str, bytes | str] | None = None,
) -> Case:
    """One that must never be opened."""
    return Case(name=f"trap: {name}", source=made, expected=expected, answers=dict(answers or {}))


KEY_NAME = f"{SELECTOR}._domainkey.amazon.com"
UNSIGNED_TO = tuple(name for name in AMAZON_HEADERS if name != "To")
