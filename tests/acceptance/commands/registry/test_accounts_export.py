"""`sc-agent accounts export`: every registration without secrets, taken back by `accounts import`."""

from __future__ import annotations

import json
import stat

import pytest

from agent.store.vault.keys import new_key
from tests.support.processes.command import PASSWORD, SEED, Agent
from tests.support.stored.registry import name_by_invitation

ROWS = [
    {"id": "A1", "user_email": "a1@users.example", "marketplace": "US", "merchant_id": "A1B2C3D4E5F6G7",
     "merchant_name": "=cmd|' /C calc'!A0", "audit_as": "B2", "api_authorization": "complete"},
    {"id": "B2", "user_email": "+b2@users.example", "marketplace": "DE", "merchant_name": 'Müller, "Söhne"',
     "global_account_id": "A1GLOBAL000001", "api_authorization": "pending"},
]  # fmt: skip


@pytest.mark.sampled(1)
@pytest.mark.parametrize("form", ["json", "csv"])
def test_an_export_is_imported_again_as_it_was(agent: Agent, form: str) -> None:
    assert agent("accounts", "import", "-", stdin=json.dumps(ROWS)).code == 0
    file = agent.folder / f"accounts.{form}"
    ended = agent("accounts", "export", "--format", form, "--output", str(file))
    assert (ended.code, ended.out) == (0, "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (agent.folder / "other").mkdir()
    other = Agent(agent.folder / "other", {"VAULT_KEY": new_key()})
    assert other("accounts", "import", str(file)).code == 0
    assert other("accounts", "export").out == agent("accounts", "export").out
    assert other("accounts", "export").document["accounts"] == ROWS


def test_no_secret_is_exported(agent: Agent) -> None:
    agent.add("A1")
    for form in ("json", "csv"):
        out = agent("accounts", "export", "--format", form).out
        assert "a1@users.example" in out
        assert not any(word in out for word in (PASSWORD, SEED, SEED.replace(" ", ""), "password", "totp"))


def test_no_cell_of_the_table_is_a_formula(agent: Agent) -> None:
    agent("accounts", "import", "-", stdin=json.dumps(ROWS))
    out = agent("accounts", "export", "--format", "csv").out
    assert "'=cmd" in out
    assert ",=cmd" not in out


def test_a_merchant_that_only_an_invitation_named_is_left_out(agent: Agent) -> None:
    agent("accounts", "import", "-", stdin=json.dumps(ROWS))
    name_by_invitation(agent.folder / "data" / "agent.sqlite", "A1")
    ended = agent("accounts", "export")
    (first, second) = ended.document["accounts"]
    assert not {"merchant_id", "merchant_name", "global_account_id"} & set(first)
    assert second == ROWS[1]
    assert "A1" in ended.err


def test_an_export_that_cannot_be_written_leaves_nothing(agent: Agent) -> None:
    agent.add("A1")
    ended = agent("accounts", "export", "--output", str(agent.folder / "nowhere" / "accounts.json"))
    assert ended.code == 4
    assert "cannot be written" in ended.err
