"""Commands end in one line and the right code, however they are ended, and start with little."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.cli.app import COMMANDS
from agent.cli.lazy_commands import build, help_of
from agent.domain.account import ApiAuthorization
from agent.store.database.engine import open_database, writing
from tests.support.processes.command import Agent
from tests.support.processes.terminal import run_at_a_terminal
from tests.support.stored.registry import add_account

BROWSING = {
    "playwright",
    "dbos",
    "imapclient",
    "aiohttp",
    "apprise",
    "dkim",
    "fastapi",
    "starlette",
    "uvicorn",
    "httpx",
}
HEAVY = BROWSING | {"sqlalchemy", "cryptography", "jinja2", "pydantic", "pydantic_settings", "alembic"}
OTHER_VISITS = {f"agent.visits.kinds.{kind}" for kind in ("insights", "registration", "rotation")} | {"rich.progress"}
ASKS = """
import sys
sys.argv = ["sc-agent", *sys.argv[1:]]
from agent.__main__ import main
try:
    main()
except SystemExit as ended:
    print(*sorted(sys.modules), file=sys.stderr)
    raise
"""

COLLECTS = """
import gc, sys
sys.argv = ["sc-agent", "policy", "show"]
from agent.__main__ import main
try:
    main()
except SystemExit as ended:
    print(gc.isenabled(), gc.get_freeze_count(), len(gc.get_objects()), file=sys.stderr)
    raise
"""


WHILE_IMPORTING = """
import os, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), int(number))

