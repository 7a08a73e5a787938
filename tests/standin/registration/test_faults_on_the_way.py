"""Every trouble at every step of a registration: in the end one login, by one form an order, and no wrong code."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest

from agent.clock import utc_now
from agent.domain.authorization import Event, State
from agent.domain.login_order import NewOrder, OrderState
from agent.store import transitions
from agent.store.database.engine import writing
from agent.store.people.tasks import Task
from agent.store.sign_in import login_orders
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.registration.mail_codes import Purpose
from fixtures.stand_in.scenario import FaultKind
from fixtures.stand_in.world import StandIn
from tests.support.sites.registrant import INVITATION_ID, MERCHANT, NEW
from tests.support.visits.post_room import PostRoom, post_room

pytestmark = pytest.mark.asyncio(loop_scope="session")
PLACES = (
    *("register_claim", "register_form", "mail_code", "phone", "sms_code", "confirm"),
    *("two_step_enrol", "two_step_almost_done", "two_step_settings"),
)
KINDS = tuple(kind for kind in get_args(FaultKind) if kind not in ("hang", "wrong_account"))
VISITS = 6
ACCEPTED = (State.AWAITING_PERMISSIONS, State.AWAITING_CONFIRMATION)


def fault(place: str, kind: str) -> dict[str, Any]:
    return {"on": place, "kind": kind, "seconds": 1.0}


@pytest.mark.soak
@pytest.mark.parametrize(("place", "kind"), list(product(PLACES, KINDS)))
async def test_a_trouble_ends_with_one_login(stand_in: StandIn, tmp_path: Path, place: str, kind: str) -> None:
    plan = {
        "email": NEW,
        "form": "unified",
        "steps": ["mail_code", "phone:required", "confirm"],
        "login_made": "form",
        "two_step": {"step_up": [], "between": ["mail_code:approval"]},
    }
    offered = {"merchant_id": MERCHANT, "email": NEW, "invitation_id": INVITATION_ID}
    world = one_account(
        3,
        seller={"merchant_id": MERCHANT},
        registrations=[plan],
        invitations=[offered],
        faults=[fault(place, kind)],
    )
    async with post_room(stand_in, world, tmp_path) as room:
        room.order(phone="+12065550100")
        orders, told = await visit_until_accepted(room)
        assert [played.fields["fault"] for played in stand_in.realm.journal.of("fault.played")] == [kind], told
        assert room.account().authorization in ACCEPTED, told
        assert room.placed().state is OrderState.DONE, told
        counted = room.tally()
        assert (counted["logins"], counted["forms"] <= orders, counted["turned_on"]) == (1, True, 1), told
        assert (counted["mail_codes_wrong"], counted["sms_codes_wrong"], counted["enrol_codes_wrong"]) == (0, 0, 0), (
            told
        )
        assert stand_in.realm.journal.of("danger.", "password.rejected", "code.wrong", "code.reused") == [], told


async def visit_until_accepted(room: PostRoom) -> tuple[int, list[str]]:
    """Visit again and again, with a person who answers, releases, and orders anew where nothing came of a form."""
    orders, told = 1, []
    for _ in range(VISITS):
        ended = await room.visit(lambda task: _answer(room, task))
        told.append(ended.conclusion.why)
        account = room.account()
        if account.authorization in ACCEPTED:
            break
        if account.authorization is State.NEEDS_HUMAN:
            with writing(room.agent.engine) as conn:
                if account.failure_code == "registration_unanswered":
                    orders += 1
                    again = NewOrder(person_name="First Last", agreed_by="Anna", phone="+12065550100")
                    login_orders.place(conn, "A1", again, now=utc_now())
                elif account.failure_code == "phone_needed":
                    login_orders.set_phone(conn, "A1", "+12065550100", now=utc_now())
                transitions.apply(conn, "A1", Event.RELEASED, now=utc_now(), why="looked at")
    return orders, told


def _answer(room: PostRoom, task: Task) -> str:
    return room.texted() if task.reason == "sms_code" else room.mailed(Purpose.REGISTRATION)
