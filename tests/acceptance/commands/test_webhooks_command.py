"""`sc-agent webhooks`: from registering an endpoint to replaying a delivery, by commands alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks.webhooks import Webhook

from tests.support.processes.command import Agent

REHEARSAL = {"BROWSER__HOST_RESOLVER_RULES": "MAP * 127.0.0.1:1", "WEBHOOKS__ALLOW_LOOPBACK": "true"}


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.got.append((dict(self.headers.items()), body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hooks"


@pytest.fixture
def receiver() -> Iterator[_Server]:
    server = _Server()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_an_endpoint_is_added_tested_listed_and_removed(agent: Agent, receiver: _Server) -> None:
    agent.settings |= REHEARSAL
    made = agent("webhooks", "add", receiver.url, "--events", "account.state_changed.v1", "--json").document
    assert made["state"] == "pending"
    tested = agent("webhooks", "test", made["id"])
    assert tested.code == 0
    headers, body = receiver.got[0]
    assert Webhook(made["secret"]).verify(body, headers)["type"].endswith("ping.v1")
    listed = agent("webhooks", "list", "--json")
    assert [(each["id"], each["state"]) for each in listed.document["endpoints"]] == [(made["id"], "active")]
    assert made["secret"] not in listed.out
    assert agent("webhooks", "remove", made["id"]).code == 0
    assert agent("webhooks", "list", "--json").document["endpoints"] == []


def test_a_receiver_that_refuses_the_ping_is_an_unconfirmed_end(agent: Agent, receiver: _Server) -> None:
    agent.settings |= REHEARSAL
    receiver.status = 500
    made = agent("webhooks", "add", receiver.url, "--json").document
    ended = agent("webhooks", "test", made["id"])
    assert (ended.code, ended.err.strip()) == (3, f"error: {made['id']} did not take the ping: answered 500")
    log = agent("webhooks", "deliveries", made["id"], "--json").document["deliveries"]
    assert {each["type"] for each in log} == {"com.channeladvisor.secondary_user.ping.v1"}


def test_a_rotation_prints_the_new_secret_once(agent: Agent, receiver: _Server) -> None:
    agent.settings |= REHEARSAL
    made = agent("webhooks", "add", receiver.url, "--json").document
    rotated = agent("webhooks", "rotate", made["id"], "--json").document
    assert rotated["secret"].startswith("whsec_")
    assert rotated["secret"] != made["secret"]
    agent("webhooks", "test", made["id"])
    for secret in (made["secret"], rotated["secret"]):
        Webhook(secret).verify(receiver.got[0][1], receiver.got[0][0])


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/hooks", "https://169.254.169.254/hooks", "https://10.0.0.1/hooks", "not a url"]
)
def test_an_address_that_is_not_public_is_refused_in_one_line(agent: Agent, url: str) -> None:
    ended = agent("webhooks", "add", url)
    assert ended.code == 2
    assert len(ended.err.strip().splitlines()) == 1
    assert agent("webhooks", "list", "--json").document["endpoints"] == []


@pytest.mark.parametrize("command", ["test", "deliveries", "rotate", "remove"])
def test_an_unknown_endpoint_is_told(agent: Agent, command: str) -> None:
    ended = agent("webhooks", command, "ep_none")
    assert ended.code == 2
    assert "ep_none" in ended.err


def test_an_unknown_delivery_is_told(agent: Agent) -> None:
    ended = agent("webhooks", "replay", "77")
    assert (ended.code, "77" in ended.err) == (2, True)


def test_the_secret_is_nowhere_in_the_data(agent: Agent, receiver: _Server) -> None:
    agent.settings |= REHEARSAL
    secret = json.loads(agent("webhooks", "add", receiver.url, "--json").out)["secret"]
    stored = b"".join(path.read_bytes() for path in (agent.folder / "data").rglob("*") if path.is_file())
    assert secret.removeprefix("whsec_").encode() not in stored
