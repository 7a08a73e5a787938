"""`sc-agent insights` and its visit: formats, exit codes, what is kept, what is told, and that nothing is changed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from agent.clock import utc_now
from agent.domain.account import ReadingSummary
from agent.domain.authorization import State
from agent.domain.policy.load import load_policy
from agent.domain.published.event_types import EventType
from agent.errors import UnconfirmedError
from agent.report.insights import insights_csv, insights_lines
from agent.store import accounts
from agent.store.database.engine import reading, writing
from agent.store.database.schema import outbox
from agent.store.insights import features_read, list_insights, newest_insights
from agent.store.processes import switches
from agent.visits.on_demand import audit_one, insights_one
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.insights.pages import shown
from fixtures.stand_in.scenario import Grant
from fixtures.stand_in.site.places import PLACES
from fixtures.stand_in.world import StandIn
from tests.support.sites.insights_rig import truth_of
from tests.support.stored.accounts import write_account
from tests.support.visits.rehearsal import Rehearsal, rehearsing

pytestmark = pytest.mark.asyncio(loop_scope="session")
USER = "a1@users.example"


@pytest.fixture
async def member(tmp_path: Path) -> AsyncIterator[Rehearsal]:
    """A complete account in a shop whose pages fetch everything and show it."""
    seller = {
        "members": [USER],
        "permissions": {USER: {"preset": "as_asked"}},
        "insights": {"answers": True, "rows": True, "places": 2, "tile": True, "attacks": True},
    }
    async with StandIn(one_account(7, seller=seller)) as stand_in:
        with rehearsing(stand_in, tmp_path) as ready:
            ready.register()
            with writing(ready.engine) as conn:
                write_account(conn, "A1", authorization=State.COMPLETE, reading=ReadingSummary.PASS)
            yield ready


async def test_an_account_with_several_marketplaces_has_one_reading_of_each_in_a_context_of_its_own(
    tmp_path: Path,
) -> None:
    """The registry names them; one that the seller does not offer is a reading in which all is missing."""
    seller = {
        "members": [USER],
        "marketplaces": ["US", "CA"],
        "permissions": {USER: {"preset": "as_asked"}},
        "insights": {"answers": True, "rows": True, "places": 2, "tile": True},
    }
    async with StandIn(one_account(7, seller=seller)) as stand_in:
        with rehearsing(stand_in, tmp_path) as ready:
            ready.register()
            with writing(ready.engine) as conn:
                is_complete = {"authorization": State.COMPLETE, "reading": ReadingSummary.PASS}
                write_account(conn, "A1", also_marketplaces=["CA", "MX"], **is_complete)
            found = await insights_one(ready.settings, engine=ready.engine, vault=ready.vault, account_id="A1")
            with reading(ready.engine) as conn:
                stored = newest_insights(conn, accounts.get(conn, "A1"))
                told = conn.scalars(sa.select(outbox.c.data).where(outbox.c.type == EventType.INSIGHTS_READ)).all()
        journal = stand_in.realm.journal
        merchant = stand_in.realm.scenario.sellers[0].merchant_id
        truths = {code: truth_of(shown(stand_in.realm, merchant, code)[0]) for code in ("US", "CA")}
    places = [PLACES[code].marketplace_id for code in ("US", "CA", "MX")]
    assert [document["marketplaceId"] for document in found] == places
    assert [each.document for each in stored] == list(found)
    assert [data["marketplace_id"] for data in told] == places
    for document, code in zip(found, ("US", "CA"), strict=False):
        score = document["accountHealthRating"]["ahrScore"]
        assert score == truths[code]["accountHealthRating.ahrScore"]
    assert truths["US"] != truths["CA"]
    assert {item["reason"] for item in found[2]["missing"]} == {"no_permission"}
    assert [data["complete"] for data in told] == [True, True, False]
    assert journal.of("insights.changed") == []
    chosen = [entry.fields["marketplace"] for entry in journal.of("account.selected")]
    assert len(chosen) == len(set(chosen))  # each was chosen once: nobody switched back and forth


async def read(member: Rehearsal) -> dict[str, Any]:
    (document,) = await insights_one(member.settings, engine=member.engine, vault=member.vault, account_id="A1")
    return dict(document)


def text_and_csv_tell_what_it_holds(document: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(insights_csv([document]))))
    told = {row["what"]: row["value"] for row in rows if not row["missing"]}
    rate = document["performanceMetrics"]["orderDefectRate"]["mfn"]["rate"]
    assert told["performanceMetrics.orderDefectRate.mfn.rate"] == str(rate)
    named = {row["what"] for row in rows if row["missing"]}
    assert named == {item["what"] for item in document["missing"]}
    assert any("orderDefectRate.mfn" in line for line in insights_lines(document))
    assert json.loads(json.dumps(document)) == document


async def test_a_reading_is_kept_told_and_proves_the_features_and_changes_nothing(member: Rehearsal) -> None:
    document = await read(member)
    account = member.account()
    assert document["source"] == "page_json"
    assert [item for item in document["missing"] if item["reason"] != "no_data"] == []
    text_and_csv_tell_what_it_holds(document)
    assert (account.authorization, account.insights_readable, account.due) == (State.COMPLETE, True, None)
    assert account.insights_due is not None
    with reading(member.engine) as conn:
        [stored] = list_insights(conn, "A1", limit=5)
        proven = features_read(conn, "A1")
        told = conn.scalars(sa.select(outbox.c.data).where(outbox.c.type == EventType.INSIGHTS_READ)).all()
    assert stored.document == document
    assert set(proven) >= {"account_health", "buy_box_percentage"}
    assert [(data["complete"], data["account"]) for data in told] == [(True, "A1")]
    assert member.stand_in.realm.journal.of("insights.changed") == []
    posts = [entry for entry in member.stand_in.realm.journal.of("request") if entry.fields.get("method") == "POST"]
    assert {entry.fields["path"] for entry in posts if "/ap/" not in entry.fields["path"]} <= {"/business-reports/api"}


async def test_pages_that_refuse_although_the_rows_pass_are_for_on_call_alone(member: Rehearsal) -> None:
    grant = Grant.model_validate({"preset": "none"})
    member.stand_in.seller.set_permissions(member.scenario.sellers[0].merchant_id, USER, grant)
    text = member.account().message
    document = await read(member)
    account = member.account()
    assert {item["reason"] for item in document["missing"] if item["what"] == "buyBox.byAsin"} == {"no_permission"}
    assert account.insights_readable is False
    assert (account.internal_reason or "").startswith("insights: the permissions pass, but the site refuses")
    assert account.failure_code == "insights_refused"
    assert (account.message, account.authorization) == (text, State.COMPLETE)
    member.stand_in.seller.set_permissions(
        member.scenario.sellers[0].merchant_id, USER, Grant.model_validate({"preset": "as_asked"})
    )
    await read(member)
    assert (member.account().internal_reason, member.account().insights_readable) == (None, True)


@pytest.mark.parametrize("held", ["paused", "pending"])
async def test_nothing_is_started_while_the_account_is_held(member: Rehearsal, held: str) -> None:
    with writing(member.engine) as conn:
        if held == "paused":
            switches.pause_all(conn, who="tester", now=utc_now())
        else:
            write_account(conn, "A1", api_authorization="pending")
    before = len(member.stand_in.realm.journal.entries)
    with pytest.raises(UnconfirmedError):
        await read(member)
    assert len(member.stand_in.realm.journal.entries) == before


async def test_an_audit_says_when_the_data_of_each_feature_was_read(member: Rehearsal) -> None:
    async def features() -> dict[str, str | None]:
        document = await audit_one(
            member.settings, engine=member.engine, vault=member.vault, account_id="A1", policy=load_policy()
        )
        return {feature["name"]: feature.get("read") for feature in document["features"]}

    assert set((await features()).values()) == {None}
    document = await read(member)
    assert (await features())["account_health"] == document["captured_at"]
