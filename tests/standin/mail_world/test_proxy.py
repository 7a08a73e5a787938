"""The proxy stalls, drops, half-closes and splits a real connection."""

from __future__ import annotations

import contextlib
import imaplib
from collections.abc import Iterator

import pytest
from imapclient import IMAPClient

from fixtures.stand_in.mailbox.inbox import Inbox
from tests.support.servers.proxy import Proxy, Weather

_MAIL = b"Subject: one\r\n\r\n" + b"x" * 5000 + b"\r\n"


@contextlib.contextmanager
def reached_through(proxy: Proxy, *, timeout: float = 3.0) -> Iterator[IMAPClient]:
    """A client that is signed in through the proxy."""
    client = IMAPClient(proxy.host, port=proxy.port, ssl=False, timeout=timeout)
    try:
        client.login("user", "secret")
        client.select_folder("INBOX")
        yield client
    finally:
        client.shutdown()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox("user", "secret") as inbox:
        yield inbox


def test_fair_weather_changes_nothing(inbox: Inbox) -> None:
    uid = inbox.deliver_now(_MAIL)
    with Proxy(inbox.port) as proxy, reached_through(proxy) as client:
        assert client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"] == _MAIL


def test_split_segments_arrive_whole(inbox: Inbox) -> None:
    uid = inbox.deliver_now(_MAIL)
    with Proxy(inbox.port, weather=Weather.SPLIT) as proxy, reached_through(proxy) as client:
        assert client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"] == _MAIL


def test_a_stall_lasts_until_the_weather_changes(inbox: Inbox) -> None:
    with Proxy(inbox.port) as proxy, reached_through(proxy, timeout=0.3) as client:
        proxy.set(Weather.STALLED)
        with pytest.raises(TimeoutError):
            client.noop()
        proxy.set(Weather.FAIR)
        with reached_through(proxy) as another:
            assert another.noop()


def test_a_drop_ends_every_connection(inbox: Inbox) -> None:
    with Proxy(inbox.port) as proxy, reached_through(proxy) as client:
        assert proxy.drop() == 1
        with pytest.raises((imaplib.IMAP4.abort, OSError)):
            client.noop()


def test_a_half_closed_connection_reads_as_ended(inbox: Inbox) -> None:
    with Proxy(inbox.port) as proxy, reached_through(proxy) as client:
        proxy.half_close()
        with pytest.raises((imaplib.IMAP4.abort, OSError)):
            client.noop()


def test_new_connections_are_refused_while_old_ones_live(inbox: Inbox) -> None:
    with Proxy(inbox.port) as proxy, reached_through(proxy) as client:
        proxy.set(Weather.REFUSING)
        with pytest.raises((imaplib.IMAP4.abort, OSError)), reached_through(proxy):
            pass
        assert client.noop()
        assert proxy.connections == 2
