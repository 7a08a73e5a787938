"""Accounts whose secrets another store keeps, by the commands of an operator."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest

from tests.support.processes.command import PASSWORD, SEED, Agent
from tests.unit.secret_stores.test_secret_stores import TOKEN, KeyValueStore, serving


@pytest.fixture
def store(agent: Agent) -> Iterator[KeyValueStore]:
    with serving(KeyValueStore()) as running:
        agent.settings |= {"SECRETS__VAULT_ADDRESS": running.address, "SECRETS__VAULT_TOKEN": TOKEN}
        yield running


def stores_line(agent: Agent) -> str:
    (line,) = [line for line in agent("doctor").out.splitlines() if line[5:11] == "stores"]
    return line


def test_secrets_are_moved_and_proven_and_none_is_left(agent: Agent, store: KeyValueStore) -> None:
    agent.add("A1")
    agent.add("A2")
    refused = agent("vault", "move", "--to", "vault://secret/one")
    assert (refused.code, "{account}" in refused.err) == (2, True)
    moved = agent("vault", "move", "--to", "vault://secret/{account}")
    assert (moved.code, moved.out.splitlines()[-1]) == (0, "2 of 2 accounts moved")
    assert store.kept["/v1/secret/data/A1"] == [{"password": PASSWORD, "totp_secret": SEED}]
    assert agent("accounts", "show", "A1", "--json").document["account"]["has_secrets"]
    assert agent("vault", "move", "--to", "vault://secret/{account}").out == "0 of 2 accounts moved\n"
    assert "read 2 vault:// of 2" in stores_line(agent)
    store.fault = "denied"
    assert (stores_line(agent)[:4], PASSWORD in stores_line(agent)) == ("fail", False)
    assert PASSWORD not in moved.out + moved.err


def test_a_store_that_writes_another_secret_leaves_ours_where_it_is(agent: Agent, store: KeyValueStore) -> None:
    agent.add("A1")
    store.fault = "writes another"
    ended = agent("vault", "move", "A1", "--to", "vault://secret/{account}")
    assert (ended.code, "another secret" in ended.err) == (4, True)
    store.fault = ""
    assert agent("vault", "move", "A1", "--to", "vault://secret/{account}").code == 0


def test_an_account_is_registered_with_a_reference(agent: Agent, store: KeyValueStore) -> None:
    options = ("--user-email", "a1@users.example", "--marketplace", "US", "--secret-ref", "vault://secret/A1")
    assert agent("accounts", "add", "A1", *options).code == 0
    assert agent("accounts", "show", "A1", "--json").document["account"]["has_secrets"]
    both = agent("accounts", "add", "A2", *options, "--secrets-stdin", stdin=json.dumps({}))
    assert (both.code, "leave one out" in both.err) == (2, True)
    wrong = agent("accounts", "secret", "A1", "--secret-ref", "s3://bucket/item")
    assert (wrong.code, "not supported" in wrong.err) == (2, True)
    missing = agent("accounts", "secret", "A1", "--secret-ref", "vault://secret/none")
    assert (missing.code, "404" in missing.err) == (4, True)


def test_programs_are_named_by_the_environment_as_json(agent: Agent) -> None:
    secret = json.dumps({"password": PASSWORD, "totp_secret": SEED, "version": "7"})
    (agent.folder / "program.py").write_text(f"print({secret!r})")
    agent.add("A1")
    command = [sys.executable, "-I", str(agent.folder / "program.py")]
    agent.settings["SECRETS__EXEC"] = json.dumps({"mine": command})
    taken = agent("accounts", "secret", "A1", "--secret-ref", "exec://mine/A1")
    assert (taken.code, "version 7" in taken.out, PASSWORD in taken.out) == (0, True, False)
    agent.settings["SECRETS__EXEC"] = "mine=/program"
    wrong = agent("accounts", "list")
    assert (wrong.code, "SC_AGENT_SECRETS__EXEC" in wrong.err, wrong.err.count("\n")) == (4, True, 1)


def test_a_place_that_cannot_be_written_to_is_refused_even_where_nothing_is_to_be_moved(agent: Agent) -> None:
    for place in ("s3://bucket/{account}", "exec://mine/{account}", "nowhere"):
        assert agent("vault", "move", "--to", place).code == 2


def test_a_rotation_of_an_unknown_account_says_so_before_a_browser_is_asked_for(agent: Agent) -> None:
    agent.add("A1")
    ended = agent("accounts", "rotate-totp", "Z9")
    assert (ended.code, "Z9" in ended.err) == (2, True)
