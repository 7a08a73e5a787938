"""What cannot be read is held and told.

Only what is shown to differ is forged, and what is legal is read.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest
from nacl.signing import SigningKey as Ed25519Key

from agent.mail.trust.examine import TrustPolicy, examine, judge
from agent.mail.trust.headers import readable
from agent.mail.trust.signatures import Key
from agent.mail.verdicts import doubt_missing_bytes
from fixtures.stand_in.mail.draft import Part, multipart, text_part
from tests.unit.mail.trust.test_trust import (
    AMAZON,
    KEYS,
    LINK,
    NOW,
    by,
    draft,
    expected,
    judged,
    on_top,
    page,
    send,
    verdict,
)

ACCEPTED = ("accept", "expected")
RECORD = KEYS[AMAZON.name].record or b""


def shaped(content_type: str, *, encoding: str = "7bit", body: str | None = None) -> bytes:
    content = (page(LINK) if body is None else body).encode() + b"\r\n"
    return by(AMAZON, draft().with_part(Part(content_type=content_type, encoding=encoding, body=content)))


def with_header(name: str, value: str) -> bytes:
    return send(draft().with_field(name, value))


LEGAL: dict[str, Callable[[], bytes]] = {
    "From as a comment": lambda: with_header("From", "donotreply@amazon.com (Amazon Seller Central)"),
    "From with an unquoted comma": lambda: with_header("From", "Amazon Services, Inc. <donotreply@amazon.com>"),
    "To with a comment": lambda: with_header("To", "a1@users.example (Team (A) 1)"),
    "To with its address as name": lambda: with_header("To", "a1@users.example <a1@users.example>"),
    "To with a trailing comma": lambda: with_header("To", "a1@users.example,"),
    "leap second": lambda: with_header("Date", NOW.strftime("%a, %d %b %Y %H:%M:60 +0000")),
    "line of an mbox": lambda: b"From bounce@amazonses.com Sun Nov 29 12:00:00 2026\r\n" + send(draft()),
    "blank before an unsigned colon": lambda: on_top(send(draft()), "X-Spam-Score : 1"),
    "blanks around the address": lambda: by(
        AMAZON,
        draft().with_part(text_part(page(LINK).replace('href="', 'href=" ').replace('">', ' ">'), subtype="html")),
    ),
    "broken encoded word in an id": lambda: with_header("Message-ID", "=?utf-8?B?a?="),
}


@pytest.mark.parametrize("case", LEGAL.values(), ids=LEGAL)
def test_legal_or_common_form_is_read(case: Callable[[], bytes]) -> None:
    assert verdict(case()) == ACCEPTED


@pytest.mark.parametrize(
    "content_type",
    [
        "text/html; charset=latin1",
        "text/html; charset=iso8859-1",
        "text/html; charset=ANSI_X3.4-1968",
        "text/html; charset*=utf-8''utf-8",
        "text/html; charset*0=ut; charset*1=f-8",
        "text/html; charset=utf-8 (plain text; really)",
        'text/html; x="a;b"; charset="utf-8"',
        "text/html; charset=windows-1252",
    ],
)
def test_every_name_of_a_plain_charset_is_read(content_type: str) -> None:
    assert verdict(shaped(content_type)) == ACCEPTED


@pytest.mark.parametrize("name", ["utf-7", "utf-16", "x-none", "rot13", "base64", "utf-8\\0", "idna", "unicode_escape"])
def test_charset_that_is_not_plain_is_held(name: str) -> None:
    assert verdict(shaped(f"text/html; charset={name}")) == ("held", "strange_charset")


@pytest.mark.parametrize("encoding", ["quoted-printable ", "Quoted-Printable (soft)", "quoted-printable;"])
def test_name_of_the_encoding_is_read_as_it_may_be_written(encoding: str) -> None:
    body = page(LINK).replace("=", "=3D").replace("merchant", "mer=\r\nchant")
    assert verdict(shaped("text/html; charset=utf-8", encoding=encoding, body=body)) == ACCEPTED


@pytest.mark.parametrize(
    "sender",
    [
        "<@x:donotreply@amazon.com>",
        '"donotreply"@amazon.com',
        "Amazon <donotreply@amazon.com",
        "Amazon: donotreply@amazon.com;",
    ],
)
def test_sender_that_cannot_be_read_is_for_a_person(sender: str) -> None:
    assert verdict(with_header("From", sender)) == ("held", "from_malformed")


UNKNOWN_KINDS = {
    "algorithm": {"a": "rsa-sha512"},
    "form": {"c": "nofws/simple"},
    "form of the body": {"c": "relaxed/nofws"},
    "version": {"v": "2"},
    "query": {"q": "http/get"},
}


@pytest.mark.parametrize("tags", UNKNOWN_KINDS.values(), ids=UNKNOWN_KINDS)
def test_signature_of_a_kind_we_do_not_know_is_no_forgery(tags: dict[str, str]) -> None:
    assert verdict(by(AMAZON, tags=tags)) == ("held", "dkim_unreadable")


KNOWN_KINDS = {
    "algorithm in capitals": {"a": "RSA-SHA256"},
    "forms in capitals": {"c": "Relaxed/Simple"},
    "query in capitals": {"q": "DNS/TXT"},
    "a query nobody knows beside": {"q": "foo/bar:dns/txt"},
}


@pytest.mark.parametrize("tags", KNOWN_KINDS.values(), ids=KNOWN_KINDS)
def test_tags_that_may_be_written_otherwise_are_read(tags: dict[str, str]) -> None:
    assert verdict(by(AMAZON, tags=tags)) == ACCEPTED


def test_covered_header_that_only_one_parser_takes_for_one_is_for_a_person() -> None:
    """The relaxed form signs it without its blank; who reads the mail otherwise would not see it at all."""
    spaced = by(AMAZON).replace(b"\r\nSubject: ", b"\r\nSubject : ", 1)
    assert verdict(spaced) == ("held", "dkim_unreadable")


def test_blanks_in_a_signature_are_refused_before_anything_searches_them() -> None:
    """The library's search for `b=` takes the square of their number; the body's hash is right, or it would not come so
    far.
    """
    raw = by(AMAZON, tags={"c": "simple/simple"}).replace(b"\tb=", b"\tb=AAAA" + b"\r\n " * 1000, 1)
    assert verdict(raw) == ("held", "dkim_unreadable")


def test_more_signatures_than_are_verified_are_for_a_person() -> None:
    broken = by(AMAZON).replace(b"Subject: ", b"Subject: Re: ")
    field = broken[: broken.index(b"\r\n", broken.index(b" b=") if b" b=" in broken else 0)]
    while field.count(b"DKIM-Signature:") and broken[len(field) + 2 : len(field) + 3] in (b" ", b"\t"):
        field = broken[: broken.index(b"\r\n", len(field) + 2)]
    assert verdict(broken)[0] == "rejected"
    assert verdict((field + b"\r\n") * 2 + broken) == ("held", "dkim_unreadable")


@pytest.mark.parametrize(
    ("records", "wanted"),
    [
        ([b"v=spf1 -all", RECORD], "accept"),
        ([RECORD, b"v=DKIM1; p="], "accept"),
        ([b"v=DKIM1; k=rsa; p=AAAA", RECORD], "accept"),
        ([RECORD.replace(b"k=rsa", b"K=rsa; k=RSA") if b"k=rsa" in RECORD else RECORD + b"; k=RSA"], "accept"),
        ([b"v=spf1 -all"], "rejected"),
        ([b"v=DKIM1; k=rsa; p=AAAA"], "held"),
        ([b"v=DKIM1; k=post-quantum; p=AAAA"], "held"),
        ([b"v=DKIM1; p=a; p=b"], "held"),
    ],
    ids=["another record", "revoked beside", "broken beside", "capitals", "no key", "broken", "unknown kind", "twice"],
)
def test_each_record_at_the_keys_name_is_tried(records: list[bytes], wanted: str) -> None:
    key = Key(record=records[0], more=tuple(records[1:]))
    assert verdict(by(AMAZON), resolver=lambda _: key)[0] == wanted


def test_signature_expires_by_when_the_message_arrived() -> None:
    raw = by(AMAZON, tags={"x": str(int((NOW + timedelta(hours=1)).timestamp()))})
    later = NOW + timedelta(days=2)
    known = {"policy": TrustPolicy(), "resolver": lambda name: KEYS.get(name.lower(), Key())}
    assert judge(raw, now=later, arrived_at=NOW, expected=expected, **known).ruling.verdict == "accept"  # type: ignore[arg-type]  # spread
    assert judge(raw, now=later, arrived_at=later, expected=expected, **known).ruling.reason == "dkim_failed"  # type: ignore[arg-type]  # spread


def test_ed25519_is_verified() -> None:
    import dkim

    private = Ed25519Key(b"k" * 32)
    made = draft().render()
    names = [b"date", b"from", b"to", b"message-id", b"subject", b"mime-version", b"content-type"]
    field = dkim.DKIM(made).sign(
        b"ed",
        b"amazon.com",
        base64.b64encode(private.encode()),
        signature_algorithm=b"ed25519-sha256",
        include_headers=names,
    )
    record = b"v=DKIM1; k=ed25519; p=" + base64.b64encode(private.verify_key.encode())
    assert verdict(field + made, resolver=lambda _: Key(record=record)) == ACCEPTED


def test_what_looks_forged_is_held_while_bytes_are_missing() -> None:
    raw = send(draft())[:-40]
    examination = examine(
        raw, policy=TrustPolicy(), resolver=lambda name: KEYS.get(name.lower(), Key()), now=NOW, arrived_at=NOW
    )
    assert examination.ruling is not None
    assert examination.ruling.verdict == "rejected"
    doubted = doubt_missing_bytes(examination, missing=40).ruling
    assert doubted is not None
    assert (doubted.verdict, doubted.reason) == ("held", "incomplete")
    assert doubt_missing_bytes(examination, missing=0) is examination


def test_header_that_only_one_parser_takes_for_one_becomes_no_body_of_a_vouched_mail() -> None:
    attack = send(draft(html=page("https://sellercentral.amazon.com/home")))
    vouched = (
        b"Authentication-Results: mx.example; dkim=pass header.d=amazon.com; dmarc=pass\r\n"
        b"X-Foo : bar\r\nX-Link: " + LINK.encode() + b"\r\n" + attack
    )
    policy = TrustPolicy(authserv=True, trusted_authserv_ids=("mx.example",))
    assert verdict(vouched, policy=policy) == ("held", "authserv_failed")


def test_part_is_split_as_its_header_says() -> None:
    inner = multipart([text_part("x"), text_part(page(LINK), subtype="html")], boundary="bb")
    assert judged(by(AMAZON, draft().with_part(multipart([inner], boundary="b")))).ruling.verdict == "accept"


@pytest.mark.parametrize(
    "value", ["=?utf-8?B?a?=", "=?x-none?q?a?=", "=?utf-8?B?////?=", "=?idna?q?=ff?=", "=?utf-8?q?"]
)
def test_malformed_encoded_word_is_shown_and_raises_nothing(value: str) -> None:
    assert readable(value)
