"""Commands work where the data are.

Nothing is made by reading, and nothing in a directory that nobody chose.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.processes.command import Agent
from tests.support.processes.forked.commands import run_forked


@pytest.mark.sampled(6)
@pytest.mark.parametrize(
    "command",
    [
        ("status",), ("status", "--json"), ("accounts", "list"), ("mail", "list"), ("events",), ("doctor",),
        ("api-keys", "list"),
        ("audit", "--all", "--stored"), ("accounts", "export"), ("accounts", "show", "A1"), ("accounts", "erasures"),
        ("explain", "A1"),
        ("alarms", "list"), ("webhooks", "list"), ("webhooks", "deliveries", "e1"), ("people", "list"),
        ("selectors", "drafts"), ("config", "show"),
        ("support", "A1", "--output", "-"),
    ],
)  # fmt: skip
def test_reading_makes_nothing(agent: Agent, command: tuple[str, ...]) -> None:
    before = sorted(agent.folder.rglob("*"))
    agent(*command)
    assert sorted(agent.folder.rglob("*")) == before


@pytest.mark.parametrize("command", [("status",), ("pause", "--all"), ("accounts", "list")])
def test_a_directory_that_nobody_chose_is_refused_and_nothing_is_made(agent: Agent, command: tuple[str, ...]) -> None:
    env = {name: value for name, value in agent.env.items() if name != "SC_AGENT_DATA_DIR"}
    code, out, err = run_forked(command, env=env, cwd=agent.folder, stdin="", timeout=60)
    assert (code, out, err.count("\n")) == (4, "", 1)
    assert "SC_AGENT_DATA_DIR is not set" in err
    assert list(agent.folder.iterdir()) == []


def test_doctor_says_that_nothing_is_there_yet_and_makes_nothing(agent: Agent) -> None:
    agent.settings["DATA_DIR"] = str(agent.folder / "new" / "place")
    told = {check["name"]: check for check in agent("doctor", "--json").document["checks"]}
    assert told["database"]["health"] == "ok"
    assert "none yet" in told["database"]["detail"]
    assert not (agent.folder / "new").exists()


def test_what_stops_the_daemon_is_told_before_it_starts(agent: Agent) -> None:
    for name, value in (
        ("OBSERVE__HTTP_ADDRESS", "9464"),
        ("OBSERVE__HTTP_ADDRESS", "127.0.0.1:22222222"),
        ("WORK__QUIET_HOURS", "late"),
    ):
        agent.settings[name] = value
        for command in ("doctor", "run"):
            ended = agent(command)
            assert (ended.code, ended.err.count("\n")) == (4, 1)
            assert f"SC_AGENT_{name}" in ended.err
        del agent.settings[name]
    agent.settings["OBSERVE__NOTIFY_URLS"] = "nonsense"
    told = {check["name"]: check for check in agent("doctor", "--json").document["checks"]}
    assert told["alarms"]["health"] == "fail"
    assert Path("data").name not in [place.name for place in agent.folder.iterdir()]
