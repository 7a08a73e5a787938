"""A visit that fails leaves a recording.

Scrubbed, private, and replayed offline it ends as the visit did.
"""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from agent.clock import utc_now
from agent.domain.authorization import Event
from agent.domain.policy.load import load_policy
from agent.errors import UnconfirmedError
from agent.observe.evidence_retention import forget_evidence
from agent.observe.otlp import OtlpTracer
from agent.observe.redaction import Redaction
from agent.observe.tracing import traced_by
from agent.rehearsal.replay.run import Replayed, ReplayOptions, replay_all
from agent.settings.groups.operation import PicturedVisits
from agent.store import transitions
from agent.store.database.engine import writing
from agent.visits.on_demand import audit_one
from fixtures.leak_gate.gate import load_allowed, scan
from fixtures.leak_gate.known import KnownValues
from fixtures.player.recording import find_recordings, load_recording
from fixtures.stand_in.generate import one_account
from fixtures.stand_in.scenario import Scenario
from fixtures.stand_in.world import StandIn
from flows.browser.launch import BrowserOptions
from flows.catalogue.load import load_catalogue
from flows.recording.files import catalogue_version
from tests.support.servers.traces import receiving
from tests.support.visits.rehearsal import Rehearsal, rehearsing

session_loop = pytest.mark.asyncio(loop_scope="session")

ALLOWED = load_allowed(Path(__file__).parents[3] / "fixtures/leak_gate/allowed.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A visit that met a CAPTCHA after its code, and the recording it left."""

    rehearsal: Rehearsal
    path: Path
    began: datetime


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def failed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Failed]:
    """One for all that is asked of what it left."""
    async with StandIn(one_account(1)) as running:
        with rehearsing(running, tmp_path_factory.mktemp("failed")) as ready:
            began = utc_now()
            path = await recorded(
                ready, one_account(3, user={"sign_in": ["email", "password", "otp", "captcha_image"]})
            )
            yield Failed(rehearsal=ready, path=path, began=began)


@pytest.fixture
async def rehearsal(stand_in: StandIn, tmp_path: Path) -> AsyncIterator[Rehearsal]:
    with rehearsing(stand_in, tmp_path) as ready:
        yield ready


async def recorded(rehearsal: Rehearsal, scenario: Scenario) -> Path:
    """Let an acceptance fail, and return what it left."""
    rehearsal.stand_in.load(scenario)
    rehearsal.register()
    with pytest.raises(UnconfirmedError):
        await rehearsal.accept()
    (path,) = find_recordings([rehearsal.settings.data_dir / "evidence" / "A1"])
    return path


async def replayed(path: Path) -> Replayed:
    (result,) = await replay_all([path], ReplayOptions(browser=BrowserOptions()))
    return result


@pytest.mark.sampled(1, of="a failed visit, replayed offline")
@session_loop
@pytest.mark.parametrize(
    "screens",
    [["email", "password", "captcha_image"], ["email", "password", "otp", "approval_push"], ["email", "unknown"]],
)
async def test_a_failed_acceptance_leaves_a_recording_that_ends_the_same_offline(
    rehearsal: Rehearsal, screens: list[str]
) -> None:
    path = await recorded(rehearsal, one_account(2, user={"sign_in": screens}))
    result = await replayed(path)
    assert (result.differences, result.misses, result.unused) == ((), (), ())
    assert screens[-1] in result.outcome
    assert result.steps[-1] == screens[-1]


@pytest.mark.sampled(1, of="a failed visit, replayed offline")
@session_loop
async def test_an_audit_that_could_not_read_everything_leaves_a_recording_that_reads_the_same_offline(
    rehearsal: Rehearsal,
) -> None:
    user, options = "a1@users.example", {"own_view": True, "faults": ["row_without_level"]}
    granted = {user: {"preset": "as_asked"}}
    rehearsal.stand_in.load(
        one_account(6, seller={"members": [user], "permissions": granted, "options": options}, invitations=[])
    )
    rehearsal.register()
    told = {"engine": rehearsal.engine, "vault": rehearsal.vault, "policy": load_policy()}
    document = await audit_one(rehearsal.settings, account_id="A1", **told)  # type: ignore[arg-type]  # as typed there
    assert document["verdict"] == "incomplete"
    (path,) = find_recordings([rehearsal.settings.data_dir / "evidence" / "A1"])
    result = await replayed(path)
    assert (result.differences, result.misses) == ((), ())
    assert len(document["permissions"]) == len(load_recording(path).about["expected"]["result"]["grid"]["rows"])


