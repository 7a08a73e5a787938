"""The shipped recordings: all there, all readable, a sample replayed in an ordinary run and all of them in a long
one.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from agent.rehearsal.record.stand_in import studio
from agent.rehearsal.replay.run import ReplayOptions, replay_all
from fixtures.player.recording import find_recordings, load_recording
from fixtures.recorded_visits import RecordedVisit, recorded_visits
from fixtures.stand_in.permissions.types import Layout
from flows.browser.launch import BrowserOptions

session_loop = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).parents[3] / "fixtures/recordings"
SEED, SAMPLE = 20261120, 3
OUTCOMES = {
    "sign_in": {
        "ended",
        "challenge",
        "code_rejected",
        "no_such_login",
        "password_rejected",
        "site_refused",
        "unknown_screen",
    },
    "accept": {"ended", "invitation_closed", "partner_link"},
    "audit": {"ended"},  # a refused page is a result
}


async def differing(paths: list[Path]) -> dict[str, tuple[str, ...]]:
    results = await replay_all(paths, ReplayOptions(browser=BrowserOptions()))
    return {one.name: one.differences + one.misses for one in results if not one.is_same}


def test_every_visit_that_is_listed_is_shipped_and_no_other() -> None:
    listed = {f"{visit.flow}/{visit.name}" for visit in recorded_visits()}
    assert {f"{path.parent.name}/{path.name}" for path in find_recordings([ROOT])} == listed


@pytest.mark.parametrize("path", find_recordings([ROOT]), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_shipped_recording_is_whole_and_none_of_its_bodies_was_lost(path: Path) -> None:
    recording = load_recording(path)
    rows = json.loads((path / "exchanges.json").read_text(encoding="utf-8"))
    assert [row["number"] for row in rows if row.get("lost")] == []
    assert {page["file"] for page in recording.about["pages"]} == {file.name for file in (path / "pages").iterdir()}
    named = {row["response"]["body"] for row in rows if row["response"]} - {None}
    assert named <= {file.name for file in (ROOT / "bodies").iterdir()}


def test_no_shared_body_is_left_that_no_recording_names() -> None:
    files = [path / "exchanges.json" for path in find_recordings([ROOT])]
    rows = [row for file in files for row in json.loads(file.read_text(encoding="utf-8")) if row["response"]]
    assert {row["response"]["body"] for row in rows} - {None} == {file.name for file in (ROOT / "bodies").iterdir()}


def test_every_acceptance_starts_from_a_mail() -> None:
    assert all((path / "mail.eml").exists() for path in find_recordings([ROOT / "accept"]))


def test_every_outcome_of_a_flow_is_in_a_recording() -> None:
    found: dict[str, set[str]] = {"sign_in": set(), "accept": set(), "audit": set()}
    for path in find_recordings([ROOT]):
        about = load_recording(path).about
        expected = about["expected"]
        found[about["flow"]].add(expected.get("error", {}).get("code") or "ended")
    assert found == OUTCOMES


def test_each_layout_of_the_permissions_is_in_a_recording() -> None:
    audits = [visit for visit in recorded_visits() if visit.flow == "audit"]
    assert {Layout(visit.scenario.sellers[0].layout) for visit in audits} == set(Layout)
    assert {visit.subject is None for visit in audits} == {True, False}


SLOW = {"unknown"}  # a screen that is waited for


def named(visit: RecordedVisit) -> str:
    return f"{visit.flow}-{visit.name}"


@pytest.mark.slow
@session_loop
@pytest.mark.soak  # of a live site: test_round_trip.py
@pytest.mark.parametrize("visit", [each for each in recorded_visits() if each.name not in SLOW], ids=named)
async def test_a_visit_recorded_again_gives_the_same_bytes(visit: RecordedVisit, tmp_path: Path) -> None:
    await assert_the_same_bytes(visit, tmp_path)


@session_loop
@pytest.mark.soak
@pytest.mark.parametrize("visit", [each for each in recorded_visits() if each.name in SLOW], ids=named)
async def test_a_long_visit_recorded_again_gives_the_same_bytes(visit: RecordedVisit, tmp_path: Path) -> None:
    await assert_the_same_bytes(visit, tmp_path)


async def assert_the_same_bytes(visit: RecordedVisit, folder: Path) -> None:
    for name in ("one", "two"):
        async with studio() as recording:
            await recording.record(visit, folder / name)
    first, second = bytes_of(folder / "one"), bytes_of(folder / "two")
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def bytes_of(root: Path) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


@session_loop
async def test_a_sample_of_the_shipped_recordings_replays_as_recorded() -> None:
    paths = find_recordings([ROOT])
    sample = sorted(Random(SEED).sample(paths, SAMPLE))
    print(f"{SAMPLE} of {len(paths)} recordings, seed {SEED}")  # noqa: T201 - how much of the whole this is
    assert await differing(sample) == {}


@session_loop
@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_all_shipped_recordings_replay_as_recorded() -> None:
    assert await differing(find_recordings([ROOT])) == {}


@session_loop
@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_one_recording_replays_the_same_a_hundred_times() -> None:
    assert await differing([ROOT / "accept/offered"] * 100) == {}
