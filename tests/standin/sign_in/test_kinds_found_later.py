"""Pages that the stand-in lacked while the real site had them: a sign-in goes through each and presses nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from fixtures.stand_in.generate import one_account
from flows.models import Proof
from flows.sign_in.sign_in import ensure_signed_in
from tests.support.sites.flow_rig import QUICK, Rig, rig

pytestmark = pytest.mark.asyncio(loop_scope="session")

WAYS = {
    "passkey first": ["email_unified", "passkey_first", "password", "otp"],
    "a remembered login": ["email", "password:remembered", "otp"],
    "a remembered login with a hint in sight": ["email", "password:remembered_hint", "otp"],
    "the passkey banner": ["email", "password:banner", "otp"],
    "a check of the network": ["email", "edge_check", "password", "otp"],
    "tiles that are forms": ["identity_switch:forms", "password", "otp"],
    "the device picker": ["email", "password", "otp_device_picker", "otp"],
}


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rehearsal() -> AsyncIterator[Rig]:
    async with rig() as running:
        yield running


@pytest.mark.sampled(2)
@pytest.mark.parametrize("home", ["app", "new_home"])
@pytest.mark.parametrize("way", WAYS)
async def test_a_sign_in_goes_through(rehearsal: Rig, way: str, home: str) -> None:
    user = {"sign_in": WAYS[way], "home_shows": home}
    helpers = rehearsal.play(one_account(2, user=user, seller={"members": ["a1@users.example"]}))
    async with rehearsal.visit() as visit:
        identity = await ensure_signed_in(
            visit, host=rehearsal.host, credentials=helpers.credentials(), hooks=helpers.hooks(), bounds=QUICK
        )
        assert identity.proof is not Proof.NONE
        assert ("/amazonsell/" in visit.page.url) is (home == "new_home")
    assert (rehearsal.journal("danger."), helpers.outcomes.count("type_password accepted")) == ([], 1)
