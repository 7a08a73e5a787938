"""Enrolling and changing authenticators: fresh secrets, codes that are verified, and a list that can be told apart."""

from __future__ import annotations

import pytest

from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import User
from fixtures.stand_in.world import StandIn
from tests.support.sites.registrant import CODES, NEW, SECRETS, Load, Registrant
from tests.support.sites.site_visitor import HOST, Visitor, sign_in

SETTINGS = f"https://{HOST}/a/settings/approval"
SETUP = "/a/settings/approval/setup/register"


async def enrolling(load: Load, **plan: object) -> Registrant:
    person = load(**plan)
    await person.register()
    return person


@pytest.fixture
async def rotating(stand_in: StandIn, visitor: Visitor) -> tuple[Registrant, User]:
    """Somebody signed in, whose settings ask for the password and a mailed code first."""
    stand_in.load(one_account(1, user={"sign_in": ["password"]}, seller={"members": ["a1@users.example"]}))
    user = stand_in.realm.scenario.users[0]
    await sign_in(visitor, stand_in, user)
    return Registrant(stand_in, visitor, email=user.email, password=user.password), user


async def test_the_secret_is_52_characters_and_fresh_on_every_load(load: Load) -> None:
    person = await enrolling(load)
    first = person.secret()
    await person.visitor.get(SETUP)
    second = person.secret()
    assert len(first) == len(second) == 52
    assert first != second


async def test_a_secret_of_an_earlier_load_cannot_be_verified(load: Load) -> None:
    person = await enrolling(load)
    old = person.visitor.seen
    secret = person.secret()
    await person.visitor.get(SETUP)
    person.visitor.seen = old
    assert not (await person.verify(secret)).has("#enable-mfa-form")
    assert person.kinds("two_step.stale_secret") == ["two_step.stale_secret"]


@pytest.mark.parametrize("keeps", ["same_secret", "fresh_secret"])
async def test_a_wrong_code_is_said_and_enrols_nothing(load: Load, keeps: str) -> None:
    person = await enrolling(load, two_step={"wrong_code": keeps})
    first = person.secret()
    seen = await person.visitor.submit("#sia-add-auth-app-form", verificationCode="000000")
    assert seen.has("#ch-auth-app-form-error:not(.aok-hidden)")
    assert (person.secret() == first) == (keeps == "same_secret")
    assert (person.tally()["enrol_codes_wrong"], person.tally()["seeds"]) == (1, 0)


@pytest.mark.parametrize("seed", range(1, 9))
async def test_ids_and_orders_change_with_the_seed_and_the_form_stays(load: Load, seed: int) -> None:
    person = await enrolling(load, seed=seed)
    seen = person.visitor.seen
    assert len(seen.tree.css(SECRETS)) == len(seen.tree.css(CODES)) == 1
    assert seen.has("#sia-otp-accordion-totp-header")
    assert seen.has("#mfa-cvf-embedded-content #cvfPhoneNumber")
    assert seen.has("#sia-select-otp-device-accordion img[src^='data:image/png']")


async def test_nothing_is_on_before_the_last_page_is_submitted(stand_in: StandIn, load: Load) -> None:
    person = await enrolling(load)
    await person.verify(person.secret())
    assert "Get Started" in (await person.visitor.get(SETTINGS)).text
    assert stand_in.realm.users_of(NEW)[0].totp_secret == ""
    await person.visitor.get("/a/settings/approval/setup/howto")
    assert "is on" in (await person.turn_on()).text


async def test_a_site_without_a_last_page_is_on_after_the_code(load: Load) -> None:
    person = await enrolling(load, two_step={"almost_done": False})
    assert "is on" in (await person.verify(person.secret())).text


async def test_a_second_enrolment_before_it_is_on_takes_the_place_of_the_first(stand_in: StandIn, load: Load) -> None:
    person = await enrolling(load)
    await person.verify(person.secret())
    await person.visitor.get(SETUP)
    await person.verify(person.secret())
    await person.turn_on()
    assert stand_in.realm.users_of(NEW)[0].totp_secret == person.seen_secrets[-1]
    assert (person.tally()["seeds"], person.tally()["seeds_replaced"], person.tally()["turned_on"]) == (2, 1, 1)


