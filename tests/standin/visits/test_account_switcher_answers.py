"""What the account switcher's own answers do to an acceptance: they support it or stop it, and never make it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Scenario, parse_scenario
from flows.errors import AccountNotOfferedError, WrongAccountError
from flows.invitation.accept import accept_invitation
from flows.models import Acceptance, AcceptanceOutcome
from flows.visit.visit import Visit
from tests.support.sites.flow_rig import QUICK, Helpers, Rig, rig

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rehearsal() -> AsyncIterator[Rig]:
    async with rig() as running:
        yield running


def world(seed: int, switcher_json: str) -> Scenario:
    """One account whose user acts for another seller already."""
    plain = one_account(seed, seller={"lands_on": "home"}).model_dump(mode="json")
    plain["users"][0]["switcher_json"] = switcher_json
    member = [plain["users"][0]["email"]]
    plain["sellers"].append({"merchant_id": "A7EARLIER00001", "name": "Earlier Store", "members": member})
    return parse_scenario(plain)


async def accept(rehearsal: Rig, helpers: Helpers, visit: Visit) -> Acceptance:
    return await accept_invitation(
        visit,
        invitation=rehearsal.link(),
        account=rehearsal.account,
        credentials=helpers.credentials(),
        hooks=helpers.hooks(),
        bounds=QUICK,
    )


def heard(visit: Visit) -> set[str]:
    return {step.element for step in visit.story if step.act == "heard"}


@pytest.mark.sampled(1)
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
async def test_an_answer_that_agrees_is_noted_beside_the_acceptance(rehearsal: Rig, seed: int) -> None:
    helpers = rehearsal.play(world(seed, "told"))
    async with rehearsal.visit() as visit:
        assert (await accept(rehearsal, helpers, visit)).outcome is AcceptanceOutcome.ACCEPTED
        assert heard(visit) == {"not listed before acceptance", "the account is active", "listed after acceptance"}


async def test_what_is_no_answer_changes_nothing_and_is_not_noted(rehearsal: Rig) -> None:
    helpers = rehearsal.play(world(1, "spoilt"))
    async with rehearsal.visit() as visit:
        assert (await accept(rehearsal, helpers, visit)).outcome is AcceptanceOutcome.ACCEPTED
        assert (heard(visit), bool(rehearsal.journal("switcher.told"))) == (set(), True)


async def test_a_merchant_that_the_list_lacks_is_not_counted_as_accepted_until_it_is_listed(rehearsal: Rig) -> None:
    scenario = world(1, "unlisted")
    helpers = rehearsal.play(scenario)
    async with rehearsal.visit() as visit:
        with pytest.raises(AccountNotOfferedError, match="nothing is accepted twice"):
            await accept(rehearsal, helpers, visit)
        assert {"not listed before acceptance", "not listed after acceptance"} <= heard(visit)
    assert helpers.outcomes[-1] == "accept_invitation account_not_offered"
    rehearsal.stand_in.realm.change_user(scenario.users[0].email, {"switcher_json": "told"})
    async with rehearsal.visit() as visit:
        assert (await accept(rehearsal, helpers, visit)).outcome is AcceptanceOutcome.ALREADY_ACCEPTED
    assert len(rehearsal.journal("invitation.accepted")) == 1


async def test_another_active_merchant_stops_the_visit_although_the_page_shows_ours(rehearsal: Rig) -> None:
    helpers = rehearsal.play(world(1, "other_selected"))
    async with rehearsal.visit() as visit:
        with pytest.raises(WrongAccountError, match="its account switcher was told another"):
            await accept(rehearsal, helpers, visit)
        assert "another account is active" in heard(visit)
    assert helpers.outcomes[-1] == "accept_invitation wrong_account"
