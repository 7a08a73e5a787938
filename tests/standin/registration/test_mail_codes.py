"""Codes by mail: really delivered, valid once, for one purpose and one address, and among mails that bear none."""

from __future__ import annotations

import email
import re
from datetime import timedelta
from email import policy

import aiohttp
import pytest

from fixtures.stand_in.mail.codes.letter import CodeLetter
from fixtures.stand_in.mail.codes.noise import CODE_NOISE, written
from fixtures.stand_in.mail.letters import Composer
from fixtures.stand_in.world import StandIn
from tests.support.sites.registrant import NEW, Load, Registrant
from tests.support.sites.site_visitor import Visitor

WRONG = ".cvf-widget-alert-id-cvf-invalid-code"


async def control(stand_in: StandIn, path: str, body: dict[str, object] | None = None) -> dict[str, object]:
    url = f"{stand_in.description()['control']}{path}"
    async with aiohttp.ClientSession() as session, session.request("POST" if body else "GET", url, json=body) as answer:
        told: dict[str, object] = await answer.json()
        return told


async def at_the_code(load: Load, **plan: object) -> Registrant:
    person = load(**plan)
    await person.open_form()
    await person.fill()
    return person


def text_of(raw: bytes) -> str:
    message = email.message_from_bytes(raw, policy=policy.default)
    part = message.get_body(("plain", "html"))
    return str(part.get_content()) if part is not None else ""


async def test_the_code_lies_in_the_mailbox_when_the_page_is_shown(stand_in: StandIn, load: Load) -> None:
    before = stand_in.inbox.count("INBOX")
    person = await at_the_code(load)
    assert stand_in.inbox.count("INBOX") == before + 1
    assert person.visitor.seen.has("input[name=verificationPageContactType][value=email]")


async def test_a_wrong_code_is_counted_and_the_right_one_still_works(load: Load) -> None:
    person = await at_the_code(load)
    assert (await person.type_code("000000")).has(WRONG)
    await person.type_code(person.mailed())
    assert (person.tally()["mail_codes_wrong"], person.tally()["mail_codes_right"]) == (1, 1)
    assert person.tally()["logins"] == 1


async def test_a_code_that_was_replaced_by_a_later_mail_is_void(load: Load) -> None:
    person = await at_the_code(load)
    first = person.mailed()
    await person.visitor.get("/ap/cvf/resend")
    assert person.mailed() != first
    assert (await person.type_code(first)).has(WRONG)
    await person.type_code(person.mailed())
    assert person.kinds("mail_code.superseded", "login.made") == ["mail_code.superseded", "login.made"]


async def test_an_old_code_has_expired(stand_in: StandIn, load: Load) -> None:
    person = await at_the_code(load, code_life=60)
    stand_in.realm.clock.skipped += timedelta(seconds=61)
    await person.type_code(person.mailed())
    assert person.kinds("mail_code.", "login.made")[-1] == "mail_code.expired"


async def test_a_code_is_taken_once(stand_in: StandIn, load: Load) -> None:
    person = await at_the_code(load, steps=["mail_code", "mail_code:approval"])
    code = person.mailed()
    await person.type_code(code)
    await person.type_code(code)
    assert person.kinds("mail_code.superseded", "mail_code.repeated") != []
    assert stand_in.realm.users_of(NEW) == []


async def test_asking_for_too_many_codes_is_refused(load: Load) -> None:
    person = await at_the_code(load, resends=1)
    await person.visitor.get("/ap/cvf/resend")
    sent = len(person.kinds("mail_code.sent"))
    await person.visitor.get("/ap/cvf/resend")
    assert len(person.kinds("mail_code.sent")) == sent


async def test_held_mails_come_when_they_are_released(stand_in: StandIn, load: Load) -> None:
    before = stand_in.inbox.count("INBOX")
    await at_the_code(load, mails="held")
    assert stand_in.inbox.count("INBOX") == before
    assert await control(stand_in, "/codes", {"do": "release"}) == {"sent": 1}
    assert stand_in.inbox.count("INBOX") == before + 1


async def test_other_mails_come_before_and_after_the_code(load: Load) -> None:
    person = await at_the_code(load, between_mails=["sign_in", "delivery", "forged_evil"])
    order = [entry.fields["mail"] for entry in person.world.realm.journal.of("mail_code.delivered")]
    assert order == ["sign_in", "delivery", "registration", "forged_evil"]


async def test_the_control_port_sends_many_mails_that_bear_no_code(stand_in: StandIn, load: Load) -> None:
    load()
    before = stand_in.inbox.count("INBOX")
    await control(stand_in, "/codes", {"do": "send", "email": NEW, "count": 25})
    assert stand_in.inbox.count("INBOX") == before + 25
    assert "no such mail" in str(await control(stand_in, "/codes", {"do": "send", "email": NEW, "kind": "fax"}))


@pytest.mark.parametrize("shape", ["usual", "html_only", "plain_only"])
def test_a_mail_of_a_registration_holds_its_code_and_no_other_six_digits(shape: str) -> None:
    composer = Composer(3)
    for _ in range(6):
        raw = written(composer, CodeLetter(kind="registration", to=NEW, code="482913", shape=shape))
        message = email.message_from_bytes(raw, policy=policy.default)
        assert message["Subject"] == "Verify your new Amazon account"
        assert "account-update@amazon.com" in message["From"]
        visible = re.sub(r"<style.*?</style>|<[^>]*>", " ", text_of(raw), flags=re.DOTALL)
        assert re.findall(r"(?<!\d)\d{6}(?!\d)", visible) == ["482913"]


@pytest.mark.parametrize(("shape", "numbers"), [("two_numbers", 2), ("no_number", 0)])
def test_a_mail_may_hold_two_numbers_or_none(shape: str, numbers: int) -> None:
    raw = written(Composer(3), CodeLetter(kind="registration", to=NEW, code="482913", shape=shape))
    visible = re.sub(r"<style.*?</style>|<[^>]*>", " ", text_of(raw), flags=re.DOTALL)
    assert len(re.findall(r"(?<!\d)\d{6}(?!\d)", visible)) == numbers


@pytest.mark.parametrize("kind", sorted(CODE_NOISE))
def test_every_mail_in_between_can_be_written(kind: str) -> None:
    raw = written(Composer(3), CodeLetter(kind=kind, to=NEW))
    message = email.message_from_bytes(raw, policy=policy.default)
    assert message["Subject"]
    assert message["Date"]
    assert kind == "unsigned" or "DKIM-Signature" in message


async def test_a_sign_in_may_ask_for_a_mailed_code_of_its_own_purpose(stand_in: StandIn, visitor: Visitor) -> None:
    from fixtures.stand_in.generate import one_account

    stand_in.load(one_account(1, user={"sign_in": ["mail_code:approval"]}, seller={"members": ["a1@users.example"]}))
    await visitor.get("/home")
    sent = stand_in.realm.journal.of("mail_code.sent")[0].fields
    assert sent["purpose"] == "sign_in"
    seen = await visitor.submit("#verification-code-form", otpCode=sent["code"])
    assert "/home" in seen.url
