"""One-off audits on the stand-in.

The verdict, the state that follows, what is kept.
"""

from __future__ import annotations

import re
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.domain.audit.document import AuditDocument
from agent.domain.authorization import State
from agent.domain.policy.load import load_policy
from agent.visits.on_demand import audit_one
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.permissions import pages
from fixtures.stand_in.scenario import Grant
from fixtures.stand_in.world import StandIn
from flows.permissions.explain import explain
from tests.support.visits.rehearsal import Rehearsal, rehearsing

pytestmark = pytest.mark.asyncio(loop_scope="session")


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


@pytest.mark.sampled(1, of="an audit that finds nothing wrong")
async def test_permissions_as_asked_pass_and_the_account_is_complete(member: Rehearsal) -> None:
    grant(member, "as_asked")
    document = await audit(member)
    account = member.account()
    assert (document["verdict"], account.authorization) == ("pass", State.COMPLETE)
    assert "explained" not in document  # nobody asked, and there is no gap
    assert account.last_complete_read_at is not None
    assert account.granted_at is not None


@pytest.fixture
def banner(member: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Words on every page that keep an audit incomplete; returns what of them is private."""
    private = ("bea@other.example", member.scenario.users[0].password)
    words, respond = f"<body><div role=alert>Ask {private[0]} about {private[1]}</div>".encode(), pages.respond

    def with_a_banner(*given: Any) -> Any:
        answer = respond(*given)
        return answer and replace(answer, body=re.sub(rb"<body[^>]*>", lambda _: words, answer.body, count=1))

    monkeypatch.setattr(pages, "respond", with_a_banner)
    return private


async def test_an_incomplete_audit_is_drawn_unasked_with_its_gaps_numbered_and_nothing_private(
    member: Rehearsal, banner: tuple[str, ...]
) -> None:
    grant(member, "as_asked")
    document = await audit(member)
    assert document["verdict"] == "incomplete"
    explained, gaps = document["explained"], document["gaps"]
    assert [mark["number"] for mark in explained["marks"]] == list(range(1, len(gaps) + 1))
    assert gaps[0]["picture"] == explained["marks"][0]["picture"] is not None
    assert len(explained["pictures"]) == 1  # the page that is open, and no walk through others
    assert explained["page"] is not None
    kept = [member.settings.data_dir / path for path in document["evidence"]]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    told = f"{explained}" + (member.settings.data_dir / explained["page"]).read_text(encoding="utf-8")
    assert "about" in told
    assert not [one for one in banner if one in told]


async def test_no_picture_is_left_of_an_incomplete_audit_whose_private_words_could_not_be_covered(
    member: Rehearsal, banner: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def uncoverable(*given: object) -> str:
        raise RuntimeError(f"{banner[0]} cannot be covered")

    monkeypatch.setattr(explain, "scrubbed_words", uncoverable)
    grant(member, "as_asked")
    document = await audit(member)
    assert document["verdict"] == "incomplete"
    assert (document["explained"]["pictures"], document["explained"]["page"]) == ([], None)
    assert document["explained"]["why_not"] == "drawing failed (RuntimeError); the audit itself stands"
    assert not list(member.settings.data_dir.rglob("explained*"))


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


@pytest.mark.sampled(1, of="an audit that finds nothing wrong")
async def test_the_second_audit_needs_no_sign_in(member: Rehearsal) -> None:
    grant(member, "as_asked")
    await audit(member)
    before = len(member.stand_in.realm.journal.of("sign_in.done"))
    await audit(member)
    assert len(member.stand_in.realm.journal.of("sign_in.done")) == before


@pytest.mark.sampled(1, of="an audit that finds nothing wrong")
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
