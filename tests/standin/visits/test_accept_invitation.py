"""Accepting invitations at the stand-in.

Every state of an invitation, both links, all landings; never a second click.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Scenario, parse_scenario
from flows.errors import InvitationClosedError, PartnerLinkError, WrongIdentityError
from flows.invitation.accept import accept_invitation
from flows.models import Acceptance, AcceptanceOutcome, Credentials
from tests.support.sites.flow_rig import QUICK, Helpers, Rig, rig

pytestmark = pytest.mark.asyncio(loop_scope="session")

MEMBERS = {"members": ["a1@users.example"]}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rehearsal() -> AsyncIterator[Rig]:
    async with rig() as running:
        yield running


def world(seed: int = 1, *, invitation: dict[str, Any] | None = None, **rest: Any) -> Scenario:
    """One account, with its invitation changed."""
    plain = one_account(seed, **rest).model_dump(mode="json")
    plain["invitations"][0] |= invitation or {}
    return parse_scenario(plain)


async def accept(
    rehearsal: Rig, helpers: Helpers, *, session: dict[str, Any] | None = None, who: Credentials | None = None
) -> Acceptance:
    async with rehearsal.visit(session=session) as visit:
        return await accept_invitation(
            visit,
            invitation=rehearsal.link(),
            account=rehearsal.account,
            credentials=who or helpers.credentials(),
            hooks=helpers.hooks(),
            bounds=QUICK,
        )


def accepted(rehearsal: Rig) -> int:
    return len(rehearsal.journal("invitation.accepted"))


@pytest.mark.sampled(1)
@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "it", "ja", "zh"])
@pytest.mark.parametrize("lands_on", ["home", "picker", "success_page"])
async def test_an_offered_invitation_is_accepted_with_one_click(rehearsal: Rig, lands_on: str, language: str) -> None:
    helpers = rehearsal.play(world(len(lands_on + language), seller={"lands_on": lands_on}, language=language))
    done = await accept(rehearsal, helpers)
    assert (done.outcome, done.merchant_name, accepted(rehearsal)) == (
        AcceptanceOutcome.ACCEPTED,
        rehearsal.account.merchant_name,
        1,
    )
    assert helpers.acts[-1] == "accept_invitation"
    assert helpers.outcomes[-1] == "accept_invitation accepted"


async def test_the_link_of_a_global_account_is_accepted(rehearsal: Rig) -> None:
    helpers = rehearsal.play(world(seller={"link_form": "globalAccountId", "marketplaces": ["US", "CA", "MX"]}))
    assert (await accept(rehearsal, helpers)).outcome is AcceptanceOutcome.ACCEPTED


@pytest.mark.sampled(1)
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_older_flow_gives_the_code_that_the_seller_confirms(rehearsal: Rig, seed: int) -> None:
    helpers = rehearsal.play(world(seed, seller={"invitation_flow": "code"}))
    done = await accept(rehearsal, helpers)
    record = next(iter(rehearsal.stand_in.realm.invitations.values()))
    assert (done.outcome, done.confirmation_code) == (AcceptanceOutcome.AWAITING_CONFIRMATION, record.confirmation_code)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("shown_as", ["page", "home"])
async def test_an_invitation_accepted_earlier_is_an_outcome_and_nothing_is_clicked(
    rehearsal: Rig, shown_as: str
) -> None:
    helpers = rehearsal.play(world(seller={"already_shown_as": shown_as, **MEMBERS}, invitation={"state": "accepted"}))
    assert (await accept(rehearsal, helpers)).outcome is AcceptanceOutcome.ALREADY_ACCEPTED
    assert "accept_invitation" not in helpers.acts


@pytest.mark.sampled(1)
@pytest.mark.parametrize("language", ["en", "de", "ja"])
@pytest.mark.parametrize("state", ["expired", "withdrawn", "refused"])
async def test_a_closed_invitation_is_reported_with_its_reason(rehearsal: Rig, state: str, language: str) -> None:
    helpers = rehearsal.play(world(7, invitation={"state": state}, language=language))
    with pytest.raises(InvitationClosedError) as caught:
        await accept(rehearsal, helpers)
    assert (caught.value.reason, "accept_invitation" in helpers.acts) == (state, False)


async def test_an_invitation_for_another_address_is_never_accepted(rehearsal: Rig) -> None:
    helpers = rehearsal.play(world(invitation={"email": "somebody.else@users.example"}))
    with pytest.raises(InvitationClosedError) as caught:
        await accept(rehearsal, helpers)
    assert (caught.value.reason, rehearsal.journal("invitation.accepted")) == ("other_recipient", [])


async def test_a_partner_link_is_handed_to_a_person(rehearsal: Rig) -> None:
    helpers = rehearsal.play(world(invitation={"kind": "partner"}))
    with pytest.raises(PartnerLinkError):
        await accept(rehearsal, helpers)
    assert rehearsal.journal("danger.", "invitation.accepted") == []


async def test_running_again_after_an_acceptance_clicks_nothing(rehearsal: Rig) -> None:
    helpers = rehearsal.play(world())
    await accept(rehearsal, helpers)
    assert (await accept(rehearsal, helpers)).outcome is AcceptanceOutcome.ALREADY_ACCEPTED
    assert (accepted(rehearsal), rehearsal.journal("invitation.accept_repeated")) == (1, [])


async def test_a_forbidden_click_is_not_made(rehearsal: Rig) -> None:
    helpers = rehearsal.play(world())
    helpers.forbid = PermissionError("the lease is gone")
    with pytest.raises(PermissionError):
        await accept(rehearsal, helpers)
    assert accepted(rehearsal) == 0


@pytest.mark.sampled(1)
@pytest.mark.parametrize("shown", ["greeting", "claim"])
async def test_a_session_of_somebody_else_stops_before_any_click(rehearsal: Rig, shown: str) -> None:
    plain = world().model_dump(mode="json")
    other = one_account(99).users[0].model_dump(mode="json") | {
        "email": "other@users.example",
        "identity_shown": "greeting",
    }
    plain["users"] = [plain["users"][0] | {"identity_shown": shown}, other]
    plain["sellers"][0]["members"] = ["other@users.example"]
    helpers = rehearsal.play(parse_scenario(plain))
    stranger = Helpers(user=rehearsal.stand_in.realm.scenario.users[1])
    from flows.sign_in.sign_in import ensure_signed_in

    async with rehearsal.visit() as visit:
        await ensure_signed_in(
            visit, host=rehearsal.host, credentials=stranger.credentials(), hooks=stranger.hooks(), bounds=QUICK
        )
        session = await visit.storage_state()
    with pytest.raises(WrongIdentityError):
        await accept(rehearsal, helpers, session=session)
    assert (helpers.acts, rehearsal.journal("invitation.accepted")) == ([], [])


async def test_a_session_that_does_not_say_whose_it_is_signs_in_afresh(rehearsal: Rig) -> None:
    helpers = rehearsal.play(world(user={"identity_shown": "nowhere"}))
    from flows.sign_in.sign_in import ensure_signed_in

    async with rehearsal.visit() as visit:
        await ensure_signed_in(
            visit, host=rehearsal.host, credentials=helpers.credentials(), hooks=helpers.hooks(), bounds=QUICK
        )
        session = await visit.storage_state()
    helpers.acts.clear()
    assert (await accept(rehearsal, helpers, session=session)).outcome is AcceptanceOutcome.ACCEPTED
    assert helpers.acts == ["type_password", "type_code", "accept_invitation"]


@pytest.mark.sampled(1)
@pytest.mark.parametrize("lands_on", ["home", "success_page"])
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_with_a_stored_session_an_acceptance_that_was_cut_off_is_found_done(
    rehearsal: Rig, seed: int, lands_on: str
) -> None:
    helpers = rehearsal.play(world(seed, seller={"lands_on": lands_on}, user={"identity_shown": "greeting"}))
    from flows.sign_in.sign_in import ensure_signed_in

    async with rehearsal.visit() as visit:
        await ensure_signed_in(
            visit, host=rehearsal.host, credentials=helpers.credentials(), hooks=helpers.hooks(), bounds=QUICK
        )
        session = await visit.storage_state()
    await accept(rehearsal, helpers, session=session)
    helpers.acts.clear()
    done = await accept(rehearsal, helpers, session=session)  # the page that says "already" need not say to whom
    assert (done.outcome, helpers.acts, accepted(rehearsal)) == (AcceptanceOutcome.ALREADY_ACCEPTED, [], 1)