@pytest.mark.parametrize("between", [["mail_code:approval"], ["confirm"], ["password", "mail_code", "confirm"]])
async def test_steps_between_the_code_and_the_last_page(load: Load, between: list[str]) -> None:
    person = await enrolling(load, two_step={"between": between})
    await person.verify(person.secret())
    assert not person.visitor.seen.has("#enable-mfa-form")
    assert (await person.step_up()).has("#enable-mfa-form")
    assert "is on" in (await person.turn_on()).text


async def test_a_passkey_nudge_in_between_is_declined(load: Load) -> None:
    person = await enrolling(load, two_step={"between": ["passkey_nudge"]})
    await person.verify(person.secret())
    assert (await person.visitor.submit("form", decline="")).has("#enable-mfa-form")
    assert person.kinds("danger.") == []


async def test_a_backup_that_the_site_insists_on_takes_a_number_and_its_code(stand_in: StandIn, load: Load) -> None:
    person = await enrolling(load, two_step={"backup_phone": "insisted"})
    seen = await person.verify(person.secret())
    assert not seen.has("#ap-account-fixup-phone-skip-link")
    await person.visitor.get("/a/settings/approval/setup/howto")
    seen = await person.visitor.submit("#mfa-cvf-embedded-content form", cvf_phone_num="555 010 0199")
    code = stand_in.realm.journal.of("sms.sent")[-1].fields["code"]
    assert (await person.visitor.submit("#mfa-cvf-embedded-content form", code=code)).has("#enable-mfa-form")


async def test_a_backup_that_is_optional_can_be_left_out(load: Load) -> None:
    person = await enrolling(load, two_step={"backup_phone": "optional"})
    await person.verify(person.secret())
    assert (await person.visitor.get("/a/settings/approval/setup/backup?skip=1")).has("#enable-mfa-form")


async def test_a_browser_that_is_trusted_is_a_danger(load: Load) -> None:
    person = await enrolling(load)
    await person.verify(person.secret())
    await person.visitor.submit("#enable-mfa-form", trustThisDevice="1")
    assert person.kinds("danger.") == ["danger.browser_trusted"]


async def test_settings_ask_for_password_and_mailed_code_first(rotating: tuple[Registrant, User]) -> None:
    person, _ = rotating
    seen = await person.visitor.get(SETTINGS)
    assert seen.has("form[name=signIn] #ap_password")
    assert (await person.step_up()).has("#ch-settings-totp-primary-add-link")
    purposes = [entry.fields["purpose"] for entry in person.world.realm.journal.of("mail_code.sent")]
    assert purposes == ["account_data"]


async def test_an_authenticator_is_added_proven_and_the_old_one_deleted(
    stand_in: StandIn, rotating: tuple[Registrant, User]
) -> None:
    person, user = rotating
    await person.visitor.get(SETTINGS)
    await person.step_up()
    await person.visitor.get(f"{SETUP}?isPrimary=false")
    new = person.secret()
    assert person.visitor.seen.has("input[name=isPrimary][value=false]")
    seen = await person.verify(new)
    assert len(seen.tree.css("#ch-delete-auth-app-link")) == 2
    assert [str(seed.secret) for seed in stand_in.realm.factors.seeds(user)] == [user.totp_secret, new]
    popover = "#chimera-remove-auth-app-popover form"
    seen = await person.visitor.submit(popover, authenticatorId="app-1")
    assert len(seen.tree.css("#ch-delete-auth-app-link")) == 1
    assert stand_in.realm.scenario.users[0].totp_secret == new
    await person.visitor.submit(popover, authenticatorId="app-2")
    assert person.kinds("authenticator.deleted", "danger.") == ["authenticator.deleted", "danger.last_authenticator"]


