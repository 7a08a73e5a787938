"""On the stand-in: from an order and an invitation to the accepted invitation, alone, however the site is drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.domain.authorization import State
from agent.domain.login_order import OrderState
from fixtures.stand_in.generate import Draw, one_account
from fixtures.stand_in.world import StandIn
from tests.support.sites.registrant import INVITATION_ID, MERCHANT, NEW
from tests.support.visits.post_room import post_room

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.sampled(1)
@pytest.mark.parametrize("seed", range(1, 101))
async def test_an_ordered_login_is_created_and_accepts(stand_in: StandIn, tmp_path: Path, seed: int) -> None:
    plan = Draw(seed).registration(NEW)
    offered = {"merchant_id": MERCHANT, "email": NEW, "invitation_id": INVITATION_ID}
    world = one_account(seed, seller={"merchant_id": MERCHANT}, registrations=[plan], invitations=[offered])
    async with post_room(stand_in, world, tmp_path) as room:
        room.order()
        ended = await room.visit()
        told = f"{ended.conclusion.why}; {plan.model_dump(exclude_defaults=True)}"
        assert room.asked == [], told
        assert room.account().authorization in (State.AWAITING_PERMISSIONS, State.AWAITING_CONFIRMATION), told
        assert (room.placed().state, room.tally()["mail_codes_wrong"]) == (OrderState.DONE, 0), told
        counted = room.tally()
        assert (counted["forms"], counted["logins"], counted["seeds"], counted["turned_on"]) == (1, 1, 1, 1), told
        assert stand_in.realm.journal.of("danger.") == [], told
