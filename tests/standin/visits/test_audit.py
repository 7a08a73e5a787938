"""One-off audits on the stand-in.

The verdict, the state that follows, what is kept.
"""

from __future__ import annotations

import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.domain.audit.document import AuditDocument
from agent.domain.authorization import State
from agent.domain.policy.load import load_policy
from agent.visits.on_demand import audit_one
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Grant
from fixtures.stand_in.world import StandIn
from tests.support.rehearsal import Rehearsal, rehearsing


@pytest.fixture
async def member(tmp_path: Path) -> AsyncIterator[Rehearsal]:
    """An account whose user is a member already, in a shop that shows users their own rights."""
    async with StandIn(
        one_account(5, seller={"members": ["a1@users.example"], "options": {"own_view": True}})
    ) as stand_in:
        with rehearsing(stand_in, tmp_path) as ready:
            ready.register()
            yield ready


def grant(member: Rehearsal, preset: str, **rows: str) -> None:
    seller, user = member.scenario.sellers[0], member.scenario.users[0]
    member.stand_in.seller.set_permissions(
        seller.merchant_id, user.email, Grant.model_validate({"preset": preset, "rows": rows})
    )


async def audit(member: Rehearsal) -> AuditDocument:
    return await audit_one(
        member.settings, engine=member.engine, vault=member.vault, account_id="A1", policy=load_policy()
    )


async def test_permissions_as_asked_pass_and_the_account_is_complete(member: Rehearsal) -> None:
    grant(member, "as_asked")
    document = await audit(member)
    account = member.account()
    assert (document["verdict"], account.authorization) == ("pass", State.COMPLETE)
    assert "explained" not in document  # nobody asked, and there is no gap
    assert account.last_complete_read_at is not None
    assert account.granted_at is not None


async def test_wrong_permissions_fail_with_the_exact_text_and_each_remedy_and_later_pass(member: Rehearsal) -> None:
    grant(member, "as_asked", **{"Settings > User Permissions": "View & Edit"})
    document = await audit(member)
    account = member.account()
    assert (document["verdict"], account.authorization) == ("fail", State.FAILED)
    assert account.message == "Error: Seller Central Authorization failed. Please update authorization."
    assert "Settings > User Permissions" in account.reasons[0]
    assert "Set Settings > User Permissions to None." in account.next_step
    pictures = [member.settings.data_dir / path for path in document["evidence"]]
    assert pictures
    assert {stat.S_IMODE(path.stat().st_mode) for path in pictures} == {0o600}
    grant(member, "as_asked")
    assert (await audit(member))["verdict"] == "pass"
    assert member.account().authorization is State.COMPLETE


async def test_the_second_audit_needs_no_sign_in(member: Rehearsal) -> None:
    grant(member, "as_asked")
    await audit(member)
    before = len(member.stand_in.realm.journal.of("sign_in.done"))
    await audit(member)
    assert len(member.stand_in.realm.journal.of("sign_in.done")) == before


async def test_nothing_granted_yet_is_waited_for_and_not_a_failure(member: Rehearsal) -> None:
    grant(member, "none")
    await audit(member)
    assert member.account().authorization in (State.AWAITING_PERMISSIONS, State.AWAITING_INVITATION)


@pytest.mark.soak
async def test_an_audit_changes_nothing_on_the_site(member: Rehearsal) -> None:
    grant(member, "as_asked")
    await audit(member)
    journal = member.stand_in.realm.journal
    before = len(journal.entries)
    await audit(member)
    later = journal.entries[before:]
    assert [entry.kind for entry in later if entry.kind.startswith(("permission.", "danger.", "invitation."))] == []
