"""A login is created once, enrolled, and goes on to the acceptance; what only people can do stops it where it
stands.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from agent.actions.registration import order_anew
from agent.domain.authorization import State
from agent.domain.login_order import OrderState
from agent.store.database.engine import reading, writing
from agent.store.sign_in import login_orders
from agent.visits import run
from agent.visits.plan import SetAsideError
from agent.visits.run import make_visit
from tests.second_site.login_pages import LoginPlan
from tests.second_site.login_site import Login
from tests.support.visits.ordered_world import EMAIL, OrderedWorld, ordered_world

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def world(tmp_path: Path) -> AsyncIterator[OrderedWorld]:
    async with ordered_world(tmp_path) as ready:
        yield ready


SHAPES = {
    "classic": LoginPlan(),
    "unified": LoginPlan(is_unified=True, ids="newer"),
    "without a mail code": LoginPlan(mail_code=False, accordion=False),
    "from the settings": LoginPlan(in_flow=False, settings_code=True, is_unified=True),
    "otpauth, no last page": LoginPlan(otpauth=True, almost_done=False, code_boxes=True),
    "the secret in a picture alone": LoginPlan(qr_alone=True, ids="newer"),
    "nudge and optional phone": LoginPlan(nudge=True, phone="optional"),
}


@pytest.mark.sampled(1, of="where an order leads")
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
async def test_a_login_is_created_enrolled_and_the_invitation_accepted(world: OrderedWorld, shape: LoginPlan) -> None:
    world.play(shape)
    ended = await world.visit()  # to the accepted invitation; this site has no accounts to choose from afterwards
    assert world.site.accepted == 1, ended.conclusion.why
    login, secrets = world.site.logins[EMAIL], world.secrets()
    assert secrets is not None
    assert secrets.password.get_secret_value() == login.password
    assert [secret for _, secret in login.apps] == [secrets.totp_secret.get_secret_value()]
    assert (login.is_on, len(world.site.forms)) == (True, 1)
    assert (world.site.dangers, world.site.refused) == ([], [])
    assert world.order().state is OrderState.DONE


STOPS = {
    "exists": (LoginPlan(exists=True), "login_exists", 0, OrderState.ENDED),
    "unusual activity": (LoginPlan(unusual=True), "registration_refused", 1, OrderState.ENDED),
    "another address": (LoginPlan(is_unified=True, claim="b2@users.example"), "wrong_identity", 0, OrderState.ORDERED),
    "puzzle": (LoginPlan(puzzle=True), "challenge", 1, OrderState.SUBMITTED),
    "phone": (LoginPlan(phone="required"), "phone_needed", 1, OrderState.SUBMITTED),
    "a backup phone": (LoginPlan(backup=True), "phone_needed", 1, OrderState.CREATED),
    "phone taken": (LoginPlan(phone="taken"), "phone_refused", 1, OrderState.SUBMITTED),
    "business": (LoginPlan(offers_business=True), "challenge", 0, OrderState.ORDERED),
}


@pytest.mark.sampled(1, of="where an order leads")
@pytest.mark.parametrize("name", STOPS)
async def test_what_is_for_a_person_stops_it_where_it_stands(world: OrderedWorld, name: str) -> None:
    plan, code, forms, state = STOPS[name]
    world.play(plan, phone="+12065550100" if plan.phone == "taken" else None)
    if plan.exists:
        world.site.logins[EMAIL] = Login(email=EMAIL, password="theirs")
    ended = await world.visit()
    assert ended.conclusion.error is not None
    assert ended.conclusion.error.code == code, ended.conclusion.why
    assert (len(world.site.forms), world.order().state) == (forms, state)
    assert (world.site.dangers, world.site.passwords, world.site.accepted) == ([], [], 0)
    assert world.account().authorization is State.NEEDS_HUMAN
    with reading(world.engine) as conn:
        assert (login_orders.paused_because(conn) is not None) == plan.unusual


CUTS = (
    "/ap/register/submit",
    "/a/settings/approval/appbackup",
    "/a/settings/approval/setup/enable",
    "/invitation/accept",
)


@pytest.mark.sampled(1, of="a visit that is cut off")
@pytest.mark.parametrize("path", CUTS)
async def test_a_visit_that_is_cut_off_makes_no_second_login(world: OrderedWorld, path: str) -> None:
    world.play(LoginPlan(mail_code=False))
    world.site.cut_at = path
    visit = asyncio.create_task(world.visit())
    await world.site.was_cut.wait()
    visit.cancel()
    await asyncio.wait({visit})
    world.site.cut_at = ""
    ended = await world.visit()
    login, secrets = world.site.logins[EMAIL], world.secrets()
    assert (len(world.site.forms), len(world.site.logins)) == (1, 1), ended.conclusion.why
    assert secrets is not None, ended.conclusion.why
    assert login.is_on
    assert secrets.totp_secret.get_secret_value() in [secret for _, secret in login.apps]
    assert secrets.password.get_secret_value() == login.password
    assert (world.site.refused, world.site.dangers) == ([], [])


@pytest.mark.sampled(1, of="a visit that is cut off")
@pytest.mark.parametrize("is_made_late", [True, False])
async def test_a_form_without_an_answer_is_never_sent_again_but_for_a_new_order(
    world: OrderedWorld, is_made_late: bool
) -> None:
    world.play(LoginPlan(mail_code=True))
    world.site.cut_at = "/ap/register/submit"
    visit = asyncio.create_task(world.visit())
    await world.site.was_cut.wait()
    visit.cancel()
    await asyncio.wait({visit})
    ended = await world.visit()
    assert ended.conclusion.error is not None
    assert ended.conclusion.error.code == "registration_unanswered"
    assert (len(world.site.forms), world.order().state) == (1, OrderState.ENDED)
    world.site.cut_at = ""
    world.release()  # without a new order there is nothing to sign in with
    with pytest.raises(SetAsideError, match="place the order anew"):
        await make_visit(world.context, "A1", due_by=world.context.clock.now())
    assert (world.account().authorization, world.account().failure_code) == (
        State.NEEDS_HUMAN,
        "registration_unanswered",
    )
    if is_made_late:  # the site took its time; nobody but us has the password
        world.site.logins[EMAIL].is_proven = True
    else:
        world.site.logins.clear()
    with writing(world.engine) as conn:
        order_anew(conn, "A1", agreed_by="Berta", now=world.context.clock.now())
    world.release()
    ended = await world.visit()
    secrets = world.secrets()
    assert secrets is not None, ended.conclusion.why
    assert secrets.password.get_secret_value() == world.site.logins[EMAIL].password
    assert (len(world.site.forms), world.site.refused) == (1 if is_made_late else 2, [])


async def test_while_logins_are_held_no_page_is_opened_and_nothing_counts(world: OrderedWorld) -> None:
    world.play(LoginPlan())
    with writing(world.engine) as conn:
        login_orders.pause_all(conn, "unusual activity", now=world.context.clock.now())
    ended = await world.visit()
    account = world.account()
    assert (ended.conclusion.outcome, world.order().state) == ("registrations_held", OrderState.ORDERED)
    assert (world.site.browsers, account.retries, account.authorization) == ({}, 0, State.ACCEPTING)
    assert account.due is not None
    assert account.due > world.context.clock.now() + timedelta(minutes=5)


async def test_an_order_ends_with_its_visit_or_not_at_all(world: OrderedWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    world.play(LoginPlan(exists=True))
    world.site.logins[EMAIL] = Login(email=EMAIL, password="theirs")

    async def killed(*_: object) -> None:
        raise SystemError("killed")

    monkeypatch.setattr(run, "finish", killed)
    with pytest.raises(SystemError):
        await world.visit()
    assert (world.order().state, world.account().authorization) == (OrderState.ORDERED, State.ACCEPTING)
