"""The three scenes that the README's section on security tells, each by one account and without a daemon.

A stranger's shop, a password without an answer, a page for another login; the demo plays them with the real daemon.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.clock import utc_now
from agent.domain.account import Account, MerchantSource
from agent.domain.authorization import Event, State
from agent.errors import UnconfirmedError
from agent.mail.given_link import admit_link
from agent.store import transitions
from agent.store.database.engine import writing
from agent.store.merchants import Merchant
from agent.visits.on_demand import accept_one
from fixtures.stand_in.scenario import Seller
from fixtures.stand_in.security_world import security_world
from fixtures.stand_in.world import StandIn
from tests.support.stored.accounts import write_account
from tests.support.visits.rehearsal import Rehearsal, rehearsing

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
async def rehearsal(stand_in: StandIn, tmp_path: Path) -> AsyncIterator[Rehearsal]:
    stand_in.load(security_world(1))
    with rehearsing(stand_in, tmp_path) as ready:
        yield ready


def typed(rehearsal: Rehearsal) -> int:
    """How many passwords the site was sent."""
    return len(rehearsal.stand_in.realm.journal.of("password."))


async def invited(rehearsal: Rehearsal, seller: Seller, email: str) -> str:
    """The link of an invitation that a seller sends."""
    record = await rehearsal.stand_in.act(rehearsal.stand_in.seller.invite(seller.merchant_id, email, deliver=False))
    return rehearsal.stand_in.realm.link_of(record)


def admitted(rehearsal: Rehearsal, link: str, account: str, merchant: Merchant | None = None) -> int:
    given = {"settings": rehearsal.settings, "engine": rehearsal.engine, "now": utc_now()}
    return admit_link(link, account_id=account, asked_by="ada", merchant=merchant, **given)  # type: ignore[arg-type]  # as they are


async def accepted(rehearsal: Rehearsal, row: int, account: str) -> Account:
    given = {"engine": rehearsal.engine, "vault": rehearsal.vault, "account_id": account}
    return await accept_one(rehearsal.settings, invitation_row=row, asked_by="ada", **given)  # type: ignore[arg-type]  # as they are


async def test_scene_1_a_stranger_s_shop_that_invites_first_gets_nothing(rehearsal: Rehearsal) -> None:
    own, stranger, user = rehearsal.scenario.sellers[0], rehearsal.scenario.sellers[3], rehearsal.scenario.users[0]
    rehearsal.register(0)
    with writing(rehearsal.engine) as conn:
        write_account(conn, "A1", merchant_id=None, merchant_name=None, merchant_source=None)
    first = await invited(rehearsal, stranger, user.email)
    link = await invited(rehearsal, own, user.email)
    for each in (first, link):  # nobody has said whose the account is: the customer's own shop waits as well
        with pytest.raises(UnconfirmedError, match="merchant_unknown"):
            admitted(rehearsal, each, "A1")
    assert typed(rehearsal) == 0
    row = admitted(rehearsal, link, "A1", Merchant(merchant_id=own.merchant_id))
    account = await accepted(rehearsal, row, "A1")
    assert (account.merchant_id, account.merchant_source) == (own.merchant_id, MerchantSource.APPROVAL)
    with pytest.raises(UnconfirmedError, match="other_merchant"):
        admitted(rehearsal, first, "A1")
    with pytest.raises(UnconfirmedError, match="merchant_differs"):
        admitted(rehearsal, first, "A1", Merchant(merchant_id=stranger.merchant_id))
    assert list(rehearsal.stand_in.realm.journal.summary()["acceptances"].values()) == [1]


async def test_scene_2_a_password_without_an_answer_is_typed_again_by_a_person_s_word_alone(
    rehearsal: Rehearsal,
) -> None:
    rehearsal.register(1, account_id="A2")
    row = admitted(
        rehearsal, await invited(rehearsal, rehearsal.scenario.sellers[1], rehearsal.scenario.users[1].email), "A2"
    )
    for _ in range(2):  # the second is a command for the same
        with pytest.raises(UnconfirmedError):
            await accepted(rehearsal, row, "A2")
        assert (rehearsal.account("A2").authorization, typed(rehearsal)) == (State.NEEDS_HUMAN, 1)
    with writing(rehearsal.engine) as conn:
        transitions.apply(conn, "A2", Event.RELEASED, now=utc_now(), why="released by a person")
    account = await accepted(rehearsal, row, "A2")
    assert account.authorization in (State.AWAITING_PERMISSIONS, State.AWAITING_CONFIRMATION)
    assert typed(rehearsal) == 2


async def test_scene_3_a_page_with_another_login_s_claim_gets_no_password(rehearsal: Rehearsal) -> None:
    rehearsal.register(2, account_id="A3")
    row = admitted(
        rehearsal, await invited(rehearsal, rehearsal.scenario.sellers[2], rehearsal.scenario.users[2].email), "A3"
    )
    with pytest.raises(UnconfirmedError):
        await accepted(rehearsal, row, "A3")
    account = rehearsal.account("A3")
    assert (account.authorization, account.failure_code, typed(rehearsal)) == (State.NEEDS_HUMAN, "wrong_identity", 0)
    kept = {path.name for path in (rehearsal.settings.data_dir / "evidence" / "A3").rglob("*") if path.is_file()}
    assert "failure.html" in kept
