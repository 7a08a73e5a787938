"""One-off acceptance on the stand-in.

What is written, what is kept, what is never done twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.clock import utc_now
from agent.domain.authorization import Event, State
from agent.errors import FindingError, UnconfirmedError
from agent.store import transitions
from agent.store.database.engine import reading, writing
from agent.store.vault import sessions
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.realm import InvitationState
from fixtures.stand_in.scenario import Scenario
from fixtures.stand_in.world import StandIn
from tests.support.visits.rehearsal import Rehearsal, rehearsing

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
async def rehearsal(stand_in: StandIn, tmp_path: Path) -> AsyncIterator[Rehearsal]:
    with rehearsing(stand_in, tmp_path) as ready:
        yield ready


def play(rehearsal: Rehearsal, scenario: Scenario) -> None:
    rehearsal.stand_in.load(scenario)


def asked(rehearsal: Rehearsal, kind: str = "request") -> int:
    return len(rehearsal.stand_in.realm.journal.of(kind))


async def test_an_invitation_is_accepted_and_the_session_is_kept(rehearsal: Rehearsal) -> None:
    rehearsal.register()
    account = await rehearsal.accept()
    assert account.authorization in (State.AWAITING_PERMISSIONS, State.AWAITING_CONFIRMATION)
    assert account.accepted_at is not None
    with reading(rehearsal.engine) as conn:
        assert sessions.load(conn, rehearsal.vault, "A1") is not None


async def test_an_invitation_accepted_before_is_not_opened_again(rehearsal: Rehearsal) -> None:
    rehearsal.register()
    await rehearsal.accept()
    before = asked(rehearsal)
    await rehearsal.accept()
    assert asked(rehearsal) == before


@pytest.mark.sampled(1, of="an acceptance that fails")
async def test_a_captcha_ends_it_with_evidence_and_no_second_attempt(rehearsal: Rehearsal) -> None:
    play(rehearsal, one_account(2, user={"sign_in": ["email", "password", "captcha_image"]}))
    rehearsal.register()
    with pytest.raises(UnconfirmedError, match="evidence in"):
        await rehearsal.accept()
    assert rehearsal.account().authorization is State.NEEDS_HUMAN
    before = asked(rehearsal)
    with pytest.raises(UnconfirmedError, match="accounts release A1"):
        await rehearsal.accept()
    assert asked(rehearsal) == before


async def test_a_rejected_password_is_typed_once(rehearsal: Rehearsal) -> None:
    rehearsal.register(password="not-the-password-1")
    with pytest.raises(UnconfirmedError):
        await rehearsal.accept()
    account = rehearsal.account()
    assert (account.authorization, account.failure_code) == (State.NEEDS_HUMAN, "password_rejected")
    with writing(rehearsal.engine) as conn:
        transitions.apply(conn, "A1", Event.RELEASED, now=utc_now(), why="released by a person")
    with pytest.raises(UnconfirmedError, match="never typed again"):
        await rehearsal.accept()
    assert asked(rehearsal, "password.") == 1


@pytest.mark.sampled(1, of="an acceptance that fails")
async def test_a_withdrawn_invitation_is_a_clear_answer(rehearsal: Rehearsal) -> None:
    rehearsal.register()
    rehearsal.admit()
    record = next(iter(rehearsal.stand_in.realm.invitations.values()))
    record.state = InvitationState.WITHDRAWN
    with pytest.raises(FindingError):
        await rehearsal.accept()
    account = rehearsal.account()
    assert account.message == "Error: Seller Central Authorization failed. Please update authorization."
    assert account.reasons == ("The invitation was withdrawn.",)
