"""Composed mails: signed so that an independent verifier agrees, varied by seed, the same for the same seed."""

from __future__ import annotations

import email
import json
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import Message

import dkim
import pytest
from selectolax.lexbor import LexborHTMLParser

from fixtures.stand_in.mail.bodies import Flavour
from fixtures.stand_in.mail.forged.links import LINK_FORGERIES
from fixtures.stand_in.mail.forged.table import FORGERIES
from fixtures.stand_in.mail.keys import private_key
from fixtures.stand_in.mail.letters import NOTICES, Composer, Invite, accept_link
from fixtures.stand_in.mail.texts import WORDINGS

_WHEN = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
_LINK = accept_link(
    host="sellercentral.amazon.com", invitation_id="0f8fad5b-d9cb-469f-a165-70867728950e", merchant_id="A1EXAMPLE0000"
)
_INVITE = Invite(to="a1@users.example", link=_LINK, when=_WHEN)


def valid_domains(raw: bytes, composer: Composer) -> set[str]:
    """The domains whose signatures dkimpy finds valid."""
    message = dkim.DKIM(raw)
    count = sum(name.lower() == b"dkim-signature" for name, _ in message.headers)
    find: Callable[..., bytes] = lambda name, timeout=5: composer.records.get(name.decode().rstrip("."), "").encode()  # noqa: E731
    found = set()
    for number in range(count):
        each = dkim.DKIM(raw)
        if each.verify(number, dnsfunc=find):
            found.add(each.domain.decode())
    return found


def page(raw: bytes) -> str:
    """The HTML of a message."""
    parts: list[Message] = [
        part for part in email.message_from_bytes(raw).walk() if part.get_content_type() == "text/html"
    ]
    payload = parts[0].get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode(parts[0].get_content_charset() or "ascii")


def links(raw: bytes) -> list[str]:
    """What the HTML leads to."""
    return [str(node.attributes["href"]) for node in LexborHTMLParser(page(raw)).css("a[href]")]


@pytest.mark.parametrize("language", WORDINGS)
@pytest.mark.parametrize("flavour", Flavour)
def test_an_invitation_carries_both_signatures_and_its_link(language: str, flavour: Flavour) -> None:
    composer = Composer(1)
    raw = composer.invitation(
        to="a1@users.example", link=_LINK, shop_name="Möbel & Söhne", language=language, flavour=flavour, when=_WHEN
    )
    assert valid_domains(raw, composer) == {"amazon.com", "amazonses.com"}
    assert _LINK in links(raw)
    assert len(set(links(raw))) > 1  # help pages and the like


@pytest.mark.parametrize("kind", NOTICES)
def test_a_notice_is_signed_and_is_no_invitation(kind: str) -> None:
    composer = Composer(2)
    raw = composer.notice(to="a1@users.example", kind=kind, when=_WHEN)
    assert "amazon.com" in valid_domains(raw, composer)
    assert b"/invitation/accept" not in raw


def test_the_same_seed_writes_the_same_mails() -> None:
    assert [Composer(5).compose(_INVITE) for _ in range(2)] == [Composer(5).compose(_INVITE)] * 2


def test_seeds_and_numbers_vary_what_is_written() -> None:
    composer = Composer(6)
    by_number = {composer.compose(_INVITE) for _ in range(10)}
    by_seed = {Composer(seed, key_seed=6).compose(_INVITE) for seed in range(100, 110)}
    assert len(by_number | by_seed) == 20


def test_signatures_come_in_both_orders() -> None:
    composer = Composer(7)
    firsts = {dkim_domains(composer.compose(_INVITE))[0] for _ in range(20)}
    assert firsts == {"amazon.com", "amazonses.com"}


def dkim_domains(raw: bytes) -> list[str]:
    """The d= tags, top first."""
    return [
        field.partition(b"d=")[2].partition(b";")[0].decode()
        for name, field in dkim.DKIM(raw).headers
        if name == b"DKIM-Signature"
    ]


def test_keys_may_be_long() -> None:
    composer = Composer(8, bits=2048)
    assert composer.keys["amazon.com"].private.key_size == 2048
    assert valid_domains(composer.compose(_INVITE), composer) == {"amazon.com", "amazonses.com"}


def test_keys_are_derived_and_differ_by_seed() -> None:
    assert private_key("one") is private_key("one")
    assert Composer(1).records != Composer(2).records
    assert Composer(1, key_seed=9).records == Composer(2, key_seed=9).records


def test_links_have_the_two_known_forms() -> None:
    assert _LINK == (
        "https://sellercentral.amazon.com/invitation/accept?merchantId=A1EXAMPLE0000&invitationId=0f8fad5b-d9cb-469f-a165-70867728950e"
    )
    other = accept_link(host="sellercentral.amazon.de", invitation_id="x", global_account_id="A1EXAMPLE0001")
    assert other == "https://sellercentral.amazon.de/invitation/accept?globalAccountId=A1EXAMPLE0001&invitationId=x"


@pytest.mark.sampled(12)
@pytest.mark.parametrize("name", LINK_FORGERIES)
def test_a_forged_link_is_signed_by_amazon_all_the_same(name: str) -> None:
    composer = Composer(11)
    raw = FORGERIES[name](composer, _INVITE)
    assert "amazon.com" in valid_domains(raw, composer)


@pytest.mark.parametrize("name", FORGERIES)
def test_every_forgery_can_be_written_for_any_seed(name: str) -> None:
    for seed in (1, 2):
        assert FORGERIES[name](Composer(seed, key_seed=3), _INVITE)


def test_known_facts_of_amazons_signatures_are_met() -> None:
    raw = Composer(12).compose(_INVITE)
    signatures = [field.decode() for name, field in dkim.DKIM(raw).headers if name == b"DKIM-Signature"]
    amazon = next(each for each in signatures if "d=amazon.com" in each)
    assert "c=relaxed/simple" in amazon
    assert "a=rsa-sha256" in amazon
    assert "h=Date:From:To:Message-ID:Subject:MIME-Version:Content-Type;" in amazon


def test_the_table_of_forgeries_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        FORGERIES["x"] = FORGERIES["unsigned"]  # type: ignore[index]  # that is the point
    assert json.dumps(sorted(FORGERIES))