module, number = sys.argv[1:]
sys.argv = ["sc-agent", "status"]
sys.meta_path.insert(0, Interrupt())
from agent.__main__ import main
main()
"""


def process(agent: Agent, *arguments: str, **more: int | None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "agent", *arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
    return subprocess.Popen(command, env=agent.env, cwd=agent.folder, preexec_fn=_hear_hangups, **pipes)  # type: ignore[call-overload,no-any-return]


def _hear_hangups() -> None:
    """Begin as under a terminal: `nohup` in front of the tests would have SIGHUP ignored, rightly by the command as
    well.
    """
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def reads_standard_input(pid: int) -> bool:
    """Whether the main thread waits in read(2) on file 0 (Linux on x86-64)."""
    return Path(f"/proc/{pid}/syscall").read_text("ascii").split()[:2] == ["0", "0x0"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_a_command_in_one_line(agent: Agent, number: signal.Signals) -> None:
    options = ("--user-email", "a1@users.example", "--marketplace", "US", "--secrets-stdin")
    with process(agent, "accounts", "add", "A1", *options) as running:
        end = time.monotonic() + 60
        while not reads_standard_input(running.pid):
            assert time.monotonic() < end
            time.sleep(0.05)
        running.send_signal(number)
        _, err = running.communicate(timeout=60)
    assert (running.returncode, err.decode().count("\n")) == (3, 1)
    assert err.startswith(b"error: interrupted")


@pytest.mark.parametrize(
    ("module", "number"), [("typer", signal.SIGTERM), ("typer", signal.SIGINT), ("sqlalchemy", signal.SIGHUP)]
)
def test_a_signal_while_libraries_are_imported_does_so_too(agent: Agent, module: str, number: signal.Signals) -> None:
    open_database(f"sqlite:///{agent.folder / 'agent.sqlite'}").dispose()
    agent.settings["DATABASE_URL"] = f"sqlite:///{agent.folder / 'agent.sqlite'}"
    command = [sys.executable, "-c", WHILE_IMPORTING, module, str(int(number))]
    ended = subprocess.run(
        command, env=agent.env, cwd=agent.folder, capture_output=True, text=True, check=False, preexec_fn=_hear_hangups
    )
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (3, "", 1)
    assert ended.stderr.startswith("error: interrupted")


def test_streams_that_were_closed_before_the_start_are_no_surprise(agent: Agent) -> None:
    shell = (
        f"exec {sys.executable} -m agent accounts add A1 --user-email a@users.example --marketplace US "
        "--secrets-stdin <&- >&-"
    )
    done = subprocess.run(["sh", "-c", shell], env=agent.env, cwd=agent.folder, capture_output=True, check=False)
    assert (done.returncode, b"standard input was empty" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    "command",
    [
        ("accounts", "api-authorization"),
        ("accounts", "api-authorization", "A1", "maybe"),
        ("status", "--nope"),
        ("nope",),
        ("audit", "--format", "x"),
    ],
)
def test_a_wrong_call_is_one_line_on_standard_error(agent: Agent, command: tuple[str, ...]) -> None:
    ended = agent(*command)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert ended.err.startswith("error: ")


def imported(agent: Agent, *asked: str, code: int = 0) -> set[str]:
    """The packages and modules that a command imports."""
    command = [sys.executable, "-c", ASKS, *asked]
    done = subprocess.run(command, env=agent.env, cwd=agent.folder, capture_output=True, text=True, check=False)
    assert done.returncode == code
    return set(done.stderr.split())


@pytest.mark.parametrize("asked", ["--help", "--version"])
def test_help_and_version_import_no_heavy_library(agent: Agent, asked: str) -> None:
    assert imported(agent, asked) & HEAVY == set()


def test_status_imports_what_reads_the_database_and_no_more(agent: Agent) -> None:
    open_database(f"sqlite:///{agent.folder / 'agent.sqlite'}").dispose()
    agent.settings["DATABASE_URL"] = f"sqlite:///{agent.folder / 'agent.sqlite'}"
    found = imported(agent, "status", "--json")
    assert "sqlalchemy" in found
    assert found & (BROWSING | {"alembic", "jinja2", "cryptography"}) == set()


def test_an_audit_that_may_not_begin_is_refused_before_a_visits_own_modules_are_loaded(agent: Agent) -> None:
    engine = open_database(f"sqlite:///{agent.folder / 'agent.sqlite'}")
    with writing(engine) as conn:
        add_account(conn, api=ApiAuthorization.PENDING)
    engine.dispose()
    agent.settings["DATABASE_URL"] = f"sqlite:///{agent.folder / 'agent.sqlite'}"
    agent.settings["BROWSER__NO_SANDBOX"] = str(os.geteuid() == 0)  # root has none; no browser is started here
    found = imported(agent, "audit", "A1", code=3)
    assert "agent.visits.prepare" in found
    assert found & {"agent.visits.run", "agent.visits.browsing", "agent.visits.kinds.audit", *OTHER_VISITS} == set()


def test_an_audit_imports_the_browser_and_nothing_of_the_daemon(agent: Agent) -> None:
    found = imported(agent, "audit", "--help")
    assert {"playwright", "agent.visits.prepare"} <= found
    assert found & (BROWSING - {"playwright"} | {"alembic", "jinja2", "websockets"} | OTHER_VISITS) == set()


def test_what_a_command_imports_is_nothing_to_collect_and_what_it_makes_is(agent: Agent) -> None:
    command = [sys.executable, "-c", COLLECTS]
    done = subprocess.run(command, env=agent.env, cwd=agent.folder, capture_output=True, text=True, check=False)
    enabled, frozen, followed = done.stderr.splitlines()[-1].split()
    assert (done.returncode, enabled) == (0, "True")
    assert int(frozen) > 4 * int(followed) > 0


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_each_command_what_its_own_help_says(name: str) -> None:
    told = " ".join((build(name, COMMANDS[name]).help or "").split("\n\n")[0].split())
    assert " ".join(help_of(COMMANDS[name]).split()) == told


def test_the_version_is_told(agent: Agent) -> None:
    ended = agent("--version")
    assert (ended.code, ended.out.split()[0]) == (0, "sc-agent")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_are_told_how_words_go_on(agent: Agent, shell: str) -> None:
    asked = {
        "COMP_WORDS": "sc-agent sta",
        "COMP_CWORD": "1",
        "_TYPER_COMPLETE_ARGS": "sc-agent sta",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }
    env = agent.env | asked | {"_SC_AGENT_COMPLETE": f"complete_{shell}"}
    done = subprocess.run(
        [sys.executable, "-m", "agent"], env=env, cwd=agent.folder, capture_output=True, text=True, check=False
    )
    assert ("status" in done.stdout, "stand-in" in done.stdout, "replay" in done.stdout) == (True, True, False)


def test_a_wrong_name_of_a_setting_is_met_with_the_right_one(agent: Agent) -> None:
    agent.settings["IMAP_HOST"] = "imap.users.example"
    assert "did you mean SC_AGENT_IMAP__HOST?" in agent("status").err
    del agent.settings["IMAP_HOST"]
    agent.settings["NOTIFY_URLS"] = "json://users.example"
    assert "did you mean SC_AGENT_OBSERVE__NOTIFY_URLS?" in agent("status").err
    del agent.settings["NOTIFY_URLS"]
    (agent.folder / "agent.toml").write_text("foo = 1\n[wrok]\ntick = 1\n[imap]\nhsot = 'x'\n")
    (agent.folder / "agent.toml").chmod(0o600)
    agent.settings["CONFIG"] = str(agent.folder / "agent.toml")
    told = agent("status").err
    assert "agent.toml: [wrok] is not a setting; did you mean work?" in told
    assert "agent.toml: foo is not a setting" in told
    assert "agent.toml: [imap] hsot is not a setting; did you mean [imap] host?" in told


@pytest.mark.parametrize("columns", ["60", "80"])
def test_a_terminal_without_colour_cuts_nothing(agent: Agent, columns: str) -> None:
    agent.add("A1")
    env = agent.env | {"NO_COLOR": "1", "COLUMNS": columns, "TERM": "xterm"}
    for command, words in (
        (("accounts", "show", "A1"), ("api_authorization_required", "a1@users.example", "registered")),
        (("accounts", "list"), ("api_authorization_required", "a1@users.example", "marketplace")),
        (("status",), ("api_authorization_required", "a1@users.example")),
    ):
        shown = run_at_a_terminal([sys.executable, "-m", "agent", *command], env=env, cwd=agent.folder, types=())
        assert "\x1b[" not in shown
        assert "\u2026" not in shown
        for word in words:
            assert word in shown, command


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "command",
    [
        ("--help",),
        ("config", "show"),
        ("accounts", "list"),
        ("accounts", "list", "--json"),
        ("accounts", "export"),
        ("status",),
        ("explain", "A1"),
        ("events", "--json"),
        ("audit", "A1", "--stored", "--format", "csv"),
        ("audit", "A1", "--stored", "--format", "html", "--output", "/dev/stdout"),
        ("backup", "-"),
        ("support", "A1", "--output", "-"),
        ("policy", "show"),
    ],
    ids=" ".join,
)
def test_a_reader_that_goes_away_ends_every_command_that_writes_much(agent: Agent, command: tuple[str, ...]) -> None:
    agent.add("A1")
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone, process(agent, *command, stdout=gone.fileno()) as running:
        _, told = running.communicate(timeout=60)
    assert (running.returncode, b"rror" in told, b"Traceback" in told) == (141, False, False)


def test_a_slip_for_one_account_is_met_with_the_right_command(agent: Agent) -> None:
    for command in ("pause", "resume"):
        ended = agent(command, "A1")
        assert (ended.code, ended.err.count("\n")) == (2, 1)
        assert f"sc-agent accounts {command} A1" in ended.err


def test_watching_is_ended_by_ctrl_c_and_all_is_well(agent: Agent) -> None:
    agent.add("A1")
    with process(agent, "status", "--watch") as running:
        assert running.stdout is not None
        running.stdout.readline()
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=30)
    assert (running.returncode, told) == (0, b"")
