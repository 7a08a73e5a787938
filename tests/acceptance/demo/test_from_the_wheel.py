"""The built wheel, installed in an empty environment, plays the demo from anywhere: what it exits with, and what its
document says.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.rehearsal.replay.run import ReplayOptions, replay_all
from fixtures.leak_gate.gate import ALLOWED, load_allowed, scan
from fixtures.player.recording import find_recordings
from flows.browser.launch import BrowserOptions
from tests.acceptance.test_documents_as_printed import python_of
from tests.support.leaks.search import Search, names
from tests.support.processes.byte_code import forget_byte_code_of
from tests.support.processes.forked.kept_demo import Told, tell
from tests.support.readme_lines import lines_of_readme, not_printed

ROOT = Path(__file__).resolve().parents[3]


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=400
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]} {done.stderr[-4000:]}"
    return done


@pytest.fixture(scope="module")
def installed() -> Iterator[Path]:
    """The folder of commands of an environment that holds the wheel, and its dependencies as they are installed here.

    The wheel is built from what the image's build copies, and from nothing else. Others may look into it.
    """
    with tempfile.TemporaryDirectory(prefix="wheel-") as place:
        yield installed_below(Path(place))
        forget_byte_code_of(Path(place))


def installed_below(folder: Path) -> Path:
    """Build and install it; the folder of its commands."""
    folder.chmod(0o755)
    source = folder / "src"
    copy_as_the_image_does(source)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist", source, cwd=folder)
    (wheel,) = (folder / "dist").glob("*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", folder / "env", cwd=folder)
    pip = (sys.executable, "-m", "pip", "--python", folder / "env", "--disable-pip-version-check", "install")
    run(*pip, "--quiet", "--no-compile", "--no-index", "--no-deps", wheel, cwd=folder)
    share_dependencies(folder)
    return folder / "env" / "bin"


def copy_as_the_image_does(source: Path) -> None:
    """Follow the `COPY` lines of the Containerfile's first stage."""
    text = (ROOT / "docs" / "deploy" / "Containerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        *names, target = line.split()
        for name in names:
            place = source / target / (Path(name).name if target.endswith("/") else "")
            place.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copyfile(ROOT / name, place)


def share_dependencies(folder: Path) -> None:
    """Let the environment see this one's packages after its own.

    Nothing is fetched, nothing of the checkout is seen.
    """
    (own,) = (folder / "env" / "lib").glob("python*/site-packages")
    (own / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")


API_TEXT = "API Authorization Status must be complete before Seller Central Authorization may be started"
FAILED_TEXT = "Error: Seller Central Authorization failed. Please update authorization."
ENDS = {
    "A1": "complete",
    "A2": "complete",
    "A3": "complete",
    "A4": "awaiting_invitation",
    "A5": "needs_human",
    "A6": "failed",
    "A7": "complete",
}


@pytest.fixture(scope="module")
def told(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """One demo for all that is asked of its document and of what it leaves, played from an empty directory."""
    return tell(installed / "sc-agent", tmp_path_factory.mktemp("demo"), seed=1)


pytestmark = pytest.mark.timeout(600)


def test_every_account_ends_as_scripted_and_the_exit_code_says_so(told: Told) -> None:
    assert (told.code, told.document["ok"], told.document["schema"], told.document["seed"]) == (0, True, 1, 1)
    assert {account["account"]: account["authorization"] for account in told.document["accounts"]} == ENDS
    assert [check for check in told.document["checks"] if not check["ok"]] == []


def test_the_document_has_the_keys_of_status_and_the_tale(told: Told) -> None:
    status = {
        "account",
        "user_email",
        "marketplace",
        "api_authorization",
        "authorization",
        "message",
        "reasons",
        "next_step",
    }
    story = {"invitation", "last_complete_read_at", "updated_at", "expected", "as_scripted", "steps", "evidence"}
    for account in told.document["accounts"]:
        assert status | story <= set(account)
        assert account["as_scripted"]
        assert all(set(step) == {"seconds", "text"} for step in account["steps"])


def test_progress_is_told_on_the_other_stream_with_a_table(told: Told) -> None:
    for words in ("seller invites the user email", "every account ended as scripted", "what the customer sees"):
        assert words in told.progress


def test_the_good_one_accepts_with_a_code_and_is_confirmed(told: Told) -> None:
    steps = told.steps("A1")
    assert any(text.startswith("accepted with a one-time code") for text in steps)
    assert "seller confirms the user" in steps
    assert told.account("A1")["invitation"]["accepted_at"]
    assert told.account("A1")["last_complete_read_at"]


def test_wrong_permissions_show_the_exact_text_and_both_findings_with_remedies(told: Told) -> None:
    steps = told.steps("A2")
    failed = steps.index(FAILED_TEXT)
    findings = [text for text in steps[failed + 1 :] if text.startswith("  - ")]
    assert (
        "  - Settings > User Permissions is View & Edit, None was expected. Set Settings > User Permissions to None."
        in findings
    )
    (other,) = [text for text in findings if "User Permissions" not in text]
    assert " is View, View & Edit was expected. Set " in other
    assert other.endswith(" to View & Edit.")
    assert steps[-1].startswith("complete: ")
    assert any(path.endswith(".png") for path in told.account("A2")["evidence"])


def test_a_pending_api_authorization_shows_the_exact_text_and_starts_nothing(told: Told) -> None:
    steps = told.steps("A3")
    assert (
        steps.index(f"nothing is started: {API_TEXT}")
        < steps.index("API authorization is complete")
        < steps.index("accepted")
    )


def test_the_forged_mail_is_reported_with_its_reason(told: Told) -> None:
    (mail,) = told.account("A4")["refused_mails"]
    assert mail["verdict"] in ("held", "rejected")
    assert "not a Seller Central host" in mail["detail"]
    assert told.account("A4")["invitation"]["received_at"] is None


def test_the_captcha_keeps_evidence_and_tells_on_call_why(told: Told) -> None:
    account = told.account("A5")
    assert account["failure_code"] == "challenge"
    assert "captcha" in account["internal_reason"]
    assert {Path(path).suffix for path in account["evidence"]} >= {".png", ".html", ".json"}
    assert "captcha" not in account["message"].lower()


def test_the_withdrawn_one_shows_the_exact_text_and_the_reason(told: Told) -> None:
    account = told.account("A6")
    assert (account["message"], account["reasons"]) == (FAILED_TEXT, ["The invitation was withdrawn."])
    assert account["next_step"]


def test_a_login_that_was_missing_is_made_and_accepts(told: Told) -> None:
    steps = told.steps("A7")
    assert steps[0].startswith("registered without secrets: its login is to be created")
    assert any(text.startswith("login created, codes by mail typed") for text in steps)
    assert "code_mail" not in [mail["reason"] for mail in told.account("A7")["refused_mails"]]


def test_the_demo_leaves_no_secret_anywhere(told: Told) -> None:
    """On disk while the daemon runs and afterwards, and in all that was printed."""
    assert_the_search_was_thorough(told.search)
    assert names(told.search.hits) == []


async def test_what_the_failed_visits_left_passes_the_leak_gate_and_ends_again_as_it_did(told: Told) -> None:
    """The stand-ins are gone by now."""
    recordings = find_recordings([told.data_dir])
    assert [str(find) for find in scan(recordings, allowed=load_allowed(ALLOWED))[0]] == []
    replays = await replay_all(recordings, ReplayOptions(browser=BrowserOptions()))
    assert [(one.outcome, one.differences, one.misses) for one in replays if not one.is_same] == []
    assert {"challenge (captcha_image)", "invitation_closed (withdrawn)"} <= {one.outcome for one in replays}


def assert_the_search_was_thorough(search: Search) -> None:
    """It had secrets of every kind, and it looked where they could be."""
    kinds = (
        "password of",
        "password of a7",
        "seed of a7",
        "code of a7",
        "mailed code of a7",
        "seed of",
        "code of",
        "cookie at-",
        "cookie session-id",
        "the mailbox's",
        "the vault key",
    )
    assert [kind for kind in kinds if not any(secret.name.startswith(kind) for secret in search.secrets)] == []
    wanted = (
        "daemon.log",
        "agent.sqlite-wal",
        "report.html",
        "agent.sqlite: secrets.sealed",
        "agent.sqlite: sessions.sealed",
    )
    assert [place for place in wanted if place not in search.places] == []
    for ending in (".png", ".html", ".json"):
        assert any(place.startswith("evidence/") and place.endswith(ending) for place in search.places), ending


def test_the_selectors_travel_in_the_wheel(installed: Path, tmp_path: Path) -> None:
    code = "import secondary_user; secondary_user.add_folders(); "
    code += "from flows.catalogue.load import load_catalogue; from flows.data_files import selectors_root; "
    code += "print(len(load_catalogue().screens), selectors_root())"
    count, place = run(installed / "python", "-c", code, cwd=tmp_path).stdout.split()
    assert int(count) == len(list((ROOT / "selectors").glob("*.toml")))
    assert str(ROOT) not in place


def test_another_user_starts_it_as_the_image_does(installed: Path) -> None:
    text = (ROOT / "docs" / "deploy" / "Containerfile").read_text(encoding="utf-8")
    (uid,), (words,) = re.findall(r"^USER (\d+)$", text, re.MULTILINE), re.findall(r"^CMD (.+)$", text, re.MULTILINE)
    python = python_of(int(uid))  # only root may become another user, and only where that one can start an interpreter
    who: dict[str, Any] = {} if python is None else {"user": int(uid), "group": int(uid), "extra_groups": []}
    (own,) = installed.parent.glob("lib/python*/site-packages")
    with tempfile.TemporaryDirectory() as home:
        if who:
            os.chown(home, int(uid), int(uid))
        env = dict(re.findall(r"(SC_AGENT_\w+)=(\S+)", text)) | {"SC_AGENT_DATA_DIR": f"{home}/data"}
        env |= {"PATH": os.defpath, "PYTHONPATH": os.pathsep.join([str(own), sysconfig.get_path("purelib")])}
        command = [python or sys.executable, str(installed / "sc-agent"), *json.loads(words)]
        done = subprocess.run(command, env=env, cwd=home, capture_output=True, text=True, check=False, **who)
    assert (done.returncode, done.stderr.splitlines()[0][:26]) == (4, "error: no vault key is set"), done.stderr


def test_nothing_is_taken_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    code = "import secondary_user; secondary_user.add_folders(); import agent, flows, fixtures; "
    code += "print(agent.__file__, flows.__file__, fixtures.__file__)"
    assert str(ROOT) not in run(installed / "python", "-c", code, cwd=tmp_path).stdout


def test_the_wheel_adds_one_name_to_the_environment(installed: Path, tmp_path: Path) -> None:
    command = [str(installed / "python"), "-c", "import agent"]
    env = {"PATH": os.defpath}
    done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "No module named 'agent'" in done.stderr
    told = run(installed / "python", "-m", "secondary_user", "--help", cwd=tmp_path).stdout
    assert told == run(installed / "sc-agent", "--help", cwd=tmp_path).stdout


def test_selectors_is_no_package_and_hides_nothing_of_the_standard_library() -> None:
    assert not (ROOT / "selectors" / "__init__.py").exists()
    assert not list((ROOT / "selectors").rglob("*.py"))
    run(sys.executable, "-c", "import asyncio, selectors; selectors.DefaultSelector", cwd=ROOT)


def test_the_readme_shows_what_the_demo_prints(told: Told) -> None:
    told_steps = {account: told.steps(account) for account in ENDS}
    assert len(lines_of_readme("demo")) > 20
    assert not_printed("demo", told_steps) == []