def test_what_a_failed_visit_leaves_is_private_and_holds_no_secret(failed: Failed) -> None:
    rehearsal, path = failed.rehearsal, failed.path
    modes = {stat.S_IMODE(found.stat().st_mode): found.is_dir() for found in (path.parent, path, *path.rglob("*"))}
    assert modes == {0o700: True, 0o600: False}
    user, seller = rehearsal.scenario.users[0], rehearsal.scenario.sellers[0]
    steps = [entry.fields["step"] for entry in rehearsal.stand_in.realm.journal.of("code.accepted")]
    assert steps
    codes = [user.seed().code(step) for step in steps]
    known = KnownValues(
        (user.password, user.totp_secret, user.totp_secret.replace(" ", ""), seller.merchant_id, seller.name, *codes)
    )
    assert [str(find) for find in scan([path], known=known, allowed=ALLOWED)[0]] == []


def test_a_recording_says_when_as_what_and_by_which_catalogue_it_was_made(failed: Failed) -> None:
    recording = load_recording(failed.path)
    about = recording.about
    assert failed.began <= recording.recorded_at <= utc_now()
    assert (about["flow"], about["catalogue"]) == ("accept", catalogue_version(load_catalogue().root))
    assert [page["screen"] for page in about["pages"]] == ["email", "password", "otp", "captcha_image"]
    assert about["expected"]["error"]["screen"] == "captcha_image"


def test_each_screen_of_a_failed_visit_has_its_picture(failed: Failed) -> None:
    drawn = sorted(failed.path.parent.glob("step-*.jpg"))
    numbers, screens = zip(*(path.stem.split("-", 2)[1:] for path in drawn), strict=True)
    assert screens == ("email", "password", "otp", "captcha_image")
    assert [int(number) for number in numbers] == sorted({int(number) for number in numbers})
    told = json.loads((failed.path.parent / "failure.json").read_text())["steps"]
    assert [told[int(number) - 1]["screen"] for number in numbers] == list(screens)
    for path in drawn:
        content = path.read_bytes()
        assert (content[:2], content[-2:]) == (b"\xff\xd8", b"\xff\xd9")
        assert 3_000 < len(content) < 200_000


@session_loop
async def test_a_visit_that_we_ended_ourselves_leaves_no_recording(rehearsal: Rehearsal) -> None:
    rehearsal.register(password="not-the-password-1")
    with pytest.raises(UnconfirmedError):
        await rehearsal.accept()
    with writing(rehearsal.engine) as conn:
        transitions.apply(conn, "A1", Event.RELEASED, now=utc_now(), why="released by a person")
    with pytest.raises(UnconfirmedError, match="never typed again"):
        await rehearsal.accept()
    (path,) = find_recordings([rehearsal.settings.data_dir / "evidence" / "A1"])
    assert load_recording(path).about["expected"]["error"]["code"] == "password_rejected"


@session_loop
async def test_a_visit_that_goes_well_leaves_its_spans_and_its_steps_in_pictures(rehearsal: Rehearsal) -> None:
    rehearsal.register()
    rehearsal.settings.observe.pictures = PicturedVisits.DAILY
    with receiving() as receiver:
        tracer = OtlpTracer(receiver.address, Redaction())  # which knows no secret: there must be none
        with traced_by(tracer):
            await rehearsal.accept()
        tracer.close()
    (folder,) = (rehearsal.settings.data_dir / "evidence" / "A1").iterdir()
    told = json.loads((folder / "story.json").read_text())
    assert (told["kind"], told["outcome"]) == ("accept", "accepted")
    drawn = {file.name.removesuffix(".jpg").split("-", 2)[2] for file in folder.glob("step-*.jpg")}
    assert {"email", "password"} < drawn
    assert drawn <= {step["screen"] for step in told["steps"]}
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert {file.name.partition("-")[0] for file in folder.iterdir()} == {"story.json", "step"}  # no recording
    (visit,) = receiver.attributes("visit")
    assert (visit["sc.account"], visit["sc.kind"], visit["sc.outcome"]) == ("A1", "accept", "accepted")
    assert receiver.attributes("browser.navigate")[0]["server.address"].startswith("sellercentral.")
    assert {"email", "password"} <= {step["sc.screen"] for step in receiver.attributes("flow.step")}
    assert len({span.trace_id for span in receiver.spans}) == 1
    user, sent = rehearsal.scenario.users[0], b"".join(receiver.bodies)
    hidden = (user.password, user.totp_secret, "a1@users.example", rehearsal.scenario.sellers[0].name)
    kept = (folder / "story.json").read_bytes()
    assert [value for value in hidden if value.encode() in sent + kept] == []


def test_evidence_that_is_too_old_goes_with_its_recording(failed: Failed, tmp_path: Path) -> None:
    shutil.copytree(failed.rehearsal.settings.data_dir / "evidence", tmp_path / "evidence")
    assert find_recordings([tmp_path]) != []
    assert forget_evidence(tmp_path / "evidence", before=utc_now() + timedelta(minutes=1), bytes_per_account=10**9) == 1
    assert find_recordings([tmp_path]) == []
