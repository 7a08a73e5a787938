"""`sc-agent explain`: one account's story, in order, and what is due next."""

from __future__ import annotations

from tests.support.processes.command import PASSWORD, Agent


def test_the_story_is_told_in_order_with_states_and_events(agent: Agent) -> None:
    agent.add("A1")
    agent.add("A2")
    agent("accounts", "api-authorization", "A1", "complete")
    document = agent("explain", "A1", "--json").document
    told = document["story"]
    assert [each["at"] for each in told] == sorted(each["at"] for each in told)
    assert [each["to"] for each in told if each["kind"] == "state"] == [
        "api_authorization_required",
        "awaiting_invitation",
    ]
    assert next(each["type"] for each in told if each["kind"] == "event") == "account.registered.v1"
    assert (document["account"], document["authorization"]) == ("A1", "awaiting_invitation")


def test_what_is_due_next_follows_the_state_and_the_pause(agent: Agent) -> None:
    agent.add("A1", "--api-authorized")
    waits = agent("explain", "A1", "--json").document["next"]
    assert waits["due"] is None
    assert "waits for a mail" in waits["why"]
    agent("accounts", "pause", "A1")
    assert "waits for a person" in agent("explain", "A1", "--json").document["next"]["why"]
    agent("pause", "--all")
    assert "everything is paused" in agent("explain", "A1", "--json").document["next"]["why"]


def test_the_text_fits_sixty_columns_and_ends_with_what_is_next(agent: Agent) -> None:
    agent.add("A1", "--api-authorized")
    ended = agent("explain", "A1")
    lines = ended.out.splitlines()
    assert ended.code == 0
    assert max(map(len, lines)) <= 60
    assert "waits for a mail" in " ".join(lines[-2:])
    assert PASSWORD not in ended.out


def test_an_unknown_account_has_no_story(agent: Agent) -> None:
    ended = agent("explain", "Z9")
    assert (ended.code, ended.out) == (2, "")
    assert "Z9" in ended.err
