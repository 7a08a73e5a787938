"""A site whose header comes late: a stored session is not thrown away for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from fixtures.stand_in.generate import one_account
from flows.permissions.audit import audit_permissions
from flows.sign_in.sign_in import ensure_signed_in
from tests.support.sites.flow_rig import Rig, rig

pytestmark = pytest.mark.asyncio(loop_scope="session")  # one browser and one stand-in a module


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def rehearsal() -> AsyncIterator[Rig]:
    async with rig() as ready:
        yield ready


@pytest.mark.sampled(1)
@pytest.mark.parametrize("seed", [1, 7, 9])
async def test_a_stored_session_is_kept_although_the_address_is_shown_late(rehearsal: Rig, seed: int) -> None:
    email = "a1@users.example"
    scenario = one_account(
        seed,
        user={"identity_shown": "greeting"},
        seller={"layout": "classic", "members": [email], "permissions": {email: {"preset": "as_asked"}}},
        latency_ms=300,
    )
    helpers = rehearsal.play(scenario)
    async with rehearsal.visit() as visit:
        await ensure_signed_in(
            visit, host=rehearsal.host, credentials=helpers.credentials(), hooks=helpers.hooks(), prove=True
        )
        session = await visit.storage_state()
    async with rehearsal.visit(session=session) as visit:
        identity = await ensure_signed_in(
            visit, host=rehearsal.host, credentials=helpers.credentials(), hooks=helpers.hooks(), prove=True
        )
        session = await visit.storage_state()
    assert (identity.user_email, identity.fresh) == (email, False)
    async with rehearsal.visit(session=session) as visit:
        account, who = rehearsal.account, helpers.credentials()
        reading = await audit_permissions(
            visit, account=account, credentials=who, hooks=helpers.hooks(), subject=email, own=True
        )
    assert reading.grid is not None
    assert rehearsal.journal("sign_in.done") == ["sign_in.done"]
