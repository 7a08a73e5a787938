"""What no mail can be trusted for is asked of a person, whose answer lets the visit go on; no code is typed that is not
the page's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.clock import utc_now
from agent.domain.authorization import Event, State
from agent.domain.login_order import OrderState
from agent.store import transitions
from agent.store.database.engine import writing
from agent.store.database.schema import accounts as table
from agent.store.people.tasks import Task
from agent.store.sign_in import login_orders
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.mail.codes.noise import CODE_NOISE
from fixtures.stand_in.registration.mail_codes import Purpose
from fixtures.stand_in.scenario import Scenario
from fixtures.stand_in.world import StandIn
from tests.support.sites.registrant import INVITATION_ID, MERCHANT, NEW
from tests.support.visits.post_room import PostRoom, post_room

pytestmark = pytest.mark.asyncio(loop_scope="session")
PHONE = "+12065550100"


def ordered(seed: int = 1, **plan: Any) -> Scenario:
    """An address that may register, invited by a seller."""
    offered = {"merchant_id": MERCHANT, "email": NEW, "invitation_id": INVITATION_ID}
    planned = {"email": NEW, "form": "classic", "two_step": {"step_up": []}, **plan}
    return one_account(seed, seller={"merchant_id": MERCHANT}, registrations=[planned], invitations=[offered])


def assert_accepted(room: PostRoom) -> None:
    assert room.account().authorization in (State.AWAITING_PERMISSIONS, State.AWAITING_CONFIRMATION)
    assert room.placed().state is OrderState.DONE
    counted = room.tally()
    assert (counted["forms"], counted["logins"], counted["mail_codes_wrong"]) == (1, 1, 0)


DOUBTFUL = {
    "two numbers": {"mail_shape": "two_numbers"},
    "no number": {"mail_shape": "no_number"},
    "a language nobody listed": {"mail_language": "de"},
    "no mail at all": {"mails": "never"},
}


@pytest.mark.sampled(1, of="a code that a person gives")
@pytest.mark.parametrize("doubt", DOUBTFUL.values(), ids=DOUBTFUL)
async def test_a_mail_that_leaves_a_doubt_is_answered_by_a_person(
    stand_in: StandIn, tmp_path: Path, doubt: dict[str, Any]
) -> None:
    async with post_room(stand_in, ordered(**doubt), tmp_path) as room:
        room.order()
        ended = await room.visit(lambda _: room.mailed(Purpose.REGISTRATION))
        assert [task.reason for task in room.asked] == ["mail_code"], ended.conclusion.why
        assert_accepted(room)


@pytest.mark.sampled(1, of="a code that a person gives")
@pytest.mark.parametrize("is_given_at_first", [True, False])
async def test_the_code_sent_to_a_phone_comes_from_a_person(
    stand_in: StandIn, tmp_path: Path, is_given_at_first: bool
) -> None:
    plan = ordered(steps=["mail_code", "phone:required"], login_made="form")
    answers: list[str] = []

    def texted(task: Task) -> str:
        answers.append("000000" if not answers else room.texted())
        assert task.reason == "sms_code"
        return answers[-1]

    async with post_room(stand_in, plan, tmp_path) as room:
        room.order(phone=PHONE if is_given_at_first else None)
        if not is_given_at_first:
            ended = await room.visit()
            assert ended.conclusion.error is not None
            assert ended.conclusion.error.code == "phone_needed", ended.conclusion.why
            with writing(room.agent.engine) as conn:
                assert login_orders.set_phone(conn, "A1", PHONE, now=utc_now())
                transitions.apply(conn, "A1", Event.RELEASED, now=utc_now(), why="a number was given")
        ended = await room.visit(texted)
        assert len(room.asked) == 2, ended.conclusion.why  # the first answer was wrong
        assert_accepted(room)
        assert (room.tally()["phones"], room.tally()["sms_codes_wrong"]) == (1, 1)


@pytest.mark.sampled(1, of="a code that a person gives")
@pytest.mark.parametrize("are_answered", [True, False])
async def test_a_code_at_sign_in_is_typed_only_where_the_account_allows_it(
    stand_in: StandIn, tmp_path: Path, are_answered: bool
) -> None:
    user = {"sign_in": ["email", "password", "mail_code:approval"]}
    async with post_room(stand_in, one_account(2, user=user), tmp_path) as room:
        room.agent.register()
        room.agent.admit()
        with writing(room.agent.engine) as conn:
            conn.execute(table.update().values(answer_mail_codes=are_answered))
        ended = await room.visit()
        typed = [entry.kind for entry in stand_in.realm.journal.of("mail_code.right", "mail_code.wrong")]
        assert typed == (["mail_code.right"] if are_answered else []), ended.conclusion.why
        assert (room.account().authorization is State.NEEDS_HUMAN) == (not are_answered)


async def test_no_code_of_another_purpose_is_typed(stand_in: StandIn, tmp_path: Path) -> None:
    noise = [kind for kind in CODE_NOISE if kind != "changed"] * 2
    async with post_room(stand_in, ordered(mails="never", between_mails=noise), tmp_path, person_wait=1) as room:
        room.order()
        ended = await room.visit()
        assert ended.conclusion.error is not None, ended.conclusion.why
        assert (room.tally()["mail_codes_wrong"], room.tally()["mail_codes_right"]) == (0, 0)
        assert {task.reason for task in room.asked} <= {"mail_code"}


@pytest.mark.parametrize("between", [["account_data"], ["delivery", "account_data"]], ids=["ahead of it", "after it"])
async def test_neither_of_two_genuine_codes_of_the_page_s_purpose_is_typed(
    stand_in: StandIn, tmp_path: Path, between: list[str]
) -> None:
    # An offer that is left for the invitation: the settings ask again.
    left: dict[str, Any] = {"steps": ["mail_code", "business_offer"], "login_made": "form"}
    plan = ordered(between_mails=between, two_step={"step_up": ["password", "mail_code:approval"]}, **left)
    async with post_room(stand_in, plan, tmp_path, person_wait=1) as room:
        room.order()
        ended = await room.visit()
        asked = [line.fields["purpose"] for line in stand_in.realm.journal.of("mail_code.sent")]
        assert asked == ["registration", "account_data", "account_data"], ended.conclusion.why  # sent again once
        words = "2 different codes came after the page asked for one; the page wants the newest code for {}"
        assert [task.words for task in room.asked] == [words.format("access to account data")] * 2
        assert ended.conclusion.error is not None
        assert ended.conclusion.error.code == "challenge", ended.conclusion.why
        assert (room.tally()["mail_codes_right"], room.tally()["mail_codes_wrong"]) == (1, 0)  # the registration's
