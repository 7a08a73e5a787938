"""What a registration meets that a machine cannot, or must not, get past by itself."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest

from fixtures.stand_in.scenario import Fault, FaultKind
from fixtures.stand_in.world import StandIn
from tests.support.sites.registrant import INVITATION, NEW, SECRETS, Load, Registrant
from tests.support.sites.site_visitor import HOST, Visitor, sign_in, visiting

BOX = "#auth-error-message-box"


async def sent_form(load: Load, **plan: object) -> Registrant:
    person = load(**plan)
    await person.open_form()
    await person.fill()
    return person


@pytest.mark.parametrize(
    ("refusal", "words"),
    [("unusual_activity", "unusual activity"), ("exists", "already"), ("phone_in_use", "Mobile number already in use")],
)
async def test_a_refusal_stands_in_the_box_and_makes_no_login(
    stand_in: StandIn, load: Load, refusal: str, words: str
) -> None:
    person = await sent_form(load, refusal=refusal)
    assert words in person.visitor.seen.text_of(BOX)
    assert stand_in.realm.users_of(NEW) == []


async def test_an_address_with_a_login_is_refused_by_the_form(stand_in: StandIn, load: Load) -> None:
    person = load()
    await person.open_form()
    seen = await person.fill(email="a1@users.example")
    assert "already" in seen.text_of(BOX)
    assert len(stand_in.realm.scenario.users) == 1


async def test_an_address_that_nobody_planned_is_a_danger(stand_in: StandIn, load: Load) -> None:
    person = load()
    await person.open_form()
    await person.fill(email="stranger@users.example")
    assert person.kinds("danger.") == ["danger.account_created"]


@pytest.mark.parametrize(
    ("given", "alert"),
    [
        ({"customerName": ""}, "#auth-customerName-missing-alert.a-show"),
        ({"email": ""}, "#auth-email-missing-alert.a-show"),
        ({"email": "nobody"}, "#auth-email-invalid-claim-alert.a-show"),
        ({"password": "short", "passwordCheck": "short"}, "#auth-password-invalid-password-alert.a-show"),
        ({"passwordCheck": "another"}, "#auth-password-mismatch-alert.a-show"),
    ],
)
async def test_what_is_missing_in_the_form_is_said(load: Load, given: dict[str, str], alert: str) -> None:
    person = load()
    await person.open_form()
    assert (await person.fill(**given)).has(alert)
    assert person.kinds("login.made") == []


async def test_a_puzzle_holds_a_word_that_a_person_can_read(load: Load) -> None:
    person = await sent_form(load, steps=["register_puzzle", "mail_code"])
    form = "#cvf-aamation-challenge-form"
    await person.visitor.submit(form, cvf_aamation_response_token="no such word")
    frame = person.visitor.seen.tree.css_first("#cvf-aamation-challenge-iframe")
    assert frame is not None
    found = re.search(r">(\w+)</text>", unquote(frame.attributes["srcdoc"] or ""))
    assert found is not None
    seen = await person.visitor.submit(form, cvf_aamation_response_token=found[1])
    assert seen.has("#cvf-input-code")
    assert person.kinds("puzzle.") == ["puzzle.wrong", "puzzle.right"]


async def test_a_phone_that_is_required_ends_with_the_code_of_its_message(stand_in: StandIn, load: Load) -> None:
    person = await sent_form(load, steps=["mail_code", "phone"], phones_taken=["+15550100100"])
    await person.type_code(person.mailed())
    assert not person.visitor.seen.has("#ap-account-fixup-phone-skip-link")
    form = "form.cvf-widget-form-collect"
    assert (await person.visitor.submit(form, cvf_phone_num="12")).has(".cvf-widget-alert-id-cvf-invalid-mobile-phone")
    seen = await person.visitor.submit(form, cvf_phone_num="555 010 0100")
    assert seen.has(".cvf-widget-alert-id-cvf-exists-mobile-phone")
    seen = await person.visitor.submit(form, cvf_phone_num="555 010 0199")
    assert seen.has("input[name=verificationPageContactType][value=sms]")
    await person.type_code("000000")
    seen = await person.type_code(stand_in.realm.journal.of("sms.sent")[-1].fields["code"])
    assert seen.has(SECRETS)
    assert (person.tally()["sms_codes_wrong"], person.tally()["sms_codes_right"]) == (1, 1)


async def test_a_number_serves_one_login(stand_in: StandIn, load: Load) -> None:
    person = await sent_form(load, steps=["phone"])
    stand_in.realm.phones["+15550100100"] = "somebody@users.example"
    seen = await person.visitor.submit("form.cvf-widget-form-collect", cvf_phone_num="+1 555 010 0100")
    assert seen.has(".cvf-widget-alert-id-cvf-exists-mobile-phone")


async def test_a_phone_that_is_optional_can_be_skipped(load: Load) -> None:
    person = await sent_form(load, steps=["phone:optional"])
    assert (await person.visitor.get("/ap/cvf/verify/skip")).has(SECRETS)


@pytest.mark.parametrize("accepted", [False, True])
async def test_an_offer_for_businesses_can_be_declined_and_not_taken(load: Load, accepted: bool) -> None:
    person = await sent_form(load, steps=["business_offer"])
    if accepted:
        await person.visitor.submit("form", accept="")
        assert person.kinds("danger.") == ["danger.business_account"]
    else:
        assert (await person.visitor.get("/ap/register/business/skip")).has(SECRETS)


async def test_a_selling_account_is_offered_and_the_invitation_link_leads_away(load: Load) -> None:
    person = load(lands_on="onboarding")
    seen = await person.register()
    assert "/hz/onboarding/" in seen.url
    assert "enable-two-step" in (await person.visitor.get(INVITATION)).url
    await person.visitor.get("/hz/onboarding/welcome")
    await person.visitor.submit("form")
    assert person.kinds("danger.") == ["danger.onboarding_pressed"]


@pytest.mark.parametrize("made", ["form", "verified"])
async def test_a_form_that_was_sent_and_never_verified_leaves_a_login_or_none(
    stand_in: StandIn, load: Load, made: str
) -> None:
    person = await sent_form(load, login_made=made, sign_in=["email", "password", "otp"])
    assert len(stand_in.realm.users_of(NEW)) == (1 if made == "form" else 0)
    if made == "verified":
        return
    async with visiting(stand_in) as fresh:
        again = Registrant(stand_in, fresh)
        seen = await sign_in(fresh, stand_in, stand_in.realm.users_of(NEW)[0])
        assert seen.has("#cvf-input-code")
        assert "enable-two-step" in (await again.type_code(again.mailed())).url
    assert person.tally()["forms"] == 1


@pytest.mark.parametrize("kind", ["503", "blank", "captcha"])
async def test_the_site_s_faults_strike_the_new_pages_too(stand_in: StandIn, load: Load, kind: FaultKind) -> None:
    person = load()
    await person.open_form()
    stand_in.realm.faults.add(Fault(on="mail_code", kind=kind))
    assert not (await person.fill()).has("#cvf-input-code")
    assert (await person.visitor.get("/ap/cvf/request")).has("#cvf-input-code")
    assert person.tally()["forms"] == 1


async def test_a_lost_answer_does_not_undo_the_form(stand_in: StandIn, visitor: Visitor, load: Load) -> None:
    person = load()
    await person.open_form()
    stand_in.realm.faults.add(Fault(on="/ap/register", kind="500", moment="after", method="POST"))
    assert (await person.fill()).status == 500
    assert person.tally()["forms"] == 1
    assert (await visitor.get(f"https://{HOST}/ap/cvf/request")).has("#cvf-input-code")
