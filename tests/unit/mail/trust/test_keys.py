"""DKIM keys by DNS: an absent key is an answer, a silent server is not, nothing is asked for twice in a row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent.errors import ConfigurationError
from agent.mail.trust.keys import KeyStore
from fixtures.stand_in.mailbox.key_server import Fault, KeyServer

NAME = "s1._domainkey.amazon.com"


@pytest.fixture
def server() -> Iterator[KeyServer]:
    with KeyServer() as made:
        made.publish(NAME, "p=" + "x" * 600)
        yield made


def test_long_record_is_joined(server: KeyServer) -> None:
    assert KeyStore([server.address], timeout=2.0).look_up(NAME).record == b"p=" + b"x" * 600


def test_absent_key_is_an_answer(server: KeyServer) -> None:
    key = KeyStore([server.address], timeout=2.0).look_up("s2._domainkey.amazon.com")
    assert (key.record, key.problem) == (None, None)


@pytest.mark.parametrize("fault", [Fault.DROP, Fault.SERVFAIL])
def test_silent_server_is_a_problem_and_is_asked_again(server: KeyServer, fault: Fault) -> None:
    keys = KeyStore([server.address], timeout=0.3)
    server.fault = fault
    assert keys.look_up(NAME).problem
    server.fault = Fault.NONE
    assert keys.look_up(NAME).record


def test_answer_is_kept_for_its_time(server: KeyServer) -> None:
    clock = [0.0]
    keys = KeyStore([server.address], timeout=2.0, clock=lambda: clock[0])
    for at in (0.0, 30.0, 59.0):
        clock[0] = at
        assert keys.look_up(NAME).record
    asked = len(server.asked)
    clock[0] = 61.0
    server.withdraw(NAME)
    assert keys.look_up(NAME).record is None
    assert len(server.asked) > asked


@pytest.mark.parametrize("text", ["nonsense", "127.0.0.1:x", "dns.example:53"])
def test_malformed_server_is_named(text: str) -> None:
    with pytest.raises(ConfigurationError, match="MAIL__DNS_SERVERS"):
        KeyStore([text], timeout=1.0)
