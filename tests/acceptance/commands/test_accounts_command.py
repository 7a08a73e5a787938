"""The registry as a process: what is shown, what is refused, what is never shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.processes.command import PASSWORD, SEED, Agent, Ended

API_TEXT = "API Authorization Status must be complete before Seller Central Authorization may be started"


def refused(ended: Ended, code: int, *words: str) -> None:
    """One clear line on stderr, the contract's exit code, no traceback, no secret."""
    assert ended.code == code, ended.err
    assert ended.out == ""
    assert ended.err.count("\n") == 1, ended.err
    assert ended.err.startswith("error: ")
    assert "Traceback" not in ended.err
    for word in words:
        assert word in ended.err
    assert PASSWORD not in ended.err


def test_an_account_is_added_and_shown_without_its_secrets(agent: Agent) -> None:
    assert agent.add("A1", "--merchant-id", "A1B2C3D4E5F6G7").code == 0
    shown = agent("accounts", "show", "A1", "--json")
    account = shown.document["account"]
    assert (account["user_email"], account["has_secrets"], account["authorization"]) == (
        "a1@users.example",
        True,
        "api_authorization_required",
    )
    listed = agent("accounts", "list", "--json")
    assert [each["account"] for each in listed.document["accounts"]] == ["A1"]
    everything = "".join(
        ended.out + ended.err for ended in (shown, listed, agent("accounts", "show", "A1"), agent("accounts", "list"))
    )
    assert PASSWORD not in everything
    assert SEED not in everything
    assert SEED.replace(" ", "") not in everything


def test_the_data_directory_holds_no_secret_in_clear(agent: Agent) -> None:
    agent.add("A1")
    kept = b"".join(path.read_bytes() for path in (agent.folder / "data").rglob("*") if path.is_file())
    assert kept
    assert PASSWORD.encode() not in kept
    assert SEED.replace(" ", "").encode() not in kept


def test_a_pending_api_authorization_is_said_to_the_letter(agent: Agent) -> None:
    agent.add("A1")
    status = agent("status", "A1", "--json").document["accounts"][0]
    assert (status["message"], status["api_authorization"]) == (API_TEXT, "pending")
    assert API_TEXT in agent("status").out
    assert agent("accounts", "api-authorization", "A1", "complete").code == 0
    status = agent("status", "A1", "--json").document["accounts"][0]
    assert (status["authorization"], status["reasons"]) == ("awaiting_invitation", [])


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "seed",
    ["123456", "not base32 at all!", "", "JBSWY3DP", "otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP", "otpauth://totp/x"],
)
def test_something_that_is_no_seed_is_refused_and_nothing_is_kept(agent: Agent, seed: str) -> None:
    refused(agent.add("A1", seed=seed), 2)
    assert agent("accounts", "list", "--json").document["accounts"] == []


def test_six_digits_are_recognised_as_a_code_and_not_a_seed(agent: Agent) -> None:
    refused(agent.add("A1", seed="123 456"), 2, "code", "seed")


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "stdin",
    ["", "not json", "[]", '{"password": "x"}', '{"password": "", "totp_secret": "JBSWY3DPEHPK3PXP"}', '{"a": 1}'],
)
def test_secrets_of_another_shape_are_refused(agent: Agent, stdin: str) -> None:
    ended = agent(
        "accounts",
        "add",
        "A1",
        "--user-email",
        "a1@users.example",
        "--marketplace",
        "US",
        "--secrets-stdin",
        stdin=stdin,
    )
    refused(ended, 2)
    assert agent("accounts", "list", "--json").document["accounts"] == []


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("A 1", "--user-email", "a@users.example", "--marketplace", "US"), "A 1"),
        (("../A1", "--user-email", "a@users.example", "--marketplace", "US"), "../A1"),
        (("A1", "--user-email", "nobody", "--marketplace", "US"), "nobody"),
        (("A1", "--user-email", "a@users.example", "--marketplace", "XX"), "XX"),
        (("A1", "--user-email", "a@users.example", "--marketplace", "US", "--merchant-id", "nonsense"), "nonsense"),
        (("A1", "--user-email", "a@users.example", "--marketplace", "US", "--audit-as", "Z9"), "Z9"),
        (("A1", "--marketplace", "US"), "user-email"),
    ],
)
def test_a_wrong_field_is_named(agent: Agent, options: tuple[str, ...], word: str) -> None:
    refused(agent("accounts", "add", *options), 2, word)
    assert agent("accounts", "list", "--json").document["accounts"] == []