async def test_both_authenticators_sign_in_until_one_is_deleted(stand_in: StandIn, visitor: Visitor) -> None:
    other = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    stand_in.load(
        one_account(
            1,
            user={"sign_in": ["password", "otp"], "two_step": {"others": [{"secret": other}]}},
            seller={"members": ["a1@users.example"]},
        )
    )
    user = stand_in.realm.scenario.users[0]
    person = Registrant(stand_in, visitor, email=user.email, password=user.password)
    await visitor.get("/home")
    await visitor.submit("form[name=signIn]", password=user.password)
    seen = await visitor.submit("#auth-mfa-form", otpCode=person.code_of(other))
    assert "/home" in seen.url


@pytest.mark.parametrize(
    ("listed", "names_differ", "has_days"),
    [("names_and_dates", True, True), ("dates", False, True), ("names", True, False), ("neither", False, False)],
)
async def test_the_list_tells_authenticators_by_names_days_or_not_at_all(
    stand_in: StandIn, visitor: Visitor, listed: str, names_differ: bool, has_days: bool
) -> None:
    style = {"listed_with": listed, "step_up": [], "others": [{"secret": "JBSWY3DPEHPK3PXP", "name": "Old phone"}]}
    world = one_account(
        1, user={"sign_in": ["password"], "two_step": style}, seller={"members": ["a1@users.example"]}, vary=False
    )
    stand_in.load(world)
    await sign_in(visitor, stand_in, world.users[0])
    seen = await visitor.get(SETTINGS)
    rows = [node.text(deep=True, separator=" ").strip() for node in seen.tree.css(".ch-device")]
    assert ("Old phone" in " ".join(rows)) == names_differ
    assert all("Added on" in row for row in rows) == has_days
    assert len(rows) == 2


async def test_a_deletion_may_ask_for_the_password_again(rotating: tuple[Registrant, User], stand_in: StandIn) -> None:
    person, user = rotating
    style = {"step_up": [], "before_deletion": ["password"], "others": [{"secret": "JBSWY3DPEHPK3PXP"}]}
    stand_in.realm.change_user(user.email, {"two_step": style})
    popover = "#chimera-remove-auth-app-popover form"
    await person.visitor.get(SETTINGS)
    seen = await person.visitor.submit(popover, authenticatorId="app-1")
    assert seen.has("form[name=signIn] #ap_password")
    await person.step_up()
    await person.visitor.submit(popover, authenticatorId="app-1")
    assert person.kinds("authenticator.deleted") == ["authenticator.deleted"]


async def test_switching_off_is_a_danger_and_does_not_happen(rotating: tuple[Registrant, User]) -> None:
    person, _ = rotating
    await person.visitor.get(SETTINGS)
    await person.step_up()
    seen = await person.visitor.submit("#confirm-disable-dialog-modal form")
    assert "is on" in seen.text
    assert person.kinds("danger.") == ["danger.two_step_disabled"]


async def test_the_older_settings_page_leads_to_two_step(rotating: tuple[Registrant, User]) -> None:
    person, _ = rotating
    seen = await person.visitor.get(f"https://{HOST}/ap/cnep")
    link = seen.tree.css_first("#auth-cnep-advanced-security-settings-button")
    assert link is not None
    assert link.attributes["href"] == "/a/settings/approval"


async def test_the_code_of_an_enrolment_is_not_taken_twice(stand_in: StandIn, load: Load) -> None:
    person = await enrolling(load)
    secret = person.secret()
    await person.verify(secret)
    await person.visitor.get(SETUP)
    stand_in.realm.factors.of(stand_in.realm.users_of(NEW)[0], stand_in.realm.now()).offered = (
        _shared_id(person),
        secret,
    )
    await person.verify(secret)
    assert person.kinds("two_step.code_reused") == ["two_step.code_reused"]


def _shared_id(person: Registrant) -> str:
    node = person.visitor.seen.tree.css_first("input[name=sharedSecretId]")
    assert node is not None
    return node.attributes["value"] or ""
