"""`record` and `replay` as their users run them, against the stand-in and without it."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Error

from agent.domain.authorization import State
from agent.errors import UnconfirmedError, UsageError
from agent.rehearsal.record.flows_by_name import run_flow
from agent.rehearsal.record.visit import record_visit
from agent.rehearsal.replay import report as replay_report
from agent.rehearsal.replay import run as replay_run
from agent.rehearsal.replay.ageing import compare_with_stand_in
from agent.rehearsal.replay.run import Replayed, ReplayOptions, replay_all
from fixtures.leak_gate.gate import load_allowed, scan
from fixtures.leak_gate.known import KnownValues
from fixtures.player.recording import load_recording
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.world import StandIn
from flows.browser.launch import BrowserOptions
from tests.support.processes.command import Agent
from tests.support.visits.rehearsal import Rehearsal, rehearsing

session_loop = pytest.mark.asyncio(loop_scope="session")

SHIPPED = Path(__file__).parents[3] / "fixtures/recordings"
ALLOWED = load_allowed(Path(__file__).parents[3] / "fixtures/leak_gate/allowed.txt")


@asynccontextmanager
async def rehearsal(directory: Path) -> AsyncIterator[Rehearsal]:
    async with StandIn(one_account(11, user={"sign_in": ["email", "password", "otp"]})) as stand_in:
        with rehearsing(stand_in, directory) as running:
            running.register()
            yield running


@pytest.fixture
async def ready(tmp_path: Path) -> AsyncIterator[Rehearsal]:
    async with rehearsal(tmp_path) as running:
        yield running


async def recorded(ready: Rehearsal, flow: str, output: Path, *, twice: bool = False) -> str:
    lent: dict[str, Any] = {"engine": ready.engine, "vault": ready.vault}
    return await record_visit(ready.settings, **lent, account_id="A1", flow=flow, output=output, twice=twice)


async def replayed(path: Path, **options: str) -> Replayed:
    (result,) = await replay_all([path], ReplayOptions(browser=BrowserOptions(), **options))  # type: ignore[arg-type]  # until only
    return result


@pytest.mark.slow
@session_loop
async def test_a_recorded_acceptance_replays_without_the_site_and_holds_no_secret(
    ready: Rehearsal, tmp_path: Path
) -> None:
    ready.admit()
    path = tmp_path / "mine/accept/one"
    assert await recorded(ready, "accept", path) == "accepted"
    assert (
        ready.account().authorization is State.ACCEPTING
    )  # recording decides nothing; the next visit finds it accepted
    assert ready.account().due is not None
    result = await replayed(path)
    assert (result.differences, result.misses, result.unused) == ((), (), ())
    user, seller = ready.scenario.users[0], ready.scenario.sellers[0]
    known = KnownValues(
        (user.password, user.totp_secret, user.totp_secret.replace(" ", ""), seller.merchant_id, seller.name)
    )
    assert [str(find) for find in scan([path], known=known, allowed=ALLOWED)[0]] == []


@session_loop
@pytest.mark.soak
async def test_recording_a_sign_in_twice_finds_what_changes_by_itself(ready: Rehearsal, tmp_path: Path) -> None:
    path = tmp_path / "mine/sign_in/one"
    assert "fields change by themselves" in await recorded(ready, "sign_in", path, twice=True)
    assert any(rule.endswith("form.otpCode") for rule in load_recording(path).volatile)


@session_loop
async def test_an_account_with_nothing_to_accept_is_not_recorded(ready: Rehearsal, tmp_path: Path) -> None:
    with pytest.raises(UnconfirmedError, match="nothing was opened"):
        await recorded(ready, "accept", tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


@pytest.fixture(scope="module")
def one_sign_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One recorded sign-in for all tests that only replay."""
    directory = tmp_path_factory.mktemp("recorded")

    async def make() -> None:
        async with rehearsal(directory) as running:
            await recorded(running, "sign_in", directory / "sign_in/one")

    asyncio.run(make())
    return directory / "sign_in/one"


@pytest.fixture
def sign_in(one_sign_in: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(one_sign_in, tmp_path / "mine/sign_in/one"))


@pytest.mark.soak
@session_loop
async def test_replay_stops_at_a_step(sign_in: Path) -> None:
    result = await replayed(sign_in, until="password")
    assert result.stopped
    assert result.steps == ("email", "password")


