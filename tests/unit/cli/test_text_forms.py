"""Settings that are one text: what is read of them, and what is refused."""

from __future__ import annotations

from datetime import time

import pytest

from agent.settings.text_forms import is_listenable, is_local_server, parse_dns_server, parse_hours
from flows import is_loopback


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        ("192.0.2.1:5353", ("192.0.2.1", 5353)),
        ("2001:db8::1", ("2001:db8::1", 53)),
        ("[2001:db8::1]:5353", ("2001:db8::1", 5353)),
    ],
)
def test_a_dns_server_is_an_address_with_or_without_a_port(text: str, read: tuple[str, int]) -> None:
    assert parse_dns_server(text) == read


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "dns.example:53", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:x", "[2001:db8::1]"],
)
def test_what_is_no_address_and_port_is_no_dns_server(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of the address or of the port
        parse_dns_server(text)
    assert not is_local_server(text)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("127.0.0.1:5353", True),
        ("[::1]:5353", True),
        ("127.0.0.1:53", False),
        ("127.0.0.1", False),
        ("192.0.2.1:5353", False),
    ],
)
def test_a_dns_server_of_a_rehearsal_is_of_this_machine_on_a_port_of_its_own(text: str, local: bool) -> None:
    assert is_local_server(text) is local


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", "::1", "[::1]", "::ffff:127.0.0.1"]
)
def test_this_machine_is_told_by_the_text_of_its_address(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "localhost.example", "192.0.2.1", "::ffff:192.0.2.1", "127.0.0.1.example"])
def test_other_machines_are_not_taken_for_this_one(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("text", "can"), [("127.0.0.1:0", True), ("[::1]:8480", True), (":80", False), ("host:", False), ("h:65536", False)]
)
def test_an_address_to_listen_on_names_host_and_port(text: str, can: bool) -> None:
    assert is_listenable(text) is can


def test_hours_are_two_times_of_day() -> None:
    assert parse_hours(" 22:00 - 06:30 ") == (time(22), time(6, 30))


@pytest.mark.parametrize("text", ["late", "22:00", "22:00-25:00", "22:00-06:00-07:00", "22-06"])
def test_what_is_not_two_times_of_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="two times of day"):
        parse_hours(text)
