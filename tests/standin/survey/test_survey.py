"""The first look at a site: what is known is told with its claim, what is not is named, and nothing is changed."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agent.domain.policy.load import load_policy
from agent.report.survey import is_ready, survey_document, survey_html, survey_lines
from agent.store.vault.keys import new_key
from agent.visits.kinds.survey import Surveyed, survey_account
from agent.visits.shared.command_context import command_context
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Fault
from fixtures.stand_in.world import StandIn
from flows.browser.launch import find_executable
from flows.catalogue.elements import find_on
from flows.catalogue.load import Catalogue, load_catalogue
from flows.catalogue.recognise import Recognition, recognise
from flows.data_files import selectors_root
from flows.survey.noticing import SurveyedVisit
from flows.visit.hand_over import Handed, HandedBack, HandOver
from tests.support.processes.command import Agent
from tests.support.processes.daemon_process import daemon_environment
from tests.support.processes.terminal import Typed
from tests.support.visits.rehearsal import Rehearsal, rehearsing

pytestmark = pytest.mark.asyncio(loop_scope="session")

REMOVED = ("continue_wall", "email", "passkey_nudge", "phone_fixup", "landing")
ORDER = ["landing", "continue_wall", "email", "password", "otp", "passkey_nudge", "phone_fixup"]


@pytest.fixture
async def member(tmp_path: Path) -> AsyncIterator[Rehearsal]:
    """An account whose user is a member already, in a shop that shows users their own rights."""
    seller = {"members": ["a1@users.example"], "options": {"own_view": True}}
    async with StandIn(one_account(5, user={"sign_in": ORDER}, seller=seller)) as stand_in:
        with rehearsing(stand_in, tmp_path) as ready:
            ready.register()
            yield ready


def without(directory: Path, names: tuple[str, ...]) -> Catalogue:
    """The shipped catalogue with some screens removed."""
    root = Path(shutil.copytree(selectors_root(), directory / "selectors"))
    for name in names:
        (root / f"{name}.toml").unlink()
    return load_catalogue(root)


def who_knows_the_site(passed: list[str]) -> object:
    """A scripted person, who knows every screen and presses what leads on."""

    def ask(visit: SurveyedVisit) -> HandOver:
        async def hand_over(_: Recognition) -> Handed:
            shipped = load_catalogue()
            seen = await recognise(visit.page, shipped)
            passed.append(seen.screen)
            if seen.screen == "email":
                field = await find_on(visit.page, shipped, "email", "email")
                await field.handle.fill("a1@users.example")
            name = shipped.screens[seen.screen].handling.element or "submit"
            await (await find_on(visit.page, shipped, seen.screen, name)).handle.click()
            await visit.page.wait_for_function("before => performance.timeOrigin !== Number(before)", arg=seen.document)
            return Handed(how=HandedBack.PASSED)

        return hand_over

    return ask


async def surveyed(member: Rehearsal, *, output: Path | None = None, **how: object) -> Surveyed:
    flow = member.settings.flow.model_copy(update={"challenge_timeout": 3})
    settings = member.settings.model_copy(update={"flow": flow})
    async with command_context(settings, member.engine, member.vault, load_policy()) as context:
        return await survey_account(context, "A1", output=output, **how)  # type: ignore[arg-type]  # as the tests give it


def document_of(seen: Surveyed) -> dict[str, object]:
    from agent.clock import utc_now

    return survey_document(account="A1", at=utc_now(), ends=seen.ends, sights=seen.sights)


async def test_exactly_the_screens_that_the_catalogue_lacks_are_named(member: Rehearsal, tmp_path: Path) -> None:
    passed: list[str] = []
    catalogue = without(tmp_path, REMOVED)
    seen = await surveyed(member, output=tmp_path / "kept", catalogue=catalogue, ask=who_knows_the_site(passed))
    document = document_of(seen)
    unknown = document["unknown"]
    assert isinstance(unknown, list)
    assert [end for end in seen.ends if not end.is_reached] == []
    assert sorted(passed) == sorted(REMOVED)
    assert len(unknown) == len(REMOVED)
    assert all(one["near"] or one["title"] for one in unknown)
    assert [end.stage for end in seen.ends][:3] == ["sign-in", "picker", "home"]
    assert {"password", "otp", "app"} <= {sight.screen for sight in seen.sights}
    assert not is_ready(document)
    assert not member.stand_in.realm.journal.of("permissions.saved")
    kept = "".join(file.read_text("utf-8", "replace") for file in (tmp_path / "kept").rglob("*") if file.is_file())
    assert member.scenario.users[0].password not in kept


@pytest.mark.sampled(1, of="a survey that ends before its end")
async def test_nobody_to_pass_a_screen_ends_the_survey_there_with_what_came_nearest(
    member: Rehearsal, tmp_path: Path
) -> None:
    seen = await surveyed(member, catalogue=without(tmp_path, ("passkey_nudge",)))
    assert [(end.stage, end.code) for end in seen.ends] == [("sign-in", "unknown_screen")]
    document = document_of(seen)
    text = "\n".join(survey_lines(document))
    assert "UNKNOWN https://" in text
    assert "nearest:" in text
    assert "unknown page" in survey_html(document)


@pytest.mark.sampled(1, of="a survey that ends before its end")
async def test_whoever_watches_the_window_is_asked_at_the_terminal_and_may_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    news = Fault(on="/home", kind="news", user="a1@users.example")
    async with StandIn(one_account(5, seller={"members": ["a1@users.example"]}, faults=[news])) as stand_in:
        data, key = tmp_path / "data", new_key()
        data.mkdir(mode=0o700)
        given = daemon_environment(stand_in.description(), data, key, FLOW__CHALLENGE_TIMEOUT="3")
        settings = {name.removeprefix("SC_AGENT_"): value for name, value in given.items() if "SC_AGENT_" in name}
        # Of the headless shell no window opens, whatever it is asked for.
        agent = Agent(tmp_path, settings | {"BROWSER__EXECUTABLE": str(find_executable(None, headless=True))})
        user = stand_in.realm.scenario.users[0]
        secrets = json.dumps({"password": user.password, "totp_secret": user.totp_secret})
        more = ("--user-email", user.email, "--marketplace", "US", "--api-authorized", "--secrets-stdin")
        merchant = stand_in.realm.scenario.sellers[0].merchant_id
        added = await asyncio.to_thread(agent, "accounts", "add", "A1", *more, "--merchant-id", merchant, stdin=secrets)
        assert added.code == 0, added.err
        types = [Typed(after="/home wants a person", text="stop\n")]
        shown = await asyncio.to_thread(agent.at_a_terminal, "survey", "A1", "--headed", types=types)
    assert "Pass it in the browser's window" in shown
    assert "UNKNOWN https://sellercentral.amazon.com/home" in shown
    assert "STOPPED sign-in" in shown
    assert user.password not in shown
