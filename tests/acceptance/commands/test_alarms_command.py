"""`alarms list` and `alarms test`, with a real address on loopback that takes or refuses them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from agent.store.database.engine import open_database
from agent.store.processes.alarms import TableBoard
from tests.support.processes.command import Agent


@contextmanager
def listener(status: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An address that answers with this status, and what it was sent."""
    taken: list[dict[str, Any]] = []

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Take)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"json://127.0.0.1:{server.server_port}/hook", taken
    finally:
        server.shutdown()
        server.server_close()


def test_a_test_alarm_goes_to_every_address(agent: Agent) -> None:
    with listener(200) as (url, taken):
        agent.settings["OBSERVE__NOTIFY_URLS"] = url
        ended = agent("alarms", "test")
    assert (ended.code, ended.out) == (0, "the test alarm went to 1 address\n")
    assert [one["type"] for one in taken] == ["failure"]
    assert "nothing is wrong" in taken[0]["message"]


def test_an_address_that_refuses_is_named_by_its_place(agent: Agent) -> None:
    with listener(200) as (good, _), listener(500) as (bad, _):
        agent.settings["OBSERVE__NOTIFY_URLS"] = f"{good},{bad}"
        ended = agent("alarms", "test")
    assert ended.code == 3
    assert "address 2 of 2 did not take" in ended.err


def test_without_an_address_nobody_would_be_told(agent: Agent) -> None:
    ended = agent("alarms", "test")
    assert (ended.code, "SC_AGENT_OBSERVE__NOTIFY_URLS" in ended.err) == (4, True)


def test_open_alarms_are_listed(agent: Agent) -> None:
    assert agent("alarms", "list").out == "no alarm is open\n"
    assert agent("pause", "--all").code == 0
    engine = open_database(f"sqlite:///{agent.folder / 'data' / 'agent.sqlite'}")
    TableBoard(engine).note("account A5", "needs_human: challenge", now=datetime(2026, 1, 5, tzinfo=UTC), times=3)
    engine.dispose()
    (told,) = agent("alarms", "list", "--json").document["alarms"]
    assert told == {
        "key": "account A5",
        "text": "needs_human: challenge",
        "times": 3,
        "since": "2026-01-05T00:00:00Z",
        "told_at": None,
        "page": None,
    }
    agent.settings["WEB__PUBLIC_URL"] = "https://agent.users.example"
    assert agent("alarms", "list", "--json").document["alarms"][0]["page"] == "https://agent.users.example/accounts/A5"
    plain = agent("alarms", "list").out
    assert [word in plain for word in ("account A5", "https://agent.users.example/accounts/A5")] == [True, True]
