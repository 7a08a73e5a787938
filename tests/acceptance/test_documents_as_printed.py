"""What the documents tell a newcomer to type, typed as it stands."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.stand_in.generate import one_account
from fixtures.stand_in.world import StandIn
from tests.support.processes.command import PASSWORD, SEED
from tests.support.processes.daemon_process import daemon_environment
from tests.support.processes.forked.quick_program import quick_program
from tests.support.processes.terminal import NOBODY, Typed, run_at_a_terminal

ROOT = Path(__file__).parents[2]
IMPORTS = os.pathsep.join([str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))])
SELDOM = 'sleep() { command sleep "${1/#0.5/2}"; }'  # each look is a command, and the machine is busy with other tests
AFTER = "wait\nls -l --time-style=+ rehearsal.env accounts.json | cut -c1-10\n"


def printed(document: str, heading: str = "") -> str:
    """The first shell block of a document, or of a section of it."""
    text = (ROOT / document).read_text(encoding="utf-8")
    found = re.search(r"```sh\n(.*?)```", text[text.index(heading) :], re.DOTALL)
    assert found is not None
    return found[1]


def newcomer(home: Path, program: Path, python: str = sys.executable) -> dict[str, str]:
    """A newcomer's environment, with `program` as the agent's and none of this process's settings."""
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec {python} -m agent "$@"\n')
    program.chmod(0o755)
    env = {name: value for name, value in os.environ.items() if not name.startswith("SC_AGENT_")}
    if executable := os.environ.get("SC_AGENT_BROWSER__EXECUTABLE"):
        env["SC_AGENT_BROWSER__EXECUTABLE"] = executable
    return env | {
        "PATH": f"{program.parent}:{env['PATH']}",
        "PYTHONPATH": IMPORTS,
        "HOME": str(home),
        "NO_COLOR": "1",
    }


@pytest.mark.soak  # seventeen seconds of computing
@pytest.mark.timeout(400)
def test_the_rehearsal_is_played_as_printed(tmp_path: Path) -> None:
    ends = "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"  # nothing of it stays, wherever it stops
    command = ["bash", "-eu", "-c", f"set -m\n{ends}\n{SELDOM}\n{printed('docs/rehearsal.md')}{AFTER}"]
    program = tmp_path / "bin" / "sc-agent"
    env = newcomer(tmp_path, program)
    with quick_program(program):
        ended = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=360)
    assert ended.returncode == 0, ended.stderr + ended.stdout
    assert "A2" in ended.stdout
    assert "Seller Central Authorization is complete." in ended.stdout
    audit = json.loads((tmp_path / "audit.json").read_text())["audits"][0]
    assert (audit["account"], audit["verdict"], audit["gaps"]) == ("A2", "pass", [])
    assert ended.stdout.splitlines()[-2:] == ["-rw-------", "-rw-------"]


@pytest.fixture(scope="module")
def stand_in_settings() -> Iterator[dict[str, str]]:
    """The settings of an agent beside running stand-ins, without a place and a key of its own."""
    with StandIn(one_account()) as stand_in:
        env = daemon_environment(stand_in.description(), Path("unused"), "unused")
        kept = {name: value for name, value in env.items() if name.startswith("SC_AGENT_")}
        yield {name: value for name, value in kept.items() if name not in {"SC_AGENT_DATA_DIR", "SC_AGENT_VAULT_KEY"}}


@pytest.mark.parametrize("uid", [pytest.param(None, marks=pytest.mark.soak), NOBODY], ids=["as we are", "as nobody"])
def test_the_first_hour_is_as_printed(uid: int | None, stand_in_settings: dict[str, str]) -> None:
    python = None if uid is None else python_of(uid)
    if python is None:  # only root may become another user, and only where that one can read the checkout
        uid, python = None, sys.executable
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        env = newcomer(home, home / ".venv" / "bin" / "sc-agent", python) | stand_in_settings
        shown_as = {name: env.pop(f"SC_AGENT_IMAP__{name}") for name in ("HOST", "USERNAME", "PASSWORD")}
        if uid is not None:
            for path in (home, *home.rglob("*")):
                os.chown(path, uid, uid)
        typed = [
            Typed("IMAP host", shown_as["HOST"] + "\n"),
            Typed("IMAP user name", shown_as["USERNAME"] + "\n"),
            Typed("IMAP password", shown_as["PASSWORD"] + "\n"),
            Typed("Password (not shown)", PASSWORD + "\n"),
            Typed("seed", SEED + "\n"),
            Typed("daemon.started", "\x03"),
        ]
        command = ["/bin/bash", "-c", printed("README.md", "## Running it") + 'echo "ended with $?"']
        shown = run_at_a_terminal(command, env=env, cwd=home, types=typed, uid=uid)
        assert re.search(r"ok +mailbox", shown), shown
        assert re.search(r"ok +vault key", shown), shown
        assert "A1 is registered: a1@users.example.com, US, API authorization complete" in shown
        assert "ended with 0" in shown, shown
        assert '"level": "error"' not in shown  # Ctrl-C is the daemon's own affair
        assert not [secret for secret in (PASSWORD, SEED, shown_as["PASSWORD"]) if secret in shown]
        modes = {path.name: path.stat().st_mode & 0o777 for path in (home / "sc-agent").iterdir()}
        assert {modes["vault.key"], modes[".env"], modes["agent.sqlite"]} == {0o600}


def python_of(uid: int) -> str | None:
    """An interpreter that another user can start and that finds what we need, if there is one."""
    if os.geteuid() != 0:
        return None
    for python in (sys.executable, "/usr/bin/python3.11"):
        tried = [python, "-c", "import agent.cli.app"]
        env = {**os.environ, "PYTHONPATH": IMPORTS}
        with contextlib.suppress(OSError):
            ended = subprocess.run(tried, env=env, capture_output=True, user=uid, group=uid, extra_groups=[], cwd="/")
            if ended.returncode == 0:
                return python
    return None
