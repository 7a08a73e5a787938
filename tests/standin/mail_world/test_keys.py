"""The DNS server of the stand-in, asked by a real resolver."""

from __future__ import annotations

import time
from collections.abc import Iterator

import dns.message
import dns.query
import dns.rcode
import dns.resolver
import pytest

from fixtures.stand_in.mailbox.key_server import Fault, KeyServer

_NAME = "selector._domainkey.amazon.com"


@pytest.fixture
def keys() -> Iterator[KeyServer]:
    with KeyServer(delay=0.3) as running:
        running.publish(_NAME, "v=DKIM1; p=short")
        yield running


def ask(keys: KeyServer, name: str = _NAME, *, seconds: float = 0.5) -> str:
    """The text of a TXT record."""
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port, resolver.lifetime = [keys.host], keys.port, seconds
    answer = resolver.resolve(name, "TXT")
    return b"".join(answer[0].strings).decode()


def test_a_published_record_is_answered(keys: KeyServer) -> None:
    assert ask(keys) == "v=DKIM1; p=short"
    assert keys.asked == [_NAME]


def test_names_are_compared_without_case_and_last_dot(keys: KeyServer) -> None:
    assert ask(keys, "SELECTOR._domainkey.Amazon.com.") == "v=DKIM1; p=short"


def test_an_unknown_name_does_not_exist(keys: KeyServer) -> None:
    with pytest.raises(dns.resolver.NXDOMAIN):
        ask(keys, "other._domainkey.amazon.com")


def test_a_withdrawn_record_does_not_exist_any_more(keys: KeyServer) -> None:
    keys.withdraw(_NAME)
    with pytest.raises(dns.resolver.NXDOMAIN):
        ask(keys)


def test_a_long_record_comes_whole_in_several_strings(keys: KeyServer) -> None:
    keys.publish(_NAME, "p=" + "A" * 392)
    assert ask(keys) == "p=" + "A" * 392


def test_a_record_too_long_for_a_datagram_is_fetched_by_tcp(keys: KeyServer) -> None:
    keys.publish(_NAME, "p=" + "A" * 2000)
    assert ask(keys) == "p=" + "A" * 2000
    assert len(keys.asked) == 2


def test_tcp_takes_several_questions_on_one_connection(keys: KeyServer) -> None:
    question = dns.message.make_query(_NAME, "TXT")
    first = dns.query.tcp(question, keys.host, port=keys.port, timeout=2)
    assert first.rcode() is dns.rcode.NOERROR


def test_a_dropped_question_runs_into_the_time_out(keys: KeyServer) -> None:
    keys.fault = Fault.DROP
    with pytest.raises(dns.resolver.LifetimeTimeout):
        ask(keys, seconds=0.3)


def test_a_failing_server_says_so(keys: KeyServer) -> None:
    keys.fault = Fault.SERVFAIL
    with pytest.raises(dns.resolver.NoNameservers):
        ask(keys)


def test_a_slow_answer_is_the_right_one(keys: KeyServer) -> None:
    keys.fault = Fault.SLOW
    started = time.monotonic()
    assert ask(keys, seconds=3) == "v=DKIM1; p=short"
    assert time.monotonic() - started >= 0.3


def test_a_fault_may_be_of_one_name_only(keys: KeyServer) -> None:
    keys.publish("good.example", "here")
    keys.fail(_NAME, Fault.SERVFAIL)
    assert ask(keys, "good.example") == "here"
    with pytest.raises(dns.resolver.NoNameservers):
        ask(keys)


async def test_it_serves_coroutines_as_well() -> None:
    async with KeyServer() as keys:
        keys.publish_all({_NAME: "text"})
        assert ask(keys) == "text"


def test_records_and_port_outlive_a_restart(keys: KeyServer) -> None:
    address = keys.address
    keys.close()
    keys.open()
    assert keys.address == address
    assert ask(keys) == "v=DKIM1; p=short"
