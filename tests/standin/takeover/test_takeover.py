"""A person takes over a visit's page through the console, and the visit goes on to its end."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from agent.clock import utc_now
from agent.domain.authorization import State
from agent.domain.takeover import TakeoverState
from agent.store.console import operator_log
from agent.store.console.people import Role
from agent.store.database.engine import reading, writing
from agent.store.database.schema import leases
from agent.store.processes import switches
from agent.visits.plan import VisitKind
from agent.visits.run import make_visit
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.sign_in.screens.challenge import STEP_UP_CODE
from fixtures.stand_in.sign_in.screens.password import CAPTCHA_TEXT
from fixtures.stand_in.world import StandIn
from tests.support.sites.plain_browser import plain_browser
from tests.support.visits.rehearsal import rehearsal_settings, rehearsing
from tests.support.web.takeovers import (
    Pools,
    TakeoverRig,
    compose,
    eventually,
    pools_of,
    scroll_and_look_away,
    takeover_rig,
)
from tests.unit.web.embed.test_panel_in_browser import RULES, axe

__all__ = ["axe"]  # the fixture

pytestmark = pytest.mark.asyncio(loop_scope="session")
GREEN = (0, 160, 0)
PIXELS = """([red, green, blue]) => {
  const canvas = document.getElementById('view'), data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let found = 0;
  for (let i = 0; i < data.length; i += 4)
    if (Math.abs(data[i] - red) + Math.abs(data[i + 1] - green) + Math.abs(data[i + 2] - blue) < 60) found++;
  return found > 5000;
}"""  # noqa: E501 - a text in lines of its own


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def people() -> AsyncIterator[Browser]:
    async with plain_browser() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[StandIn, Pools]]:
    """One stand-in and a worker's two browsers for the module."""
    async with StandIn(one_account(1)) as running:
        pools = pools_of(rehearsal_settings(running.description(), tmp_path_factory.mktemp("pools")))
        yield running, pools
        for pool in pools:
            await pool.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(people: Browser, shared: tuple[StandIn, Pools], tmp_path: Path) -> AsyncIterator[TakeoverRig]:
    stand_in, pools = shared
    stand_in.load(one_account(1))
    with rehearsing(stand_in, tmp_path) as ready:
        async with takeover_rig(ready, people, pools=pools, hold=20) as built:
            yield built


def play(stage: TakeoverRig, *order: str) -> None:
    stage.rehearsal.stand_in.load(one_account(1, user={"sign_in": list(order)}))
    stage.rehearsal.register()
    stage.rehearsal.admit()


async def test_picture_is_solved_in_the_console_and_the_visit_accepts(stage: TakeoverRig) -> None:
    play(stage, "email", "password", "captcha_cvf", "otp")
    async with stage.person() as page:
        visit = asyncio.create_task(make_visit(stage.context, "A1", kind=VisitKind.ACCEPT))
        await stage.reaches(TakeoverState.OFFERED)
        began = time.monotonic()
        await stage.claim(page)
        await page.wait_for_function(PIXELS, arg=list(GREEN), polling=200)  # each frame would be a million pixels
        await scroll_and_look_away(stage, page)
        await stage.press(page, "input[name=cvf_captcha_input]")
        await compose(page, CAPTCHA_TEXT[:2])
        await page.keyboard.type(CAPTCHA_TEXT[2:])
        await stage.press(page, "input[value=verifyCaptcha]")
        ended = await visit
        assert time.monotonic() - began < 100
        assert ended.conclusion.error is None, ended.conclusion.why
        assert stage.rehearsal.account().authorization is not State.NEEDS_HUMAN
        takeover = await stage.reaches(TakeoverState.DONE)
        assert takeover.person == "dora"
        assert takeover.tally is not None
        assert takeover.tally["keys"] == len(CAPTCHA_TEXT)
        assert CAPTCHA_TEXT not in str(takeover.tally)
        await expect(page.locator("main")).to_contain_text(re.compile("handed back", re.IGNORECASE))
        await page.reload()
        await expect(page.locator("main")).to_contain_text(f"{len(CAPTCHA_TEXT)} keys;")


