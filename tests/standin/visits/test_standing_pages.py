"""Pages that stand before what a visit asks for, and cards that are called so.

A person sees to the pages; the cards stop nothing; nothing of either is ever pressed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.domain.authorization import State
from agent.errors import UnconfirmedError
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.world import StandIn
from tests.support.visits.rehearsal import Rehearsal, rehearsing

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
async def rehearsal(stand_in: StandIn, tmp_path: Path) -> AsyncIterator[Rehearsal]:
    with rehearsing(stand_in, tmp_path) as ready:
        yield ready


@pytest.mark.sampled(1)
@pytest.mark.parametrize("shown", ["agreement", "tax_interview", "browser_not_supported", "seller_verification"])
async def test_a_page_that_stands_before_an_invitation_is_for_a_person_and_is_never_pressed(
    rehearsal: Rehearsal, shown: str
) -> None:
    rehearsal.stand_in.load(one_account(3, user={"stopped_by": shown}))
    rehearsal.register()
    with pytest.raises(UnconfirmedError, match=shown):
        await rehearsal.accept()
    account = rehearsal.account()
    assert (account.authorization, account.failure_code) == (State.NEEDS_HUMAN, "challenge")
    journal = rehearsal.stand_in.realm.journal
    assert journal.of("danger.") == []
    assert list(journal.summary()["acceptances"].values()) == []


async def test_manage_agents_is_passed_by_and_nothing_is_switched_on(rehearsal: Rehearsal) -> None:
    rehearsal.stand_in.load(one_account(3, user={"stopped_by": "manage_agents"}))
    rehearsal.register()
    with pytest.raises(UnconfirmedError):
        await rehearsal.accept()
    assert rehearsal.stand_in.realm.journal.of("danger.") == []
    assert rehearsal.account().authorization is not State.FAILED


@pytest.mark.sampled(1)
@pytest.mark.parametrize("card", ["tax", "policy", "agents"])
async def test_a_card_of_the_start_page_stops_no_visit_and_is_never_pressed(rehearsal: Rehearsal, card: str) -> None:
    rehearsal.stand_in.load(one_account(4, user={"home_card": card}))
    rehearsal.register()
    account = await rehearsal.accept()
    assert account.authorization in (State.AWAITING_PERMISSIONS, State.AWAITING_CONFIRMATION)
    assert rehearsal.stand_in.realm.journal.of("danger.") == []


async def test_what_an_older_navigation_asks_for_hinders_no_visit(rehearsal: Rehearsal) -> None:
    rehearsal.stand_in.load(one_account(5, user={"switcher_json": "older"}, seller={"marketplaces": ["JP"]}))
    rehearsal.register()
    account = await rehearsal.accept()
    journal = rehearsal.stand_in.realm.journal
    assert account.authorization in (State.AWAITING_PERMISSIONS, State.AWAITING_CONFIRMATION)
    assert {one.fields["path"] for one in journal.of("navigation.told")} >= {"/trim/global-nav"}
    assert journal.of("danger.") == []


@pytest.mark.sampled(1)
@pytest.mark.parametrize("asks", ["declinable", "stays"])
async def test_a_question_about_cookies_is_declined_and_the_visit_goes_on(rehearsal: Rehearsal, asks: str) -> None:
    rehearsal.stand_in.load(one_account(5, consent=asks))
    rehearsal.register()
    account = await rehearsal.accept()
    journal = rehearsal.stand_in.realm.journal
    assert account.authorization in (State.AWAITING_PERMISSIONS, State.AWAITING_CONFIRMATION)
    assert journal.of("consent.declined")
    assert journal.of("danger.") == []
