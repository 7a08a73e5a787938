"""Wrong input as a process: one clear line, the contract's exit code, nothing lost, nothing half-written, no secret
shown.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.store.vault.keys import new_key
from tests.support.processes.command import PASSWORD, SEED, Agent, Ended

SITE = "https://sellercentral.amazon.com"
RULES = {"BROWSER__HOST_RESOLVER_RULES": "MAP * 127.0.0.1:9"}


def refused(ended: Ended, code: int, *words: str) -> None:
    """One line on stderr, nothing on stdout."""
    assert (ended.code, ended.out) == (code, ""), ended.out + ended.err
    assert ended.err.startswith("error: ")
    assert ended.err.count("\n") == 1, ended.err
    assert "unexpected" not in ended.err
    assert PASSWORD not in ended.err
    for word in words:
        assert word in ended.err


@pytest.fixture
def rehearsing(agent: Agent) -> Agent:
    """An agent with one account, pointed at a closed port of this machine."""
    agent.settings |= RULES
    assert agent.add("A1", "--api-authorized").code == 0
    return agent


@pytest.mark.parametrize(
    "words", [("mail", "show"), ("mail", "approve"), ("webhooks", "replay"), ("events", "--after")], ids=" ".join
)
def test_a_number_beyond_every_database_is_a_slip_that_is_not_repeated(agent: Agent, words: tuple[str, ...]) -> None:
    ended = agent(*words, "9" * 40)
    refused(ended, 2, "expected a number as the list shows it, found something else")
    assert "999" not in ended.err


@pytest.mark.parametrize("seed", ["ÄÖÜ" * 8, "otpauth://[totp/x?secret=" + SEED.replace(" ", "")])
def test_a_seed_in_letters_nobody_expects_is_a_usage_error(agent: Agent, seed: str) -> None:
    refused(agent.add("A1", seed=seed), 2)


def test_an_import_of_nothing_is_refused(agent: Agent) -> None:
    (agent.folder / "none.csv").write_text("id,user_email,marketplace\n", encoding="utf-8")
    refused(agent("accounts", "import", "none.csv"), 2, "holds no account")


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (None, 2, "No such file"),
        (b"", 2, "is empty"),
        (b"\0\xff" * 500, 3, "header_malformed"),
        (b"a" * 2_000_001, 2, "longer than"),
    ],
    ids=["missing", "empty", "binary", "huge"],
)
def test_an_unreadable_mail_file_is_one_line(rehearsing: Agent, content: bytes | None, code: int, word: str) -> None:
    if content is not None:
        (rehearsing.folder / "mail.eml").write_bytes(content)
    refused(rehearsing("accept", "A1", "--mail", "mail.eml"), code, word)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("https://sellercentral.amazon.com.evil.example/invitation/accept?merchantId=A1B2C3D4E5F6G7", "link_host"),
        (f"http://{SITE.removeprefix('https://')}/invitation/accept", "link_not_https"),
        (f"{SITE}@evil.example/invitation/accept", "link_host"),
        (f"{SITE}/gp/homepage.html", "link_path"),
    ],
)
def test_a_link_that_is_no_invitation_is_refused_before_anybody_is_asked(
    rehearsing: Agent, link: str, reason: str
) -> None:
    refused(rehearsing("accept", "A1", "--link", link), 2, reason)


def test_an_unknown_account_is_refused_before_anybody_is_asked(rehearsing: Agent) -> None:
    refused(rehearsing("accept", "Z9", "--link", f"{SITE}/invitation/accept"), 2, "Z9")


def test_what_was_typed_wrongly_is_told_before_what_the_machine_lacks(rehearsing: Agent) -> None:
    rehearsing.settings["BROWSER__EXECUTABLE"] = "/nonexistent"
    for command, word in (
        (("accept", "Z9", "--mail", "mail.eml"), "Z9"),
        (("accept", "A1", "--mail", "none.eml"), "none.eml"),
        (("accept", "A1", "--link", f"{SITE}/gp/homepage.html"), "link_path"),
        (("audit", "Z9"), "Z9"),
        (("audit", "A1", "--as", "A1"), "another account"),
        (("insights", "Z9"), "Z9"),
        (("survey", "Z9"), "Z9"),
        (("record", "audit", "Z9", "--output", "new"), "Z9"),
        (("accounts", "rotate-totp", "Z9"), "Z9"),
    ):
        refused(rehearsing(*command), 2, word)


def test_an_account_reads_its_own_rows_as_another_one_only(rehearsing: Agent) -> None:
    refused(rehearsing("accounts", "set", "A1", "--audit-as", "A1"), 2, "another account")
    refused(rehearsing.add("A2", "--audit-as", "A2"), 2, "another account")
    csv = "id,user_email,marketplace,audit_as\nA3,a3@users.example,US,A3\n"
    refused(rehearsing("accounts", "import", "-", stdin=csv), 2, "line 2, column 4 (audit_as)", "another account")


def test_a_slip_of_the_hand_is_met_with_the_word_that_was_meant(agent: Agent) -> None:
    refused(agent("stauts"), 2, "'status'")
    refused(agent("accounts", "lsit"), 2, "'list'")
    refused(agent("mail", "list", "--limit", "x"), 2, "--limit", "a whole number was expected")
    refused(agent("status", "A1", "A2"), 2, "more words were given than the command takes")


def test_a_policy_s_unknown_key_is_named_beside_those_there_are(agent: Agent) -> None:
    (agent.folder / "policy.toml").write_text("foo = 1\n", encoding="utf-8")
    refused(agent("policy", "validate", "policy.toml"), 2, "unknown key foo", "must_be_none")


def test_a_missing_browser_ends_a_command_and_leaves_no_trace(rehearsing: Agent) -> None:
    before = rehearsing("accounts", "show", "A1", "--json").document
    rehearsing.settings["BROWSER__EXECUTABLE"] = "/nonexistent"
    link = f"{SITE}/invitation/accept?merchantId=A1B2C3D4E5F6G7&invitationId=7452a52a-33f2-429f-8028-57dfd650e4f7"
    refused(rehearsing("accept", "A1", "--link", link, "--yes"), 4, "/nonexistent", "SC_AGENT_BROWSER__EXECUTABLE")
    refused(rehearsing("audit", "A1"), 4, "/nonexistent")
    refused(rehearsing("run", "--roles", "work"), 4, "/nonexistent")
    assert rehearsing("accounts", "show", "A1", "--json").document == before


def test_another_vault_key_seals_nothing_beside_what_it_cannot_open(rehearsing: Agent) -> None:
    rehearsing.settings["VAULT_KEY"] = new_key()
    refused(rehearsing.add("A2"), 4, "was sealed with vault key", "SC_AGENT_VAULT_OLD_KEYS")
    refused(rehearsing("audit", "A1"), 4, "was sealed with vault key")
    given = json.dumps({"password": PASSWORD, "totp_secret": SEED})
    refused(rehearsing("accounts", "secret", "A1", "--secrets-stdin", stdin=given), 4, "was sealed with vault key")
    assert len(rehearsing("accounts", "list", "--json").document["accounts"]) == 1


def test_rehearsal_data_are_never_production_data(rehearsing: Agent) -> None:
    del rehearsing.settings["BROWSER__HOST_RESOLVER_RULES"]
    refused(rehearsing("status"), 4, "rehearsal", "SC_AGENT_DATA_DIR")


def test_a_file_that_is_no_database_is_told_and_kept(agent: Agent) -> None:
    file = agent.folder / "data" / "agent.sqlite"
    file.parent.mkdir()
    file.write_text("this is somebody's diary", encoding="utf-8")
    refused(agent("status"), 4, "not a database")
    assert file.read_text(encoding="utf-8") == "this is somebody's diary"


def test_a_server_that_does_not_answer_is_told_with_what_to_do(agent: Agent) -> None:
    agent.settings["DATABASE_URL"] = "postgresql://user:word@127.0.0.1:9/none"
    refused(agent("status"), 4, "start the server, or correct SC_AGENT_DATABASE_URL")


@pytest.mark.parametrize("line", ["garbage line", "SC_AGENT_IMAP__HOST", "SC_AGENT_IMAP__HOST = 'cut off"])
def test_a_line_of_the_file_of_variables_that_says_nothing_is_named(agent: Agent, line: str) -> None:
    assert agent.add("A1").code == 0
    file = agent.folder / "data" / ".env"
    file.write_text(f"# settings\n{line}\n", encoding="utf-8")
    file.chmod(0o600)
    refused(agent("status"), 4, f"{file}, line 2", "NAME=VALUE")


def test_a_data_directory_that_is_a_file_is_told(agent: Agent) -> None:
    (agent.folder / "data").write_text("", encoding="utf-8")
    refused(agent("status"), 4, "SC_AGENT_DATA_DIR")


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("IMAP__HSOT", "x", ("SC_AGENT_IMAP__HSOT", "did you mean SC_AGENT_IMAP__HOST?")),
        ("MAIL__DNS_SERVERS", "nonsense", ("SC_AGENT_MAIL__DNS_SERVERS", "address:port")),
        ("DATABASE_URL", "mysql://x/y", ("SC_AGENT_DATABASE_URL", "mysql")),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(agent: Agent, name: str, value: str, words: tuple[str, ...]) -> None:
    agent.settings[name] = value
    refused(agent("status"), 4, *words)


def test_the_daemon_needs_a_mailbox_and_its_password(agent: Agent) -> None:
    refused(agent("run"), 4, "SC_AGENT_IMAP__HOST")
    agent.settings |= RULES | {"IMAP__HOST": "127.0.0.1", "IMAP__USERNAME": "u", "IMAP__TLS": "none"}
    refused(agent("run"), 4, "SC_AGENT_IMAP__PASSWORD")


def test_a_broken_policy_is_configuration_when_the_settings_name_it(rehearsing: Agent) -> None:
    (rehearsing.folder / "policy.toml").write_text("general = [", encoding="utf-8")
    refused(rehearsing("audit", "A1", "--policy", "policy.toml"), 2, "not TOML")
    rehearsing.settings["AUDIT__POLICY_FILE"] = "policy.toml"
    refused(rehearsing("audit", "A1"), 4, "SC_AGENT_AUDIT__POLICY_FILE", "not TOML")


def test_a_report_is_not_begun_where_it_cannot_be_written(rehearsing: Agent) -> None:
    refused(rehearsing("audit", "A1", "--output", "."), 4, "is a directory")
    refused(rehearsing("audit", "A1", "--output", "none/report.txt"), 4, "none/report.txt")
    assert sorted(path.name for path in rehearsing.folder.iterdir()) == ["data"]


def test_the_daemon_stops_when_a_second_one_may_not_start(rehearsing: Agent) -> None:
    first = subprocess.Popen(
        [sys.executable, "-m", "agent", "run", "--roles", "work"],
        env=rehearsing.env,
        cwd=rehearsing.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert first.stderr is not None
        assert "daemon.started" in json.loads(first.stderr.readline())["event"]
        refused(rehearsing("run", "--roles", "work"), 4, "another daemon", str(first.pid))
    finally:
        first.send_signal(signal.SIGTERM)
        assert first.wait(timeout=20) == 0
        first.stderr.close() if first.stderr else None


def test_ctrl_c_is_one_line_and_no_traceback(rehearsing: Agent) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", "accounts", "secret", "A1", "--secrets-stdin"],
        env=rehearsing.env,
        cwd=rehearsing.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait_until_it_reads(process.pid)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    refused(Ended(code=process.returncode, out=out, err=err), 3, "interrupted")


def test_a_reader_that_goes_away_is_no_finding(rehearsing: Agent) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        command = [sys.executable, "-m", "agent", "status", "--json"]
        done = subprocess.run(
            command, env=rehearsing.env, cwd=rehearsing.folder, stdout=gone, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (141, b"")


def _wait_until_it_reads(pid: int) -> None:
    """A process whose main thread waits in read(2) on its standard input.

    System call 0, file 0 (Linux on x86-64).
    """
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if Path(f"/proc/{pid}/syscall").read_text(encoding="ascii").split()[:2] in (["0", "0x0"], ["63", "0x0"]):
            return
        time.sleep(0.05)
    raise AssertionError("it never read its standard input")


def test_a_rehearsal_s_leftovers_stop_a_production(agent: Agent) -> None:
    assert agent.add("A1").code == 0
    agent.settings["MAIL__DNS_SERVERS"] = "127.0.0.1:5353"
    refused(agent("accounts", "list"), 4, "made in production", "MAIL__DNS_SERVERS")
    del agent.settings["MAIL__DNS_SERVERS"]
    agent.settings |= {"IMAP__HOST": "127.0.0.1", "IMAP__USERNAME": "u", "IMAP__TLS": "none"}
    refused(agent("status"), 4, "made in production", "IMAP TLS")


def test_doctor_names_what_others_can_read_and_whom_the_first_invitation_let_in(agent: Agent) -> None:
    assert agent.add("A1").code == 0
    agent.settings["ACCEPT_ANY_MERCHANT"] = "true"
    (agent.folder / "data").chmod(0o755)
    checks = {each["name"]: each for each in agent("doctor", "--json").document["checks"]}
    assert (checks["files"]["health"], checks["merchants"]["health"]) == ("warn", "warn")
    assert "ACCEPT_ANY_MERCHANT" in checks["merchants"]["detail"]


def test_what_others_can_write_registers_nobody_and_judges_nothing(agent: Agent) -> None:
    assert agent.add("A1").code == 0
    for name, command in (("a.csv", ("accounts", "import")), ("policy.toml", ("audit", "A1", "--policy"))):
        (agent.folder / name).write_text("id,user_email,marketplace\nA2,a2@users.example,US\n", encoding="utf-8")
        (agent.folder / name).chmod(0o666)
        refused(agent(*command, name), 4, "can be written by others")