async def fresh(stage: TakeoverRig, page: Page) -> None:
    """Ask for the page of an account that needs people."""
    await page.goto(f"{stage.web.url}/takeover/A1")
    await page.get_by_label("Reason").fill("looked at the evidence")
    await page.get_by_role("button", name="Take over").click()


@pytest.mark.soak  # ten seconds of computing; an acceptance goes the same way, above and below
async def test_an_audit_whose_session_is_over_shows_a_person_the_picture_and_reads_on(stage: TakeoverRig) -> None:
    play(stage, "email", "password", "otp")
    ready = stage.rehearsal
    await make_visit(stage.context, "A1", kind=VisitKind.ACCEPT)
    realm = ready.stand_in.realm
    order = ["email", "password", "captcha_cvf", "otp"]
    realm.change_user(ready.scenario.users[0].email, {"sign_in": order, "reauth": order})
    for session in realm.sessions.by_id.values():
        realm.sessions.sign_out(session)
    async with stage.person() as page:
        visit = asyncio.create_task(make_visit(stage.context, "A1", kind=VisitKind.AUDIT))
        await stage.reaches(TakeoverState.OFFERED)
        await stage.claim(page)
        await page.wait_for_function(PIXELS, arg=list(GREEN), polling=200)  # each frame would be a million pixels
        await stage.press(page, "input[name=cvf_captcha_input]")
        await page.keyboard.type(CAPTCHA_TEXT)
        await stage.press(page, "input[value=verifyCaptcha]")
        ended = await visit
    assert ended.conclusion.error is None, ended.conclusion.why
    assert ended.conclusion.outcome not in ("challenge", "unknown_screen")


async def stop_at_challenge(stage: TakeoverRig, *order: str) -> None:
    """A visit without anybody there, which ends at the challenge."""
    play(stage, *order)
    await make_visit(stage.context, "A1", kind=VisitKind.ACCEPT)
    assert stage.rehearsal.account().authorization is State.NEEDS_HUMAN
    assert stage.takeover() is None  # nobody was there to offer it to


async def test_driver_asks_for_a_page_and_the_account_goes_on_by_itself(stage: TakeoverRig) -> None:
    await stop_at_challenge(stage, "email", "password", "captcha_cvf", "otp")
    async with stage.person() as page, stage.working():
        await fresh(stage, page)
        await stage.reaches(TakeoverState.OFFERED)
        await stage.claim(page)
        await stage.press(page, "input[name=cvf_captcha_input]")
        await page.keyboard.type(CAPTCHA_TEXT)
        await stage.press(page, "input[value=verifyCaptcha]")
        await stage.reaches(TakeoverState.DONE)
        account = await eventually(lambda: (now := stage.rehearsal.account()).accepted_at and now)
    assert account.authorization is not State.NEEDS_HUMAN
    assert stage.passwords() == 2


async def test_password_beside_a_picture_is_typed_by_the_agent_and_never_seen(stage: TakeoverRig) -> None:
    play(stage, "email", "captcha_in_page", "otp")
    async with stage.person() as page:
        visit = asyncio.create_task(make_visit(stage.context, "A1", kind=VisitKind.ACCEPT))
        await stage.reaches(TakeoverState.OFFERED)
        await stage.claim(page)
        await stage.press(page, "#ap_password")
        await page.keyboard.type("abc")
        await expect(page.locator("#said")).to_contain_text("passwords are typed by the agent")
        await stage.press(page, "#auth-captcha-guess")
        await page.keyboard.type(CAPTCHA_TEXT)
        await page.get_by_role("button", name="Submit with password").click()
        ended = await visit
    assert ended.conclusion.error is None, ended.conclusion.why
    takeover = stage.takeover()
    assert takeover is not None
    assert takeover.tally is not None
    assert takeover.tally["keys"] == len(CAPTCHA_TEXT)


