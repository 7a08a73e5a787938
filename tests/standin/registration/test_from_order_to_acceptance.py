"""On the stand-in: from an order and an invitation to the accepted invitation, alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.clock import utc_now
from agent.domain.account import ApiAuthorization, NewAccount
from agent.domain.authorization import State
from agent.domain.login_order import NewOrder, OrderState
from agent.store import accounts
from agent.store.database.engine import reading, writing
from agent.store.sign_in import login_orders
from agent.store.vault import sign_in_secrets
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.world import StandIn
from tests.support.rehearsal import rehearsing
from tests.support.sites.registrant import INVITATION_ID, MERCHANT, NEW


@pytest.mark.sampled(1)
@pytest.mark.parametrize("seed", range(1, 13))
async def test_an_ordered_login_is_created_and_accepts(stand_in: StandIn, tmp_path: Path, seed: int) -> None:
    plan: dict[str, object] = {
        "email": NEW,
        "form": ("classic", "unified")[seed % 2],
        "steps": [],
        "lands_on": ("setup", "home", "add_device")[seed % 3],
        "two_step": {"step_up": []},
    }
    offered = {"merchant_id": MERCHANT, "email": NEW, "invitation_id": INVITATION_ID}
    world = one_account(seed, seller={"merchant_id": MERCHANT}, registrations=[plan], invitations=[offered])
    stand_in.load(world)
    shop = world.sellers[0]
    new = NewAccount(
        id="A1",
        user_email=NEW,
        marketplace=shop.marketplaces[0],
        merchant_id=MERCHANT,
        merchant_name=shop.name,
        api_authorization=ApiAuthorization.COMPLETE,
    )
    with rehearsing(stand_in, tmp_path) as agent:
        with writing(agent.engine) as conn:
            accounts.add(conn, new, now=utc_now())
            order = NewOrder(person_name="First Last", agreed_by="Anna")
            login_orders.place(conn, "A1", order, now=utc_now())
        account = await agent.accept()
        with reading(agent.engine) as conn:
            placed, has_secrets = login_orders.get(conn, "A1"), sign_in_secrets.has(conn, "A1")
    assert account.authorization in (State.AWAITING_PERMISSIONS, State.AWAITING_CONFIRMATION)
    assert placed is not None
    assert (placed.state, has_secrets) == (OrderState.DONE, True)