def test_a_second_account_of_the_same_address_is_refused(agent: Agent) -> None:
    agent.add("A1")
    refused(agent.add("A2", email="A1@Users.Example"), 2, "already registered")


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "command", [("show",), ("pause",), ("resume",), ("release",), ("remove", "--yes"), ("api-authorization",)]
)
def test_an_unknown_account_is_a_usage_error(agent: Agent, command: tuple[str, ...]) -> None:
    more = ("complete",) if command[0] == "api-authorization" else ()
    refused(agent("accounts", command[0], "Z9", *more, *command[1:]), 2, "Z9")


def test_status_of_an_unknown_account_is_a_usage_error(agent: Agent) -> None:
    refused(agent("status", "Z9"), 2, "Z9")


def test_without_a_vault_key_nothing_is_registered(agent: Agent) -> None:
    agent.settings.clear()
    refused(agent.add("A1"), 4, "VAULT_KEY")


def test_a_malformed_vault_key_is_told_and_never_repeated(agent: Agent) -> None:
    agent.settings["VAULT_KEY"] = "c2hvcnQ="
    ended = agent.add("A1")
    refused(ended, 4, "32 bytes")
    assert "c2hvcnQ" not in ended.err


def test_a_file_with_secrets_that_others_can_read_is_not_imported(agent: Agent) -> None:
    file = write_accounts(agent.folder, mode=0o644)
    refused(agent("accounts", "import", str(file)), 2, "chmod 600")
    assert agent("accounts", "list", "--json").document["accounts"] == []


def test_a_private_file_is_imported_whole(agent: Agent) -> None:
    file = write_accounts(agent.folder, mode=0o600)
    assert agent("accounts", "import", str(file)).code == 0
    found = agent("accounts", "list", "--json").document["accounts"]
    assert [(each["account"], each["has_secrets"]) for each in found] == [("A1", True), ("A2", True)]


def test_an_import_with_one_wrong_row_imports_nothing(agent: Agent) -> None:
    file = write_accounts(agent.folder, mode=0o600, marketplace="XX")
    refused(agent("accounts", "import", str(file)), 2, "entry 2", "column 3", "marketplace")
    assert agent("accounts", "list", "--json").document["accounts"] == []


def test_a_csv_without_secrets_is_imported_and_says_what_is_missing(agent: Agent) -> None:
    file = agent.folder / "accounts.csv"
    file.write_text("id,user_email,marketplace,api_authorization\nA1,a1@users.example,DE,complete\n", encoding="utf-8")
    ended = agent("accounts", "import", str(file))
    assert ended.code == 0
    assert "1 of them without secrets" in ended.out


def test_a_paused_account_goes_on_where_it_stood(agent: Agent) -> None:
    agent.add("A1", "--api-authorized")
    assert "paused" in agent("accounts", "pause", "A1").out
    assert "awaiting_invitation" in agent("accounts", "resume", "A1").out


def test_new_secrets_replace_the_old_ones(agent: Agent) -> None:
    agent.add("A1")
    given = json.dumps({"password": "another", "totp_secret": SEED})
    assert agent("accounts", "secret", "A1", "--secrets-stdin", stdin=given).code == 0
    refused(agent("accounts", "secret", "A1"), 2, "--secrets-stdin")


def test_everything_can_be_paused_and_resumed(agent: Agent) -> None:
    agent.add("A1")
    assert agent("pause", "--all").code == 0
    assert agent("status", "--json").document["paused_by"]
    assert agent("resume", "--all").code == 0
    assert agent("status", "--json").document["paused_by"] is None


def test_a_forgotten_account_leaves_nothing_behind(agent: Agent) -> None:
    agent.add("A1")
    assert agent("accounts", "remove", "A1", "--yes").code == 0
    assert agent("status", "--json").document["accounts"] == []


def test_a_misspelt_setting_ends_any_command(agent: Agent) -> None:
    agent.settings["DATADIR"] = "x"
    refused(agent("status"), 4, "SC_AGENT_DATADIR")


def test_no_command_prints_help_and_a_wrong_one_is_a_usage_error(agent: Agent) -> None:
    assert "Usage" in agent("--help").out
    refused(agent("nonsense"), 2, "nonsense")


def write_accounts(folder: Path, *, mode: int, marketplace: str = "US") -> Path:
    """Two accounts with secrets; the second one's marketplace may be wrong."""
    file = folder / "accounts.json"
    secrets = {"password": PASSWORD, "totp_secret": SEED}
    rows = [
        {"id": "A1", "user_email": "a1@users.example", "marketplace": "US", **secrets},
        {"id": "A2", "user_email": "a2@users.example", "marketplace": marketplace, **secrets},
    ]
    file.write_text(json.dumps(rows), encoding="utf-8")
    file.chmod(mode)
    return file
