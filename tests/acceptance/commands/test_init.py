"""`sc-agent init` and `config show` as processes: what is made, what is kept, what is never shown."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def run(folder: Path, *arguments: str, given: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT), "COLUMNS": "160", **more}
    command = [sys.executable, "-m", "agent", *arguments]
    return subprocess.run(command, cwd=folder, env=env, input=given, capture_output=True, text=True, check=False)


def test_it_makes_what_the_agent_needs_readable_by_nobody_else(tmp_path: Path) -> None:
    given = ("--imap-host", "imap.example.com", "--imap-username", "box", "--imap-password-stdin")
    done = run(tmp_path, "init", *given, given="it's a \\ secret\n")
    assert done.returncode == 0, done.stderr
    assert "secret" not in done.stdout + done.stderr
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    assert {"vault.key", ".env", "agent.sqlite"} <= set(modes)
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    shown = run(tmp_path, "config", "show", "--sources")
    assert "SC_AGENT_IMAP__HOST=imap.example.com  # file of variables or configuration" in shown.stdout
    assert "SC_AGENT_IMAP__PASSWORD=***" in shown.stdout
    assert "SC_AGENT_WORK__TICK=5.0  # default" in shown.stdout


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    run(tmp_path, "init")
    kept = {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir() if path.suffix in ("", ".key")}
    again = run(tmp_path, "init", "--imap-host", "other.example.com")
    assert (again.returncode, again.stdout.count("kept ")) == (0, 2)
    assert {name: (tmp_path / "data" / name).read_bytes() for name in kept} == kept


def test_afterwards_the_implicit_directory_is_used_and_accounts_can_be_added(tmp_path: Path) -> None:
    refused = run(tmp_path, "status")
    assert (refused.returncode, "sc-agent init" in refused.stderr) == (4, True)
    run(tmp_path, "init")
    secret = '{"password": "a-password", "totp_secret": "JBSWY3DPEHPK3PXP"}'
    added = run(
        tmp_path, "accounts", "add", "A1", "--user-email", "a1@users.example", "--marketplace", "US",
        "--secrets-stdin", given=secret,
    )  # fmt: skip
    assert added.returncode == 0, added.stderr
    assert "A1" in run(tmp_path, "status").stdout


def test_a_place_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    done = run(tmp_path, "init", "--data-dir", str(tmp_path / "file" / "data"))
    assert (done.returncode, len(done.stderr.splitlines())) == (4, 1)
