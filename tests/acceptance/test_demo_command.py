"""`sc-agent demo` as a process: what it exits with, what its document says, and how an interrupt ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.daemon_process import ROOT, wait_until

API_TEXT = "API Authorization Status must be complete before Seller Central Authorization may be started"
FAILED_TEXT = "Error: Seller Central Authorization failed. Please update authorization."
ENDS = {
    "A1": "complete",
    "A2": "complete",
    "A3": "complete",
    "A4": "awaiting_invitation",
    "A5": "needs_human",
    "A6": "failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One demo that was played to its end."""

    code: int
    document: dict[str, Any]
    progress: str
    left: list[Path]

    def account(self, name: str) -> dict[str, Any]:
        """One account of the document."""
        found: dict[str, Any] = next(account for account in self.document["accounts"] if account["account"] == name)
        return found

    def steps(self, name: str) -> list[str]:
        """What happened to it."""
        return [step["text"] for step in self.account(name)["steps"]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """One demo for all that is asked of its document."""
    folder = tmp_path_factory.mktemp("demo")
    with demo(folder, "--json", "--seed", "3") as process:
        out, err = process.communicate(timeout=300)
    return Told(code=process.returncode, document=json.loads(out), progress=err, left=remains(folder))


@contextmanager
def demo(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A demo in a process group of its own, whose temporary files are in a folder of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SC_AGENT_") or name.endswith("EXECUTABLE")}
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", "demo", *arguments],
        env=kept | {"TMPDIR": str(folder), "COLUMNS": "160"},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def remains(folder: Path) -> list[Path]:
    """Data directories that were not removed."""
    return list(folder.glob("sc-agent-demo-*"))


pytestmark = pytest.mark.timeout(400)


def test_every_account_ends_as_scripted_and_the_exit_code_says_so(told: Told) -> None:
    assert (told.code, told.document["ok"], told.document["schema"], told.document["seed"]) == (0, True, 1, 3)
    assert {account["account"]: account["authorization"] for account in told.document["accounts"]} == ENDS
    assert [check for check in told.document["checks"] if not check["ok"]] == []
    assert told.left == []


def test_the_document_has_the_keys_of_status_and_the_tale(told: Told) -> None:
    status = {"account", "user_email", "marketplace", "api_authorization", "authorization", "message", "reasons", "next_step"}
    tale = {"invitation", "last_complete_read_at", "updated_at", "expected", "as_scripted", "steps", "evidence"}
    for account in told.document["accounts"]:
        assert status | tale <= set(account)
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
    assert "  - Settings > User Permissions is View & Edit, None was expected. Set Settings > User Permissions to None." in findings
    (other,) = [text for text in findings if "User Permissions" not in text]
    assert " is View, View & Edit was expected. Set " in other
    assert other.endswith(" to View & Edit.")
    assert steps[-1].startswith("complete: ")
    assert any(path.endswith(".png") for path in told.account("A2")["evidence"])


def test_a_pending_api_authorization_shows_the_exact_text_and_starts_nothing(told: Told) -> None:
    steps = told.steps("A3")
    assert steps.index(f"nothing is started: {API_TEXT}") < steps.index("API authorization is complete") < steps.index("accepted")


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


@pytest.mark.sampled(1)
@pytest.mark.parametrize("whole_group", [True, False], ids=["as Ctrl-C does", "to the demo alone"])
def test_an_interrupt_in_the_middle_ends_every_process_and_leaves_no_data(tmp_path: Path, whole_group: bool) -> None:
    with demo(tmp_path, "--seed", "4") as process:
        wait_until(lambda: is_visiting(tmp_path), within=90, what="a visit under way")
        started_by_it = descendants(process.pid)
        assert len(started_by_it) >= 3  # stand-ins, daemon, browser
        started = time.monotonic()
        (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
        process.communicate(timeout=30)
        wait_until(lambda: not alive(started_by_it), within=max(0.1, 10 - (time.monotonic() - started)), what="its processes to end")
    assert process.returncode != 0
    assert remains(tmp_path) == []


def is_visiting(folder: Path) -> bool:
    """Tell whether the daemon's log speaks of a visit."""
    return any("visit.started" in log.read_text(errors="replace") for log in folder.glob("sc-agent-demo-*/daemon.log"))


def descendants(pid: int) -> dict[int, str]:
    """Every process below one, with the moment it was started, which tells it from a later one of the same number."""
    running = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    parents = {child: parent for child in running if (parent := parent_of(child))}
    found, fresh = {pid}, {pid}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return {each: fields[19] for each in found - {pid} if (fields := stat_of(each))}


def parent_of(pid: int) -> int:
    """The parent's number; 0 for a process that is gone."""
    fields = stat_of(pid)
    return int(fields[1]) if fields else 0


def stat_of(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; none for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def alive(processes: dict[int, str]) -> list[int]:
    """Those that still run; a zombie does not."""
    return [pid for pid, began in processes.items() if (fields := stat_of(pid)) and fields[19] == began and fields[0] != "Z"]
