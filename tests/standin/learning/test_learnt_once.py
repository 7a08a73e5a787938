"""A page is passed by a person once, adopted by an admin, and then passed by the agent alone; all of it in browsers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from agent.clock import utc_now
from agent.domain.authorization import State
from agent.domain.takeover import TakeoverState
from agent.mail.given_link import admit_link
from agent.store.console.people import Role
from agent.store.database.engine import reading
from agent.store.people import adopted, drafts
from agent.store.people.drafts import DraftRow, DraftState
from agent.visits.plan import VisitKind
from agent.visits.run import Ended, make_visit
from fixtures.stand_in.generate import Draw
from fixtures.stand_in.scenario import Fault, Grant, Invitation, Scenario
from fixtures.stand_in.world import StandIn
from tests.support.processes.command import Agent
from tests.support.sites.plain_browser import plain_browser
from tests.support.visits.rehearsal import rehearsing
from tests.support.web.takeovers import TakeoverRig, eventually, takeover_rig

pytestmark = pytest.mark.asyncio(loop_scope="session")
EMAILS = ("a1@users.example", "a2@users.example")
PROMOTION = "Meet other sellers in Lisbon this autumn"


@pytest_asyncio.fixture(loop_scope="session")
async def stage(tmp_path: Path) -> AsyncIterator[TakeoverRig]:
    async with StandIn(two_accounts()) as stand_in, plain_browser() as people:
        with rehearsing(stand_in, tmp_path) as ready:
            async with takeover_rig(ready, people, hold=60) as built:
                yield built


def two_accounts(**options: object) -> Scenario:
    """Two users of two sellers, both invited. Each user is shown news once, unless there are options of the rights'
    page.
    """
    draw = Draw(7)
    users = [draw.user(email) for email in EMAILS]
    sellers = [draw.seller(options={"own_view": True, **options}) for _ in EMAILS]
    offers = [
        Invitation(merchant_id=seller.merchant_id, email=email, invitation_id=draw.invitation_id())
        for seller, email in zip(sellers, EMAILS, strict=True)
    ]
    faults = [] if options else [Fault(on="/home", kind="news", user=email) for email in EMAILS]
    return Scenario(seed=7, users=users, sellers=sellers, invitations=offers, faults=faults)


def visiting(stage: TakeoverRig, number: int) -> asyncio.Task[Ended]:
    """Register the account of this number, and let its invitation be accepted."""
    ready, account_id = stage.rehearsal, f"A{number + 1}"
    ready.register(number, account_id=account_id)
    record = next(one for one in ready.stand_in.realm.invitations.values() if one.email == EMAILS[number])
    link = ready.stand_in.realm.link_of(record)
    admit_link(link, account_id=account_id, asked_by="t", settings=ready.settings, engine=ready.engine, now=utc_now())
    return asyncio.create_task(make_visit(stage.context, account_id, kind=VisitKind.ACCEPT))


async def audit(stage: TakeoverRig) -> Ended:
    """Audit the first account, to which everything was granted that it asks for."""
    stand_in = stage.rehearsal.stand_in
    seller = stand_in.realm.scenario.sellers[0]
    stand_in.seller.set_permissions(seller.merchant_id, EMAILS[0], Grant(preset="as_asked"))
    return await make_visit(stage.context, "A1", kind=VisitKind.AUDIT)


def only_draft(stage: TakeoverRig) -> DraftRow | None:
    with reading(stage.rehearsal.engine) as conn:
        rows = drafts.list_all(conn)
    assert len(rows) < 2
    return rows[0] if rows else None


async def adopt(stage: TakeoverRig, admin: Page, draft: DraftRow) -> None:
    """Adopt it in the console, as an admin who has looked at it."""
    await admin.goto(f"{stage.web.url}/todo")
    await admin.goto(f"{stage.web.url}/drafts")
    await admin.locator(f"a[href='/drafts/{draft.id}']").click()
    await admin.get_by_label("Reason").fill("news of the site, nothing else")
    admin.set_default_timeout(120_000)
    await admin.get_by_role("button", name="It is harmless: adopt it").click()
    await admin.wait_for_url("**/drafts")
    await expect(admin.get_by_role("row", name=draft.name)).to_contain_text("in use")


async def test_a_page_passed_by_a_person_once_is_passed_alone_for_another_account(
    stage: TakeoverRig, tmp_path: Path
) -> None:
    async with stage.person() as page:
        visit = visiting(stage, 0)
        await stage.reaches(TakeoverState.OFFERED)
        await stage.claim(page)
        await stage.press(page, "main button")
        await expect(page.locator("#wheel")).to_contain_text("Handed back")
        assert (ended := await visit).conclusion.error is None, ended.conclusion.why
    await stage.reaches(TakeoverState.DONE)
    draft: DraftRow = await eventually(lambda: only_draft(stage), what="the draft")
    assert (draft.state, draft.refusals, draft.person) == (DraftState.OFFERED, (), "dora")

    async with stage.person(name="ada", role=Role.ADMIN) as admin:
        await admin.goto(f"{stage.web.url}/drafts/{draft.id}")
        assert await admin.locator("figure img").evaluate("image => image.naturalWidth") > 0
        assert (await admin.locator("pre").inner_text()).strip() == draft.text.strip()
        await adopt(stage, admin, draft)
        again = await visiting(stage, 1)
    assert again.conclusion.error is None, again.conclusion.why
    assert stage.takeover("A2") is None
    audited = await audit(stage)
    assert stage.rehearsal.account().authorization is State.COMPLETE, audited.conclusion.why

    agent = Agent(tmp_path, {"DATABASE_URL": str(stage.rehearsal.engine.url), "DATA_DIR": str(tmp_path)})
    assert agent("selectors", "export", str(tmp_path / "out")).code == 0
    assert (tmp_path / "out" / "selectors" / f"{draft.name}.toml").read_text() == draft.text


@pytest.mark.soak  # by the command: tests/acceptance/commands/visits/test_adopted_chrome_by_command.py
async def test_words_beside_the_rows_hold_an_audit_up_until_an_admin_calls_them_chrome(stage: TakeoverRig) -> None:
    stage.rehearsal.stand_in.load(two_accounts(promotion=PROMOTION))
    assert (await visiting(stage, 0)).conclusion.error is None
    before = await audit(stage)
    assert before.conclusion.document is not None
    assert before.conclusion.document["verdict"] == "incomplete", before.conclusion.document["gaps"]
    draft = only_draft(stage)
    assert draft is not None
    assert (draft.kind, draft.about["words"]) == ("chrome", PROMOTION)
    async with stage.person(name="ada", role=Role.ADMIN) as admin:
        await adopt(stage, admin, draft)
    with reading(stage.rehearsal.engine) as conn:
        assert [(row.person, row.reason) for row in adopted.list_all(conn)] == [
            ("ada", "news of the site, nothing else")
        ]
    after = await audit(stage)
    assert stage.rehearsal.account().authorization is State.COMPLETE, after.conclusion.why