@pytest.mark.sampled(1, of="what passes a challenge without its picture")
async def test_code_that_a_person_was_sent_is_typed_by_the_agent(stage: TakeoverRig) -> None:
    play(stage, "email", "password", "verification_code")
    async with stage.person() as page:
        visit = asyncio.create_task(make_visit(stage.context, "A1", kind=VisitKind.ACCEPT))
        await stage.reaches(TakeoverState.OFFERED)
        await stage.claim(page)
        await page.get_by_label("Code that was sent to you").fill(STEP_UP_CODE)
        await page.get_by_role("button", name="Let the agent type it").click()
        ended = await visit
    assert ended.conclusion.error is None, ended.conclusion.why
    assert STEP_UP_CODE not in str(stage.takeover())


@pytest.mark.sampled(1, of="what passes a challenge without its picture")
async def test_approval_on_a_device_ends_the_wait_without_a_hand_on_the_page(stage: TakeoverRig) -> None:
    play(stage, "email", "password", "approval_push", "otp")
    async with stage.person():
        visit = asyncio.create_task(make_visit(stage.context, "A1", kind=VisitKind.ACCEPT))
        await stage.reaches(TakeoverState.OFFERED)
        stage.rehearsal.stand_in.realm.solved.add(stage.rehearsal.scenario.users[0].email.lower())
        ended = await visit
    assert ended.conclusion.error is None, ended.conclusion.why


async def test_text_mode_passes_a_challenge_by_keyboard_alone_and_is_accessible(stage: TakeoverRig, axe: str) -> None:
    play(stage, "email", "password", "captcha_cvf", "otp")
    async with stage.person(width=390) as page:
        visit = asyncio.create_task(make_visit(stage.context, "A1", kind=VisitKind.ACCEPT))
        await stage.reaches(TakeoverState.OFFERED)
        await stage.claim(page)
        await page.get_by_role("button", name="Text mode").press("Enter")
        field = page.locator("#outline input")
        await expect(field).to_be_visible()
        await page.evaluate(axe)
        found = await page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)
        assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
        await field.fill(CAPTCHA_TEXT)
        await field.press("Enter")
        await (
            page.locator("#outline button", has_text="verifyCaptcha")
            .or_(page.locator("#outline button", has_text="Continue"))
            .last.press("Enter")
        )
        assert (await visit).conclusion.error is None
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.sampled(1)
@pytest.mark.parametrize("is_full", [False, True], ids=["in time", "all places taken"])
async def test_nobody_takes_the_offer_and_the_visit_ends_as_always(stage: TakeoverRig, is_full: bool) -> None:
    play(stage, "email", "password", "captcha_cvf", "otp")
    stage.shorten(hold=1.0)
    assert stage.context.takeovers is not None
    places = stage.context.takeovers.places
    while is_full and places.take():
        pass
    taken = places.taken
    async with stage.person():
        ended = await make_visit(stage.context, "A1", kind=VisitKind.ACCEPT)
    assert ended.conclusion.outcome == "challenge"
    takeover = stage.takeover()
    assert (None if takeover is None else takeover.state) == (None if is_full else TakeoverState.EXPIRED)
    assert places.taken == taken


@pytest.mark.sampled(1)
@pytest.mark.parametrize("how", ["pause", "stop", "lease"])
async def test_take_over_ends_with_its_reason(stage: TakeoverRig, how: str) -> None:
    play(stage, "email", "password", "captcha_cvf", "otp")
    async with stage.person() as page:
        visit = asyncio.create_task(make_visit(stage.context, "A1", kind=VisitKind.ACCEPT))
        await stage.reaches(TakeoverState.OFFERED)
        await stage.claim(page)
        if how == "stop":
            visit.cancel()
        with writing(stage.rehearsal.engine) as conn:
            if how == "pause":
                switches.pause_all(conn, now=utc_now(), who="ops")
            if how == "lease":
                conn.execute(leases.update().values(holder="w9", token="another"))
        takeover = await stage.reaches(TakeoverState.STOPPED)
        await expect(page.locator("#wheel")).to_contain_text("stopped")
        await asyncio.gather(visit, return_exceptions=True)
    words = {"pause": "paused by ops", "stop": "the visit was stopped", "lease": "the lease was lost"}
    assert takeover.ended_why is not None
    assert words[how] in takeover.ended_why


