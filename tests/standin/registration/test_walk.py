"""Registering at the stand-in, from the address to a login that signs in with its own code."""

from __future__ import annotations

import pytest

from fixtures.stand_in.world import StandIn
from tests.support.sites.registrant import INVITATION, NEW, PASSWORD, SECRETS, Load, Registrant
from tests.support.sites.site_visitor import HOST, Visitor, sign_in, visiting


@pytest.mark.parametrize("form", ["classic", "unified"])
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_registration_ends_with_two_step_on_and_a_login_that_signs_in(
    stand_in: StandIn, visitor: Visitor, load: Load, form: str, seed: int
) -> None:
    person = load(seed=seed, form=form)
    seen = await person.register()
    assert seen.has(SECRETS), seen.url
    seen = await person.verify(person.secret())
    assert seen.has("#enable-mfa-form")
    seen = await person.turn_on()
    assert "is on" in seen.text
    assert seen.has("#disable-button")
    user = stand_in.realm.users_of(NEW)[0]
    assert user.password == PASSWORD
    assert user.totp_secret == person.seen_secrets[-1]
    stand_in.realm.codes.taken.clear()  # the present step was used to enrol
    async with visiting(stand_in) as fresh:
        seen = await sign_in(fresh, stand_in, user, f"https://{HOST}{INVITATION}")
        assert seen.url.endswith(INVITATION)
    assert person.kinds("danger.") == []
    assert person.kinds("login.made", "two_step.on") == ["login.made", "two_step.on"]


async def test_an_address_without_a_login_is_told_so_and_asked_whether_it_means_it(
    stand_in: StandIn, visitor: Visitor, load: Load
) -> None:
    person = load(sign_in=["email_unified", "password", "otp"])
    stand_in.realm.scenario = stand_in.realm.scenario.model_copy(update={"entry": ["email_unified"]})
    await visitor.get("/home")
    seen = await visitor.submit("form[name=signIn]", email=NEW)
    assert seen.text_of("span.claim-value") == NEW
    seen = await visitor.submit("#intent-confirmation-form")
    assert seen.has("#ap_customer_name")
    assert not seen.has("#ap_email:not([readonly]):not([type=hidden])")
    await person.fill()
    await person.type_code(person.mailed())
    assert person.kinds("login.made") == ["login.made"]


async def test_a_code_that_enrolled_is_not_taken_by_the_sign_in(
    stand_in: StandIn, visitor: Visitor, load: Load
) -> None:
    person = load(sign_in=["email", "password", "otp"])
    await person.register()
    await person.verify(person.secret())
    await person.turn_on()
    async with visiting(stand_in) as fresh:
        await sign_in(fresh, stand_in, stand_in.realm.users_of(NEW)[0])
    assert "code.reused" in person.kinds("code.")


async def test_a_login_without_two_step_is_kept_out_until_it_enrols(
    stand_in: StandIn, visitor: Visitor, load: Load
) -> None:
    person = load(two_step={"step_up": ["password", "mail_code:approval", "confirm"]})
    await person.register()
    async with visiting(stand_in) as fresh:
        again = Registrant(stand_in, fresh)
        seen = await sign_in(fresh, stand_in, stand_in.realm.users_of(NEW)[0], f"https://{HOST}{INVITATION}")
        assert "/authorization/failed/enable-two-step" in seen.url
        await fresh.get("/a/settings/approval/setup/register")
        seen = await again.step_up()
        await again.verify(again.secret())
        assert "is on" in (await again.turn_on()).text
        assert (await fresh.get(INVITATION)).url.endswith(INVITATION)
    assert person.kinds("two_step.on") == ["two_step.on"]