@pytest.mark.slow
@session_loop
async def test_a_browser_that_refuses_one_recording_does_not_stop_the_others(
    sign_in: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refusing_once(*given: Any, **more: Any) -> dict[str, Any]:
        monkeypatch.setattr(replay_run, "run_flow", run_flow)
        raise Error("Page.evaluate: TypeError: no such thing")

    monkeypatch.setattr(replay_run, "run_flow", refusing_once)
    refused, other = await replay_all([sign_in, sign_in], ReplayOptions(browser=BrowserOptions(), jobs=1))
    assert (refused.is_same, refused.outcome, other.is_same) == (False, "step_timeout", True)


@session_loop
@pytest.mark.parametrize(("raised", "verdict"), [(AttributeError, "same"), (IndexError, "DIFFERS")])
async def test_what_surprised_the_visit_surprises_its_replay(
    sign_in: Path, monkeypatch: pytest.MonkeyPatch, raised: type[Exception], verdict: str
) -> None:
    async def surprising(*given: Any, **more: Any) -> dict[str, Any]:
        raise raised("'NoneType' object has no attribute 'x'")

    about = json.loads((sign_in / "recording.json").read_text())
    about["expected"] = {"error": {"code": "unexpected", "kind": "AttributeError"}}
    (sign_in / "recording.json").write_text(json.dumps(about))
    monkeypatch.setattr(replay_run, "run_flow", surprising)
    assert replay_report.verdict(await replayed(sign_in)) == verdict


@pytest.mark.slow
def test_the_command_prints_a_table_json_and_junit_and_ends_with_zero(sign_in: Path, tmp_path: Path) -> None:
    run = Agent(tmp_path)
    ended = run("replay", str(sign_in), "--junit", str(tmp_path / "out/replay.xml"))
    assert (ended.code, ended.err) == (0, "")
    assert "1 of 1 as recorded" in ended.out
    assert 'failures="0"' in (tmp_path / "out/replay.xml").read_text()
    document = run("replay", str(sign_in), "--json").document
    assert (document["schema"], document["replays"][0]["verdict"]) == (1, "same")


@pytest.mark.sampled(1, of="a replay that ends with a finding")
def test_a_differing_outcome_shows_step_and_page_and_ends_with_one(sign_in: Path, tmp_path: Path) -> None:
    about = json.loads((sign_in / "recording.json").read_text())
    about["expected"]["result"]["proof"] = "tile"
    (sign_in / "pages" / about["pages"][1]["file"]).write_text("<title>Other</title><p id='old'>x</p>")
    (sign_in / "recording.json").write_text(json.dumps(about))
    ended = Agent(tmp_path)("replay", str(sign_in), "--junit", str(tmp_path / "replay.xml"))
    assert ended.code == 1
    assert "result.proof: recorded 'tile', now 'sign_in'" in ended.out
    assert "step 2: recorded password, now password" in ended.out
    assert '-p id="old"' in ended.out
    assert 'failures="1"' in (tmp_path / "replay.xml").read_text()


@pytest.mark.sampled(1, of="a replay that ends with a finding")
def test_a_missing_exchange_is_a_finding_that_names_it(sign_in: Path, tmp_path: Path) -> None:
    rows = json.loads((sign_in / "exchanges.json").read_text())
    gone = next(row for row in rows if row["request"]["method"] == "POST")
    (sign_in / "exchanges.json").write_text(json.dumps([row for row in rows if row is not gone]))
    ended = Agent(tmp_path)("replay", str(sign_in))
    assert ended.code == 1
    assert "outcome: recorded signed in as a1@users.example, now " in ended.out
    assert "no recorded answer for POST sellercentral.amazon.com/ap/signin" in ended.out


def test_an_unreadable_recording_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "flow/case").mkdir(parents=True)
    (tmp_path / "flow/case/recording.json").write_text("{}")
    ended = Agent(tmp_path)("replay", str(tmp_path / "flow"))
    assert ended.code == 1
    assert "schema None, expected 1 or 2" in ended.out


@pytest.mark.parametrize("path", ["nowhere", "."])
def test_no_recording_is_a_usage_error(tmp_path: Path, path: str) -> None:
    ended = Agent(tmp_path)("replay", path)
    assert ended.code == 2
    assert ended.err.count("\n") == 1


def test_an_unknown_flow_and_a_full_directory_are_usage_errors(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/notes.txt").write_text("mine")
    run = Agent(tmp_path)
    assert run("record", "other", "A1", "--output", str(tmp_path / "new")).code == 2
    assert run("record", "audit", "A1", "--output", str(tmp_path / "full")).code == 2
    assert run("record", "accept", "A1", "--twice", "--output", str(tmp_path / "new")).code == 2


@pytest.mark.slow
@session_loop
async def test_recordings_are_compared_with_a_stand_in_by_the_shape_of_their_pages(tmp_path: Path) -> None:
    path = Path(shutil.copytree(SHIPPED / "sign_in/no_such_login", tmp_path / "sign_in/no_such_login"))
    shutil.copytree(SHIPPED / "bodies", tmp_path / "bodies")
    (same,) = await compare_with_stand_in([path])
    assert same.differences == ()
    about = json.loads((path / "recording.json").read_text())
    about["pages"][0]["shape"] = "another"
    (path / "pages" / about["pages"][0]["file"]).write_text("<p id='gone'>x</p>")
    (path / "recording.json").write_text(json.dumps(about))
    (aged,) = await compare_with_stand_in([path])
    assert aged.differences[0].startswith("step 1: recorded email, now email, ")
    assert '-p id="gone"' in aged.differences


@session_loop
async def test_only_shipped_recordings_can_be_compared_with_a_stand_in(sign_in: Path) -> None:
    with pytest.raises(UsageError, match="only shipped recordings have a scenario"):
        await compare_with_stand_in([sign_in])
