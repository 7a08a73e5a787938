"""The keys and texts of the contract, as other programs read them from the commands' output."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from agent.domain.authorization import State
from tests.support.processes.command import Agent

STATUS = {
    "account",
    "user_email",
    "marketplace",
    "api_authorization",
    "authorization",
    "message",
    "reasons",
    "next_step",
    "invitation",
    "last_complete_read_at",
    "updated_at",
}
AUDIT = {
    "account",
    "user_email",
    "audited_at",
    "verdict",
    "source",
    "layout",
    "counts",
    "findings",
    "permissions",
    "evidence",
}
CHECKS = [
    "browser", "mailbox", "clock skew", "database", "merchants", "vault key", "files", "catalogue", "disk", "daemon",
    "alarms",
]  # fmt: skip
COMMANDS = (
    "demo",
    "run",
    "accounts",
    "accept",
    "audit",
    "status",
    "replay",
    "record",
    "selectors",
    "stand-in",
    "doctor",
)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def test_status_has_every_key_of_the_contract(agent: Agent) -> None:
    agent.add("A1")
    document = agent("status", "--json").document
    (account,) = document["accounts"]
    assert document["schema"] == 1
    assert set(account) >= STATUS
    assert set(account["invitation"]) >= {"received_at", "accepted_at"}
    assert account["authorization"] in set(State)
    assert isinstance(account["reasons"], list)
    assert MOMENT.fullmatch(account["updated_at"])


def test_registry_documents_name_accounts_as_status_does(agent: Agent) -> None:
    agent.add("A1", "--api-authorized")
    listed = agent("accounts", "list", "--json").document
    shown = agent("accounts", "show", "A1", "--json").document
    assert (listed["schema"], shown["schema"]) == (1, 1)
    for account in (listed["accounts"][0], shown["account"]):
        assert {"account", "user_email", "marketplace", "api_authorization", "authorization", "has_secrets"} <= set(
            account
        )
    assert {"at", "from", "to", "why"} <= set(shown["history"][0])


def test_an_audit_that_could_not_be_made_has_every_key_and_is_no_pass(agent: Agent) -> None:
    agent.add("A1")
    ended = agent("audit", "A1", "--stored", "--format", "json")
    (audit,) = ended.document["audits"]
    assert ended.code == 3
    assert set(audit) >= AUDIT
    assert (audit["verdict"], audit["source"]) == ("incomplete", "none")
    assert audit["counts"] == {"permissions": 0, "as_expected": 0, "findings": 0}
    assert MOMENT.fullmatch(audit["audited_at"])


@pytest.mark.parametrize("how", ["--stored", "--since-last"])
def test_auditing_nobody_is_an_empty_document_and_confirms_nothing(agent: Agent, how: str) -> None:
    ended = agent("audit", "--all", how, "--format", "json")
    assert (ended.code, ended.document) == (3, {"schema": 1, "audits": []})
    assert ended.err.startswith("error: no account is registered in ")


def test_doctor_makes_one_line_of_every_check_and_exits_4_without_a_mailbox(agent: Agent) -> None:
    document = agent("doctor", "--json")
    assert document.code == 4
    assert [check["name"] for check in document.document["checks"]] == CHECKS
    assert {check["health"] for check in document.document["checks"]} <= {"ok", "warn", "fail"}
    plain = agent("doctor")
    assert [line[5:17].strip() for line in plain.out.splitlines()] == CHECKS


def test_an_empty_list_is_one_line_without_a_table(agent: Agent) -> None:
    told = {command: agent(*command).out for command in (("mail", "list"), ("accounts", "list"), ("webhooks", "list"))}
    assert {command: out.count("\n") for command, out in told.items()} == dict.fromkeys(told, 1)


def test_the_lines_of_a_help_are_broken_by_the_terminal_alone(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    assert "or a new secret, open operations end, every account is first looked at" in agent("restore", "--help").out
    assert "With --create-login there are none yet: a login is created" in agent("accounts", "add", "--help").out


def test_help_lists_the_commands_and_the_exit_codes(agent: Agent) -> None:
    text = agent("--help").out
    assert all(re.search(rf"\b{name}\b", text) for name in COMMANDS)
    assert "Exit codes" in text


def test_a_key_that_the_agent_makes_is_one_it_takes(agent: Agent) -> None:
    agent.settings["VAULT_KEY"] = agent("vault", "key").out.strip()
    assert agent.add("A1").code == 0
    assert json.loads(agent("status", "A1", "--json").out)["accounts"][0]["account"] == "A1"


@pytest.mark.sampled(4)
@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_starts_in_a_fresh_interpreter_and_teaches(command: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "agent", command, "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"sc-agent {command}" in done.stdout