@pytest.mark.sampled(1, of="what is lost during a take-over")
async def test_a_database_that_is_lost_ends_it_and_afterwards_the_account_can_be_taken_over_again(
    stage: TakeoverRig,
) -> None:
    play(stage, "email", "password", "captcha_cvf", "otp")
    stage.lease(9)
    engine = stage.rehearsal.engine
    async with stage.person() as page:
        visit = asyncio.create_task(make_visit(stage.context, "A1", kind=VisitKind.ACCEPT))
        await stage.reaches(TakeoverState.OFFERED)
        await stage.claim(page)
        event.listen(engine, "before_cursor_execute", gone)
        try:
            await asyncio.wait({visit})
        finally:
            event.remove(engine, "before_cursor_execute", gone)
    assert isinstance(visit.exception(), OperationalError)  # how it ended could not be written, as of any visit
    assert (left := stage.takeover()) is not None
    assert left.state is TakeoverState.CLAIMED
    async with stage.working():
        over = await stage.reaches(TakeoverState.LOST)
    assert over.ended_why == "how it ended could not be written"
    assert stage.passwords() == 1


def gone(*_: object) -> None:
    """What a database says that is not there."""
    raise OperationalError("SELECT 1", None, ConnectionError("gone"))


@pytest.mark.sampled(1, of="what is lost during a take-over")
async def test_lost_line_is_forgiven_and_second_driver_gets_nothing(stage: TakeoverRig) -> None:
    play(stage, "email", "password", "captcha_cvf", "otp")
    async with stage.person() as page, stage.person(name="eve") as other:
        visit = asyncio.create_task(make_visit(stage.context, "A1", kind=VisitKind.ACCEPT))
        await stage.reaches(TakeoverState.OFFERED)
        await stage.claim(page)
        await page.get_by_role("button", name="Hand back").click()  # the site took nothing of what a person did
        await expect(page.locator("#said")).to_contain_text(
            "use an ordinary browser and release the account", timeout=20_000
        )
        await other.goto(f"{stage.web.url}/takeover/A1")
        assert "dora has the page" in await other.locator("main").inner_text()
        assert await other.locator("#takeover").count() == 0
        await page.reload()
        await expect(page.locator("#wheel")).to_have_text("You have the page.")
        await page.get_by_role("button", name="Give up").click()
        assert (await visit).conclusion.outcome == "challenge"
    takeover = stage.takeover()
    assert takeover is not None
    assert takeover.state is TakeoverState.ABANDONED
    with reading(stage.rehearsal.engine) as conn:
        assert [entry.act for entry in operator_log.page(conn, before=None, limit=9, subject="A1")][:2] == [
            "take-over abandoned",
            "claim take-over",
        ]


@pytest.mark.sampled(1, of="what passes a challenge without its picture")
async def test_code_is_answered_from_the_queue_without_a_picture(stage: TakeoverRig) -> None:
    play(stage, "email", "password", "verification_code")
    async with stage.person(role=Role.OPERATOR) as page:
        visit = asyncio.create_task(make_visit(stage.context, "A1", kind=VisitKind.ACCEPT))
        await stage.reaches(TakeoverState.OFFERED)
        await page.goto(f"{stage.web.url}/todo")
        await page.get_by_label("Code of the message").fill(STEP_UP_CODE)
        await page.get_by_role("button", name="Give it to the visit").click()
        ended = await visit
    assert ended.conclusion.error is None, ended.conclusion.why
    takeover = stage.takeover()
    assert takeover is not None
    assert takeover.person is None
