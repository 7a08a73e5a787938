"""`sc-agent init` and `config show` as processes: what is made, what is kept, what is never shown."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from subprocess import CompletedProcess

from agent.store.vault.keys import new_key
from tests.support.processes.forked.commands import run_forked


def run(folder: Path, *arguments: str, given: str = "", **more: str) -> CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "COLUMNS": "160", **more}
    code, out, err = run_forked(arguments, env=env, cwd=folder, stdin=given, timeout=60)
    return CompletedProcess(arguments, code, out, err)


def test_it_makes_what_the_agent_needs_readable_by_nobody_else(tmp_path: Path) -> None:
    given = ("--imap-host", "localhost", "--imap-username", "box", "--imap-password-stdin")
    done = run(tmp_path, "init", *given, given="it's a \\ secret\n")
    assert done.returncode == 0, done.stderr
    assert "secret" not in done.stdout + done.stderr
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    assert {"vault.key", ".env", "agent.sqlite"} <= set(modes)
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    shown = run(tmp_path, "config", "show", "--sources")
    assert "SC_AGENT_IMAP__HOST=localhost  # file of variables or configuration" in shown.stdout
    assert "SC_AGENT_IMAP__PASSWORD=***" in shown.stdout
    assert "SC_AGENT_WORK__TICK=5.0  # default" in shown.stdout
    assert "SC_AGENT_BROWSER__HEADLESS=true  # default" in shown.stdout
    assert 'SC_AGENT_IMAP__FOLDERS=["INBOX"]  # default' in shown.stdout
    assert "# SC_AGENT_DATABASE_URL is not set" in shown.stdout


def test_it_ends_with_what_doctor_says(tmp_path: Path) -> None:
    done = run(tmp_path, "init")
    checks = run(tmp_path, "doctor").stdout.splitlines()
    assert len(checks) > 10
    assert [line.split()[:2] for line in checks] == [
        line.split()[:2] for line in done.stdout.splitlines() if re.match(r"ok|warn|fail", line)
    ]
    assert "mend what fails" in done.stdout


def test_a_key_that_is_set_already_is_used_and_the_commands_go_on(tmp_path: Path) -> None:
    key = {"SC_AGENT_VAULT_KEY": new_key()}
    made = run(tmp_path, "init", **key)
    assert (made.returncode, "none was made" in made.stdout) == (0, True), made.stderr
    assert not (tmp_path / "data" / "vault.key").exists()
    assert run(tmp_path, "status", **key).returncode == 0


def test_what_is_named_is_where_everything_is_made(tmp_path: Path) -> None:
    run(tmp_path, "init", "--data-dir", "here", SC_AGENT_DATA_DIR=str(tmp_path / "elsewhere"))
    assert (tmp_path / "here" / "agent.sqlite").exists()
    assert not (tmp_path / "elsewhere").exists()


def test_nothing_is_made_where_something_was_wrong_before(tmp_path: Path) -> None:
    misspelt = run(tmp_path, "init", SC_AGENT_IMAP__HSOT="x")
    unsaid = run(tmp_path, "init", "--imap-password-stdin")
    assert (misspelt.returncode, unsaid.returncode) == (4, 2)
    assert list(tmp_path.iterdir()) == []


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
