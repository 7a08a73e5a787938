"""`sc-agent api-keys` and `vault public-key` as commands."""

from __future__ import annotations

import json

import pytest

from tests.support.processes.command import Agent


def test_a_key_is_printed_once_listed_without_it_and_revoked(agent: Agent) -> None:
    made = json.loads(
        agent("api-keys", "create", "platform", "--scopes", "status:read,accounts:read", "--expires", "7", "--json").out
    )
    assert set(made) == {"id", "key", "scopes", "expires_at"}
    assert made["key"].startswith(f"sca_{made['id']}_")
    assert made["scopes"] == ["accounts:read", "status:read"]
    plain = agent("api-keys", "create", "second", "--scopes", "status:read").out
    assert plain.strip().startswith("sca_")
    listed = agent("api-keys", "list", "--json").out
    assert made["key"] not in listed
    assert [key["live"] for key in json.loads(listed)["keys"]] == [True, True]
    agent("api-keys", "revoke", made["id"])
    live = {key["id"]: key["live"] for key in json.loads(agent("api-keys", "list", "--json").out)["keys"]}
    assert live[made["id"]] is False
    assert sorted(live.values()) == [False, True]


@pytest.mark.parametrize(
    "arguments",
    [
        ("create", "x", "--scopes", "everything"),
        ("create", "x", "--scopes", ""),
        ("create", "", "--scopes", "status:read"),
        ("create", "x", "--scopes", "status:read", "--expires", "0"),
        ("revoke", "nobody"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_exit_2(agent: Agent, arguments: tuple[str, ...]) -> None:
    ended = agent("api-keys", *arguments)
    assert ended.code == 2
    assert len(ended.err.strip().splitlines()) == 1


def test_the_vault_s_public_key_is_the_same_each_time_and_not_the_key(agent: Agent) -> None:
    first, second = agent("vault", "public-key").out, agent("vault", "public-key").out
    assert first == second
    assert len(first.strip()) == 44
    assert first.strip() != agent.settings["VAULT_KEY"]
