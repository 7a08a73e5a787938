"""Sign-ins and invitations on pages of a third hand, in each language of the marketplaces.

Each visit goes on, or stops with the right word, and presses nothing else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from flows.errors import FlowError, InvitationClosedError
from flows.invitation.accept import accept_invitation
from flows.marketplaces import marketplace
from flows.models import Acceptance, Bounds, InvitationLink, SellerAccount
from flows.sign_in.sign_in import ensure_signed_in
from flows.visit.open_visit import open_visit
from tests.second_site.script import Person
from tests.support.sites.flow_rig import Helpers
from tests.support.sites.third_site import EMAIL, PASSWORD, SEED, Row, ThirdRig, rows_of, third_rig

pytestmark = pytest.mark.asyncio(loop_scope="session")
BOUNDS = Bounds(step=timedelta(seconds=8), visit=timedelta(seconds=40), challenge=timedelta(seconds=1))
SIGN_INS, INVITATIONS = rows_of("sign_in"), rows_of("invitation")
TOKEN, NUMBER = "A1EXAMPLE00001", "0f6d4a5e-7c1b-4d2f-9a53-2b8f60c1d7e9"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rig() -> AsyncIterator[ThirdRig]:
    async with third_rig() as running:
        yield running


async def ended(rig: ThirdRig, row: Row, *, accepts: bool) -> tuple[str, str]:
    """How a visit to a row ends, and on which screen."""
    rig.site.begin(row)
    lent = Helpers(user=Person(email=EMAIL, password=PASSWORD, secret=SEED))
    where = marketplace(row.market)
    usual: dict[str, Any] = {"credentials": lent.credentials(), "hooks": lent.hooks(), "bounds": BOUNDS}
    url = f"https://{where.host}/invitation/accept?merchantId={TOKEN}&invitationId={NUMBER}"
    link = InvitationLink(url=url, host=where.host, invitation_id=NUMBER, merchant_id=TOKEN)
    account = SellerAccount(marketplace=where, merchant_id=TOKEN, merchant_name="Nordwind Trading")
    async with open_visit(rig.browser, options=rig.options, storage_state=None) as visit:
        try:
            if accepts:
                done: Acceptance = await accept_invitation(visit, invitation=link, account=account, **usual)
                return done.outcome.value, ""
            await ensure_signed_in(visit, host=where.host, **usual)
        except InvitationClosedError as err:
            return f"closed {err.reason}", ""
        except FlowError as err:
            return err.code, err.screen or ""
    return "arrived", ""


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", SIGN_INS)
async def test_a_sign_in_of_a_third_hand_goes_on_or_stops_with_the_right_word(rig: ThirdRig, name: str) -> None:
    row = SIGN_INS[name]
    outcome, screen = await ended(rig, row, accepts=False)
    assert (outcome, rig.site.dangers) == (row.outcome, [])
    assert screen == row.screen or not row.screen
    assert rig.site.count(PASSWORD) == row.passwords


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", INVITATIONS)
async def test_an_invitation_of_a_third_hand_is_pressed_once_or_closed(rig: ThirdRig, name: str) -> None:
    row = INVITATIONS[name]
    outcome, _ = await ended(rig, row, accepts=True)
    assert (outcome, rig.site.dangers, rig.site.count("1")) == (row.outcome, [], row.pressed)


async def test_a_press_of_what_nobody_may_press_is_seen(rig: ThirdRig) -> None:
    """The canary: where the way on is said to be a danger, the site tells."""
    row = SIGN_INS["tr phone in words"]
    trapped = [replace(page, body=page.body.replace("/-skip", "/-danger/skip")) for page in row.pages]
    await ended(rig, replace(row, pages=tuple(trapped)), accepts=False)
    assert {*rig.site.dangers} == {"/-danger/skip"}
