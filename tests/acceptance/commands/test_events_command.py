"""`sc-agent events`: the events of what the commands did, with and without a daemon."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

from tests.support.processes.command import Agent


def test_what_was_done_is_listed_as_cloud_events_in_order(agent: Agent) -> None:
    agent.add("A1")
    agent("accounts", "api-authorization", "A1", "complete")
    events = [json.loads(line) for line in agent("events", "--json").out.splitlines()]
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert {event["specversion"] for event in events} == {"1.0"}
    moved = [event for event in events if event["type"].endswith("account.state_changed.v1")]
    assert [(event["data"]["from"], event["data"]["to"]) for event in moved] == [
        ("api_authorization_required", "awaiting_invitation")
    ]


def test_the_document_of_an_event_is_the_one_of_status(agent: Agent) -> None:
    agent.add("A1", "--api-authorized")
    (event,) = [json.loads(line) for line in agent("events", "--json").out.splitlines()]
    (account,) = agent("status", "--json").document["accounts"]
    assert {name: account[name] for name in event["data"]["status"]} == event["data"]["status"]


def test_only_what_comes_after_and_only_some_types_are_shown(agent: Agent) -> None:
    agent.add("A1")
    agent.add("A2")
    agent("pause", "--all")
    assert len(agent("events", "--after", "1", "--json").out.splitlines()) == 2
    (line,) = agent("events", "--types", "pause.changed.v1", "--json").out.splitlines()
    assert json.loads(line)["data"]["paused"] is True


def test_a_line_for_people_shows_no_brackets_quotes_or_words_of_python(agent: Agent) -> None:
    agent.add("A1")
    agent("accounts", "api-authorization", "A1", "complete", "--merchant-id", "A1EXAMPLE00001")
    agent("pause", "--all")
    lines = agent("events").out.splitlines()
    assert lines[-1].endswith("pause.changed.v1            -  paused=true")
    assert any(line.endswith("changed=api_authorization,merchant_id,merchant_source") for line in lines)


def test_what_other_processes_do_is_followed_until_ctrl_c(agent: Agent) -> None:
    agent.add("A1")
    command = [sys.executable, "-m", "agent", "events", "--after", "1", "--follow", "--json"]
    with subprocess.Popen(
        command, env=agent.env, cwd=agent.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as following:
        assert following.stdout is not None
        agent.add("A2")
        event = json.loads(following.stdout.readline())
        following.send_signal(signal.SIGINT)
        _, told = following.communicate(timeout=60)
    assert (event["sequence"], event["subject"]) == (2, "A2")
    assert (following.returncode, told) == (0, "")


def test_a_type_that_is_none_is_one_clear_line(agent: Agent) -> None:
    ended = agent("events", "--types", "account.exploded.v1")
    assert ended.code == 2
    assert "account.exploded.v1" in ended.err
