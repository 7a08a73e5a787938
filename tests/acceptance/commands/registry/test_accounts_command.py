"""The registry as a process: what is shown, what is refused, what is never shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.processes.command import PASSWORD, SEED, Agent, Ended
from tests.support.processes.terminal import Typed
from tests.support.stored.registry import name_by_invitation

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
        (("A 1", "--user-email", "a@users.example", "--marketplace", "US"), "id: expected letters, digits"),
        (("../A1", "--user-email", "a@users.example", "--marketplace", "US"), "id: expected letters"),
        (("A1", "--user-email", "nobody", "--marketplace", "US"), "user email is not an address"),
        (
            ("A1", "--user-email", "a@users.example", "--marketplace", "XX"),
            "marketplace is unknown; expected one of US, CA",
        ),
        (
            ("A1", "--user-email", "a@users.example", "--marketplace", "US", "--merchant-id", "nonsense"),
            "merchant id: expected A",
        ),
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


HIDDEN = "hunter2-S3cret"
ROW = f"A1,a1@users.example,US,{HIDDEN},JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (f"{ROW}\n", ("no header line",)),
        (f"id,user_email,marketplace,{HIDDEN}\nA1,a1@users.example,US,x\n", ("no header line",)),
        (f"id,user_email,marketplace\nA1,{HIDDEN},US\n", ("line 2", "column 2", "user_email")),
        (f"id,user_email,marketplace\nA1,a1@users.example,{HIDDEN}\n", ("line 2", "column 3", "marketplace")),
        (f"id,user_email,marketplace,merchant_id\nA1,a1@users.example,US,{HIDDEN}\n", ("line 2", "column 4")),
        (f"id,user_email,marketplace,audit_as\nA1,a1@users.example,US,{HIDDEN}\n", ("audit_as",)),
        (f"id,user_email,marketplace\nA1,a1@users.example,US,{HIDDEN}\n", ("line 2", "4 cells")),
        (
            f"id,user_email,marketplace\n{HIDDEN},a1@users.example,US\n{HIDDEN},b@users.example,US\n",
            ("line 3", "line 2"),
        ),
        (
            f'[{{"id": "A1", "user_email": "a1@users.example", "marketplace": "US", "{HIDDEN}": 1}}]',
            ("entry 1", "field 4"),
        ),
        (f'[{{"id": "A1", "user_email": "{HIDDEN}", "marketplace": "US"}}]', ("entry 1", "user_email")),
        (f'[{{"id": "A1" "{HIDDEN}"', ("neither CSV nor JSON",)),
    ],
)
def test_an_import_never_repeats_what_stands_in_a_file(agent: Agent, content: str, words: tuple[str, ...]) -> None:
    file = agent.folder / ("accounts.json" if content.startswith("[") else "accounts.csv")
    file.write_text(content, encoding="utf-8")
    file.chmod(0o600)
    ended = agent("accounts", "import", str(file))
    refused(ended, 2, *words)
    assert HIDDEN not in ended.err
    assert "JBSWY3DP" not in ended.err
    assert agent("accounts", "list", "--json").document["accounts"] == []


def test_an_account_that_is_registered_already_is_told_without_its_cell(agent: Agent) -> None:
    agent.add("A1")
    file = agent.folder / "accounts.csv"
    file.write_text("id,user_email,marketplace\nB2,a1@users.example,US\n", encoding="utf-8")
    ended = agent("accounts", "import", str(file))
    refused(ended, 2, "accounts.csv line 2 (user_email)", "already registered")
    assert "a1@users.example" not in ended.err


def test_accounts_are_imported_from_standard_input(agent: Agent) -> None:
    rows = [{"id": "A1", "user_email": "a1@users.example", "marketplace": "US", "merchant_id": "A1B2C3D4E5F6G7"}]
    assert agent("accounts", "import", "-", stdin=json.dumps(rows)).code == 0
    assert agent("accounts", "import", "-", stdin="id,user_email,marketplace\nA2,a2@users.example,DE\n").code == 0
    found = agent("accounts", "list", "--json").document["accounts"]
    assert [(each["account"], each["merchant_source"]) for each in found] == [("A1", "registration"), ("A2", None)]


def test_every_error_of_a_file_is_told_with_its_place_and_without_its_cell(agent: Agent) -> None:
    rows = [
        "id;user_email;marketplace",
        "A1;a1@users.example;US",
        f"A 2;{HIDDEN};XX",
        "A3;a3@users.example",
        "a1;b@users.example;DE",
    ]
    (agent.folder / "accounts.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    ended = agent("accounts", "import", "accounts.csv")
    assert ended.code == 2
    told = ended.err.splitlines()
    places = ["line 3, column 1 (id)", "line 3, column 2 (user_email)", "line 3, column 3 (marketplace)"]
    assert [line.startswith("error: accounts.csv ") for line in told] == [True] * 5
    for line, place in zip(told, [*places, "line 4: 2 cells", "line 5 (id)"], strict=True):
        assert place in line
    assert told[-1].endswith("nothing was imported")
    assert HIDDEN not in ended.err
    assert agent("accounts", "list", "--json").document["accounts"] == []


def test_a_dry_run_checks_the_file_and_registers_nothing(agent: Agent) -> None:
    file = write_accounts(agent.folder, mode=0o600)
    assert "2 accounts would be registered" in agent("accounts", "import", str(file), "--dry-run").out
    assert agent("accounts", "list", "--json").document["accounts"] == []


def test_a_second_import_takes_the_new_row_and_leaves_out_the_others(agent: Agent) -> None:
    first = "id,user_email,marketplace\nA1,a1@users.example,US\n"
    assert agent("accounts", "import", "-", stdin=first).code == 0
    more = first + "A2,a2@users.example,DE\n"
    refused(agent("accounts", "import", "-", stdin=more), 2, "line 2 (id)", "already registered")
    ended = agent("accounts", "import", "-", "--skip-existing", stdin=more)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("1 account registered, 1 registered already and left out")


def test_an_account_of_the_same_id_and_another_address_is_not_left_out(agent: Agent) -> None:
    agent("accounts", "import", "-", stdin="id,user_email,marketplace\nA1,a1@users.example,US\n")
    other = "id,user_email,marketplace\nA1,b1@users.example,US\n"
    refused(agent("accounts", "import", "-", "--skip-existing", stdin=other), 2, "line 2 (id)")


def test_secrets_given_at_a_terminal_are_not_shown(agent: Agent) -> None:
    agent("accounts", "import", "-", stdin="id,user_email,marketplace\nA1,a1@users.example,US\n")
    shown = agent.at_a_terminal(
        "accounts",
        "secret",
        "A1",
        "--secrets-stdin",
        types=[Typed("Password", HIDDEN + "\n"), Typed("seed", SEED + "\n")],
    )
    assert "Password" in shown
    assert HIDDEN not in shown
    assert SEED not in shown
    assert agent("accounts", "show", "A1", "--json").document["account"]["has_secrets"]


@pytest.mark.parametrize("url", ["postgresql://u@127.0.0.1:1/db?password={}", "postgresql://u:{}@127.0.0.1:1/db"])
def test_the_password_of_the_database_is_in_no_error(agent: Agent, url: str) -> None:
    agent.settings["DATABASE_URL"] = url.format(HIDDEN)
    ended = agent("accounts", "list")
    refused(ended, 4, "postgresql", "127.0.0.1")
    assert HIDDEN not in ended.err


def test_the_platform_names_the_merchant_and_another_one_is_refused(agent: Agent) -> None:
    agent.add("A1")
    named = ("accounts", "api-authorization", "A1", "complete", "--merchant-id")
    assert agent(*named, "A1B2C3D4E5F6G7").code == 0
    assert agent(*named, "A1B2C3D4E5F6G7").code == 0
    refused(agent(*named, "A1STRANGER0001"), 2, "merchant_differs")
    refused(agent("accounts", "set", "A1", "--merchant-id", "A1STRANGER0001"), 2, "merchant_differs")
    assert agent("accounts", "set", "A1", "--merchant-id", "A1STRANGER0001", "--reason", "the shop was sold").code == 0
    told = agent("accounts", "show", "A1", "--json").document
    account = told["account"]
    assert (account["merchant_id"], account["merchant_source"]) == ("A1STRANGER0001", "registration")
    assert any("the shop was sold" in entry["why"] for entry in told["history"])


def test_doctor_and_the_list_name_the_accounts_that_nobody_but_an_invitation_vouches_for(agent: Agent) -> None:
    for name in ("A1", "A2", "A3"):
        agent.add(name, "--merchant-id", f"A1EXAMPLE000{name}")
    for name in ("A1", "A3"):
        name_by_invitation(agent.folder / "data" / "agent.sqlite", name)
    checks = {each["name"]: each for each in agent("doctor", "--json").document["checks"]}
    assert checks["merchants"]["health"] == "warn"
    assert "first invitation alone: A1, A3;" in checks["merchants"]["detail"]
    listed = agent("accounts", "list")
    assert listed.err.splitlines()[-1].endswith("known from the first invitation alone: A1, A3")
    assert listed.out.count("(invited first)") == 2
    told = agent("accounts", "list", "--json").document["accounts"]
    assert [each["merchant_source"] for each in told] == ["invitation", "registration", "invitation"]
    confirm = ("accounts", "api-authorization", "A1", "complete", "--merchant-id", "A1EXAMPLE000A1")
    assert agent(*confirm).code == 0
    assert "first invitation alone: A3" in agent("accounts", "list").err


def test_an_invitation_by_link_waits_until_somebody_names_the_merchant(agent: Agent) -> None:
    agent.settings |= {"BROWSER__HOST_RESOLVER_RULES": "MAP * 127.0.0.1:1"}
    agent.add("A1", "--api-authorized")
    link = "https://sellercentral.amazon.{}/invitation/accept?merchantId=A1B2C3D4E5F6G7&invitationId=7452a52a-33f2-429f-8028-57dfd650e4f7"
    accept = ("accept", "A1", "--yes", "--link")
    refused(agent(*accept, link.format("com")), 3, "merchant_unknown")
    refused(agent(*accept, link.format("eg"), "--merchant-id", "A1B2C3D4E5F6G7"), 3, "other_region")
    refused(agent(*accept, link.format("com"), "--merchant-id", "A1STRANGER0001"), 3, "other_merchant")
    account = agent("accounts", "show", "A1", "--json").document["account"]
    assert (account["merchant_id"], account["authorization"]) == (None, "awaiting_invitation")
    agent(*accept, link.format("com"), "--merchant-id", "A1B2C3D4E5F6G7")  # no site answers; the invitation is taken
    account = agent("accounts", "show", "A1", "--json").document["account"]
    assert (account["merchant_id"], account["merchant_source"]) == ("A1B2C3D4E5F6G7", "approval")


def test_another_user_email_needs_new_secrets(agent: Agent) -> None:
    agent.add("A1")
    given = json.dumps({"password": PASSWORD, "totp_secret": SEED})
    assert agent("accounts", "set", "A1", "--user-email", "b@users.example").code == 2  # without a reason
    assert agent("accounts", "set", "A1", "--user-email", "b@users.example", "--reason", "moved").code == 0
    account = agent("accounts", "show", "A1", "--json").document["account"]
    assert (account["user_email"], account["has_secrets"]) == ("b@users.example", False)
    assert agent("accounts", "secret", "A1", "--secrets-stdin", stdin=given).code == 0


def test_a_paused_account_goes_on_where_it_stood(agent: Agent) -> None:
    agent.add("A1", "--api-authorized")
    assert "paused" in agent("accounts", "pause", "A1").out
    in_state = [agent("accounts", "list", "--state", state, "--json") for state in ("paused", "complete")]
    assert [[each["account"] for each in listed.document["accounts"]] for listed in in_state] == [["A1"], []]
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
    removed = agent("accounts", "remove", "A1", "--yes")
    assert removed.code == 0
    assert "ask the seller to open Settings > User Permissions and delete a1@users.example" in removed.out
    assert agent("status", "--json").document["accounts"] == []
    assert "A1" in agent("accounts", "erasures").out


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
