"""On the stand-in: from an order and an invitation to the accepted invitation, however the site is drawn.

Alone, but for a page that wants a code when another genuine one of its purpose came beside: that is asked of a person.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.domain.authorization import State
from agent.domain.login_order import OrderState
from fixtures.stand_in.generate import Draw, one_account
from fixtures.stand_in.mail.codes.noise import FRESH_CODES
from fixtures.stand_in.registration.mail_codes import Purpose
from fixtures.stand_in.world import StandIn
from tests.support.sites.registrant import INVITATION_ID, MERCHANT, NEW
from tests.support.visits.post_room import PostRoom, post_room

pytestmark = pytest.mark.asyncio(loop_scope="session")
_WANTS = {"sign_in": "a sign-in", "account_data": "access to account data"}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("seed", range(1, 101))
async def test_an_ordered_login_is_created_and_accepts(stand_in: StandIn, tmp_path: Path, seed: int) -> None:
    plan = Draw(seed).registration(NEW)
    offered = {"merchant_id": MERCHANT, "email": NEW, "invitation_id": INVITATION_ID}
    world = one_account(seed, seller={"merchant_id": MERCHANT}, registrations=[plan], invitations=[offered])
    async with post_room(stand_in, world, tmp_path) as room:
        room.order()
        ended = await room.visit(lambda _: _read_off_the_newest_mail(room))
        told = f"{ended.conclusion.why}; {plan.model_dump(exclude_defaults=True)}"
        assert [task.words for task in room.asked] == _doubts(stand_in, plan.between_mails), told
        assert {task.reason for task in room.asked} <= {"mail_code"}, told
        assert room.account().authorization in (State.AWAITING_PERMISSIONS, State.AWAITING_CONFIRMATION), told
        assert (room.placed().state, room.tally()["mail_codes_wrong"]) == (OrderState.DONE, 0), told
        counted = room.tally()
        assert (counted["forms"], counted["logins"], counted["seeds"], counted["turned_on"]) == (1, 1, 1, 1), told
        assert stand_in.realm.journal.of("danger.") == [], told


def _read_off_the_newest_mail(room: PostRoom) -> str:
    """The code that the page wants, of which none was typed before a person was asked."""
    lines = [line for line in room.agent.stand_in.realm.journal.of("mail_code.") if line.kind != "mail_code.delivered"]
    assert lines[-1].kind == "mail_code.sent", lines[-1].kind
    return room.mailed(Purpose(lines[-1].fields["purpose"]))


def _doubts(stand_in: StandIn, between: list[str]) -> list[str]:
    """What a person is asked: a sentence for each page whose code came with others of its purpose."""
    bearing = [FRESH_CODES[kind] for kind in between if kind in FRESH_CODES]
    wanted = [line.fields["purpose"] for line in stand_in.realm.journal.of("mail_code.sent")]
    return [
        f"{1 + bearing.count(purpose)} different codes came after the page asked for one; "
        f"the page wants the newest code for {_WANTS[purpose]}"
        for purpose in wanted
        if purpose in bearing
    ]
