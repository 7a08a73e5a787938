"""The verdict on a message: genuine ones are accepted, every trap is not, and nothing that Amazon did not sign gets
through.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.domain.invitation import Expectation
from agent.mail.trust.examine import Judgement, TrustPolicy, examine, judge
from agent.mail.trust.signatures import Key
from fixtures.stand_in.mail.bodies import Flavour
from fixtures.stand_in.mail.draft import Draft, multipart, text_part
from fixtures.stand_in.mail.keys import SigningKey, private_key
from fixtures.stand_in.mail.letters import SERVICE, Composer, Invite, accept_link
from fixtures.stand_in.mail.signing import AMAZON_HEADERS, sign
from fixtures.stand_in.mail.texts import WORDINGS

NOW = datetime.now(UTC).replace(microsecond=0)
TO = "a1@users.example"
UUID = "0f8b6c1e-2d3a-4b5c-8d7e-9f0a1b2c3d4e"
OTHER = "1f8b6c1e-2d3a-4b5c-8d7e-9f0a1b2c3d4e"
LINK = accept_link(host="sellercentral.amazon.com", invitation_id=UUID, merchant_id="A1EXAMPLE0000")
COMPOSER = Composer(11)
KEYS = {name.lower(): Key(record=txt.encode()) for name, txt in COMPOSER.records.items()}
AMAZON = COMPOSER.keys["amazon.com"]
EVIL = SigningKey(domain="evil.test", selector="s1", private=private_key("evil"))
TEST_KEY = SigningKey(domain="amazon.com", selector="testing", private=AMAZON.private, tags="v=DKIM1; t=y; p={p}")
REVOKED = SigningKey(domain="amazon.com", selector="revoked", private=AMAZON.private, tags="v=DKIM1; p=")
SMALL = SigningKey(domain="amazon.com", selector="small", private=private_key("small", 512))
BROKEN = "DKIM-Signature: v=1; d=amazon.com; s=x; a=rsa-sha256; h=from; b=AA==; bh=AA=="
for each in (EVIL, TEST_KEY, REVOKED, SMALL):
    KEYS[each.name] = Key(record=each.record.encode())


def expected(address: str) -> Expectation | None:
    if address != TO:
        return None
    return Expectation(
        account_id="A1", user_email=TO, merchant_id=None, authorization="awaiting_invitation", any_merchant=True
    )


def judged(raw: bytes, *, resolver: Callable[[str], Key] | None = None, policy: TrustPolicy | None = None) -> Judgement:
    look_up = resolver or (lambda name: KEYS.get(name.lower(), Key()))
    return judge(raw, policy=policy or TrustPolicy(), resolver=look_up, now=NOW, arrived_at=NOW, expected=expected)


def verdict(raw: bytes, **more: object) -> tuple[str, str]:
    ruling = judged(raw, **more).ruling  # type: ignore[arg-type]  # passed through
    return str(ruling.verdict), ruling.reason


def draft(*, html: str | None = None, plain: str | None = None, to: str = TO, link: str = LINK) -> Draft:
    return COMPOSER.draft(Invite(to=to, link=link, when=NOW), html=html, plain=plain)


def send(made: Draft) -> bytes:
    return COMPOSER.send(made, when=NOW)


def by(key: SigningKey, made: Draft | None = None, **how: object) -> bytes:
    return sign((made or draft()).render(), key, when=NOW, **how)  # type: ignore[arg-type]  # passed through


def page(*links: str, before: str = "") -> str:
    body = "".join(f'<a href="{link.replace("&", "&amp;")}">Accept</a>' for link in links)
    return f"<html><body>{before}{body}</body></html>"


def html(*links: str, before: str = "") -> bytes:
    return send(draft().with_part(text_part(page(*links, before=before), subtype="html")))


def on_top(raw: bytes, field: str) -> bytes:
    return field.encode() + b"\r\n" + raw


GENUINE: dict[str, Callable[[], bytes]] = {
    "both signatures": lambda: send(draft()),
    "amazon's signature alone": lambda: by(AMAZON),
    "amazon first, service second": lambda: sign(by(AMAZON), COMPOSER.keys[SERVICE], when=NOW),
    "service first, amazon second": lambda: sign(by(COMPOSER.keys[SERVICE]), AMAZON, when=NOW),
    "a broken signature beside": lambda: on_top(
        send(draft()), "DKIM-Signature: v=1; d=amazon.com; s=x; a=rsa-sha256; h=from; b=AA==; bh=AA=="
    ),
    "relaxed body": lambda: by(AMAZON, tags={"c": "relaxed/relaxed"}),
    "oversigned": lambda: by(AMAZON, headers=(*AMAZON_HEADERS, "From", "To", "Subject")),
    "forwarded with trace headers": lambda: on_top(
        on_top(send(draft()), f"Delivered-To: {TO}"), "Received: from a by b; now"
    ),
    "global account id": lambda: send(
        draft(
            link=accept_link(host="sellercentral.amazon.co.jp", invitation_id=UUID, global_account_id="A1EXAMPLE0001")
        )
    ),
    "html alone": lambda: html(LINK),
    "plain text alone": lambda: send(draft().with_part(text_part(f"1. Go to the following url: {LINK}.\n"))),
    "the link twice": lambda: html(LINK, LINK),
    "other seller central links beside": lambda: html("https://sellercentral.amazon.com/home", LINK),
    "redirector in the footer": lambda: html(
        LINK, "https://www.amazon.com/gp/r.html?U=https%3A%2F%2Fwww.amazon.com%2Fprivacy"
    ),
    "capital letters in the address": lambda: send(draft(to="A1@Users.Example")),
}

REJECTED: dict[str, tuple[Callable[[], bytes], str]] = {
    "not signed": (lambda: draft().render(), "dkim_none"),
    "signed by evil.test": (lambda: by(EVIL), "dkim_none"),
    "signed by the mail service only": (lambda: by(COMPOSER.keys[SERVICE]), "dkim_none"),
    "from evil.test, signed by it": (
        lambda: by(EVIL, draft().with_field("From", "Amazon <donotreply@evil.test>")),
        "from_other_domain",
    ),
    "look-alike domain": (lambda: by(EVIL, draft().with_field("From", "x@amazon.com.evil.test")), "from_other_domain"),
    "sub-domain of buyers": (
        lambda: by(AMAZON, draft().with_field("From", "x@marketplace.amazon.com")),
        "from_other_domain",
    ),
    "amazon in the display name": (
        lambda: by(EVIL, draft().with_field("From", '"donotreply@amazon.com" <x@evil.test>')),
        "from_other_domain",
    ),
    "two From addresses": (
        lambda: by(AMAZON, draft().with_field("From", "donotreply@amazon.com, x@evil.test")),
        "from_malformed",
    ),
    "second From": (lambda: on_top(send(draft()), "From: x@evil.test"), "repeated_header"),
    "second To": (lambda: on_top(send(draft(to="x@evil.test")), f"To: {TO}"), "repeated_header"),
    "second Subject": (lambda: on_top(send(draft()), "Subject: Other"), "repeated_header"),
    "second Content-Type": (lambda: on_top(send(draft()), "Content-Type: text/plain"), "repeated_header"),
    "second To with a space": (lambda: on_top(send(draft()), "To : x@evil.test"), "repeated_header"),
    "l= and more text": (
        lambda: by(AMAZON, tags={"l": "10"}) + b'<a href="https://evil.test/invitation/accept">x</a>',
        "dkim_failed",
    ),
    "l= over everything": (lambda: by(AMAZON, tags={"l": "1000000"}), "dkim_failed"),
    "key for tests": (lambda: by(TEST_KEY), "dkim_failed"),
    "revoked key": (lambda: by(REVOKED), "dkim_failed"),
    "short key": (lambda: by(SMALL), "dkim_failed"),
    "unknown selector": (lambda: by(replace(AMAZON, selector="nobody")), "dkim_failed"),
    "expired signature": (
        lambda: by(AMAZON, tags={"x": str(int((NOW - timedelta(days=1)).timestamp()))}),
        "dkim_failed",
    ),
    "sha-1": (lambda: by(AMAZON, tags={"a": "rsa-sha1"}), "dkim_failed"),
    "subject not signed": (lambda: by(AMAZON, headers=("Date", "From", "To", "Content-Type")), "dkim_failed"),
    "to not signed": (lambda: by(AMAZON, headers=("Date", "From", "Subject", "Content-Type")), "dkim_failed"),
    "type not signed": (lambda: by(AMAZON, headers=("Date", "From", "To", "Subject")), "dkim_failed"),
    "body altered": (lambda: send(draft()) + b"-- \r\nscanned by a list\r\n", "dkim_failed"),
    "subject altered": (lambda: send(draft()).replace(b"Subject: ", b"Subject: Re: "), "dkim_failed"),
    "to altered": (lambda: send(draft(to="b2@users.example")).replace(b"To: b2@", b"To: a1@"), "dkim_failed"),
    "no invitation": (lambda: COMPOSER.notice(to=TO, when=NOW), "no_invitation"),
    "no invitation, other links": (lambda: html("https://sellercentral.amazon.com/home"), "no_invitation"),
}

HELD: dict[str, tuple[Callable[[], bytes], str]] = {
    "address of nobody": (lambda: send(draft(to="b2@users.example")), "unexpected_recipient"),
    "two addresses": (lambda: send(draft(to=f"{TO}, b2@users.example")), "to_malformed"),
    "undisclosed": (lambda: send(draft(to="undisclosed-recipients:;")), "to_malformed"),
    "delivered elsewhere": (lambda: on_top(send(draft()), "X-Original-To: other@users.example"), "delivered_elsewhere"),
    "two invitations": (lambda: html(LINK, LINK.replace(UUID, OTHER)), "several_invitations"),
    "two merchants": (lambda: html(LINK, LINK.replace("A1EX", "A2EX")), "several_invitations"),
    "other invitation in the text part": (
        lambda: send(
            draft().with_part(
                multipart(
                    [text_part(f"Go to {LINK.replace(UUID, OTHER)}\n"), text_part(page(LINK), subtype="html")],
                    boundary="b",
                )
            )
        ),
        "several_invitations",
    ),
    "hidden second invitation": (
        lambda: html(LINK, before=f'<p hidden><a href="{LINK.replace(UUID, OTHER)}">x</a></p>'),
        "several_invitations",
    ),
    "second one in a comment": (
        lambda: html(LINK, before=f"<!-- {LINK.replace(UUID, OTHER)} -->"),
        "several_invitations",
    ),
    "look-alike host": (lambda: html(LINK.replace("amazon.com", "amazon.com.evil.test")), "suspicious_link"),
    "look-alike beside the real one": (
        lambda: html(LINK, LINK.replace("amazon.com", "amazon.com.evil.test")),
        "suspicious_link",
    ),
    "real one as text of another link": (
        lambda: html(before=f'<a href="https://evil.test/">{LINK.replace("&", "&amp;")}</a>'),
        "link_not_clickable",
    ),
    "redirector": (lambda: html(f"https://www.amazon.com/gp/r.html?U={LINK}"), "suspicious_link"),
    "encoded redirector": (
        lambda: html("https://www.amazon.com/gp/r.html?U=https%3A%2F%2Fsellercentral.amazon.com%2Finvitation%2Faccept"),
        "suspicious_link",
    ),
    "http": (lambda: html(LINK.replace("https", "http")), "suspicious_link"),
    "port": (lambda: html(LINK.replace(".com/", ".com:444/")), "suspicious_link"),
    "relative to a base": (
        lambda: html(LINK.partition(".com")[2], before='<base href="https://evil.test">'),
        "suspicious_link",
    ),
    "partner link": (
        lambda: html("https://sellercentral.amazon.com/partner-network/authorize?id=1"),
        "other_invitation",
    ),
    "utf-7": (lambda: send(draft().with_part(text_part(page(LINK), subtype="html", label="utf-7"))), "strange_charset"),
    "unknown charset": (
        lambda: send(draft().with_part(text_part(page(LINK), subtype="html", label="x-none"))),
        "strange_charset",
    ),
    "charset with nul": (
        lambda: send(draft().with_part(text_part(page(LINK), subtype="html", label="utf-8\\0"))),
        "strange_charset",
    ),
    "not in its charset": (
        lambda: send(draft().with_part(text_part("ä" + page(LINK), subtype="html", charset="latin-1", label="utf-8"))),
        "strange_charset",
    ),
    "two html parts": (
        lambda: send(draft().with_part(multipart([text_part(page(LINK), subtype="html")] * 2, boundary="b"))),
        "several_pages",
    ),
    "attached message": (
        lambda: send(draft().with_part(replace(text_part("x"), content_type="message/rfc822"))),
        "unexpected_part",
    ),
    "old": (lambda: COMPOSER.invitation(to=TO, link=LINK, when=NOW - timedelta(days=15)), "expired"),
    "from the future": (lambda: COMPOSER.invitation(to=TO, link=LINK, when=NOW + timedelta(hours=3)), "date_in_future"),
    "no readable date": (lambda: send(draft().with_field("Date", "yesterday")), "date_malformed"),
    "too big": (lambda: send(draft()) + b"x" * 2_000_000, "too_big"),
    "header too big": (lambda: on_top(send(draft()), "X-Pad: " + "x" * 70_000), "header_too_big"),
    "bare return in the header": (lambda: on_top(send(draft()), "X-A: 1\rTo: x@evil.test"), "header_malformed"),
}


@pytest.mark.parametrize("case", GENUINE.values(), ids=GENUINE)
def test_genuine_mail_is_accepted(case: Callable[[], bytes]) -> None:
    judgement = judged(case())
    assert (judgement.ruling.verdict, judgement.account_id) == ("accept", "A1"), judgement.steps
    assert judgement.offer is not None
    assert judgement.offer.link.invitation_id == UUID


@pytest.mark.parametrize(("case", "reason"), REJECTED.values(), ids=REJECTED)
def test_forgery_is_rejected(case: Callable[[], bytes], reason: str) -> None:
    assert verdict(case()) == ("rejected", reason)


@pytest.mark.parametrize(("case", "reason"), HELD.values(), ids=HELD)
def test_doubtful_mail_is_held(case: Callable[[], bytes], reason: str) -> None:
    assert verdict(case()) == ("held", reason)


@pytest.mark.parametrize("language", WORDINGS)
@pytest.mark.parametrize("flavour", Flavour)
def test_every_language_and_layout_is_accepted(language: str, flavour: Flavour) -> None:
    raw = COMPOSER.invitation(to=TO, link=LINK, when=NOW, language=language, flavour=flavour)
    assert verdict(raw) == ("accept", "expected")


@pytest.mark.parametrize("domain", TrustPolicy().from_domains)
def test_every_listed_sender_domain_is_accepted(domain: str) -> None:
    assert verdict(COMPOSER.invitation(to=TO, link=LINK, when=NOW, sender_domain=domain)) == ("accept", "expected")


def test_unreachable_dns_is_no_forgery() -> None:
    assert verdict(send(draft()), resolver=lambda _: Key(problem="timeout")) == ("retry", "key_lookup_failed")


def test_only_keys_of_the_senders_domain_are_asked_for() -> None:
    asked: list[str] = []
    judged(send(draft()), resolver=lambda name: asked.append(name) or KEYS.get(name.lower(), Key()))  # type: ignore[func-returns-value]  # records
    assert asked == [AMAZON.name]


def test_steps_explain_the_whole_way() -> None:
    names = [step.name for step in judged(by(AMAZON)).steps]
    assert names == ["size", "headers", "from", "dkim[0]", "dkim", "to", "date", "link", "expected"]


def test_shop_name_is_plain_text() -> None:
    raw = COMPOSER.invitation(to=TO, link=LINK, when=NOW, shop_name="Ä <b>\x1b[31m</b>\u202e", flavour=Flavour.STEPS)
    found = examine(
        raw, policy=TrustPolicy(), resolver=lambda name: KEYS.get(name.lower(), Key()), now=NOW, arrived_at=NOW
    )
    assert found.offer is not None
    assert (
        found.shop_name == "Ä <b> [31m</b>"
    )  # no control character, no change of direction; nobody renders it as markup


@cache
def samples() -> tuple[bytes, ...]:
    return tuple(send(draft()) for _ in range(6))


def signed_body(raw: bytes) -> bytes:
    """The body as a signature sees it: line ends and empty last lines do not count."""
    return raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2].rstrip(b"\n")


_SIGNED_TO = f"To: {TO}".encode()
_quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_quick
@given(
    st.integers(0, 5),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255), st.sampled_from("rid")), min_size=1, max_size=4),
)
def test_accepted_mutation_still_has_the_signed_bytes(sample: int, edits: list[tuple[float, int, str]]) -> None:
    original = samples()[sample]
    raw = bytearray(original)
    for where, byte, kind in edits:
        index = int(where * (len(raw) - 1))
        if kind == "r":
            raw[index] = byte
        elif kind == "i":
            raw.insert(index, byte)
        else:
            del raw[index]
    judgement = judged(bytes(raw))
    if judgement.ruling.verdict == "accept":
        assert judgement.offer is not None
        assert judgement.offer.link.url == LINK
        assert _SIGNED_TO in bytes(raw)
        assert signed_body(bytes(raw)) == signed_body(original)


_FIELDS = st.sampled_from(
    [
        "From",
        "To",
        "Subject",
        "Date",
        "Content-Type",
        "DKIM-Signature",
        "X-Other",
        "Delivered-To",
        "Received",
        "MIME-Version",
    ]
)
_VALUES = st.one_of(
    st.text(st.characters(codec="latin-1"), max_size=60),
    st.sampled_from(
        [
            TO,
            "donotreply@amazon.com",
            "text/html; charset=utf-8",
            "multipart/mixed; boundary=b",
            "v=1; d=amazon.com; h=from",
        ]
    ),
)


@_quick
@given(st.lists(st.tuples(_FIELDS, _VALUES), max_size=8), st.binary(max_size=300), st.sampled_from(["", "link"]))
def test_any_message_gets_a_verdict_and_none_is_accepted_unsigned(
    fields: list[tuple[str, str]], body: bytes, around: str
) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in fields).encode("latin-1")
    raw = head + b"\r\n" + body + (page(LINK).encode() if around else b"")
    assert judged(raw).ruling.verdict != "accept"


@_quick
@given(st.lists(st.tuples(_FIELDS, _VALUES), min_size=1, max_size=3))
def test_headers_put_on_top_of_a_genuine_mail_never_redirect_it(fields: list[tuple[str, str]]) -> None:
    raw = samples()[random.Random(str(fields)).randrange(6)]
    head = "".join(f"{name}: {' '.join(value.split())}\r\n" for name, value in fields).encode("latin-1")
    judgement = judged(head + raw)
    if judgement.ruling.verdict == "accept":
        assert judgement.account_id == "A1"
        assert judgement.offer is not None
        assert judgement.offer.link.url == LINK


def test_a_refused_link_in_a_proven_mail_is_shown_at_the_account_it_was_addressed_to() -> None:
    raw = COMPOSER.compose(
        Invite(to=TO, link=LINK.replace("sellercentral.amazon.com", "sellercentral-amazon.com"), when=NOW)
    )
    judgement = judged(raw)
    assert (judgement.ruling.verdict, judgement.account_id, judgement.offer) == ("held", "A1", None)


def test_an_unproven_mail_is_nobodys() -> None:
    raw = COMPOSER.compose(Invite(to=TO, link=LINK, when=NOW)) + b"footer\r\n"
    assert judged(raw).account_id is None
