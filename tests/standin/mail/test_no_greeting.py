"""A port that is no mail server's, or a server that hangs: a plain word in bounded time, over real sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic

import pytest

from agent.errors import ConfigurationError
from agent.mail.imap.connection.connecting import connect
from agent.mail.imap.failures import ConnectionState, classify
from agent.settings.groups.mailbox import MailboxSettings, MailSettings, Tls

LONGEST = 60.0  # generous: without a bound none of these ends at all


def nothing(link: socket.socket, over: threading.Event) -> None:
    over.wait(60)


def a_byte_now_and_then(link: socket.socket, over: threading.Event) -> None:
    while not over.wait(0.05):
        link.sendall(b"x")


def greeting_without_an_end(link: socket.socket, over: threading.Event) -> None:
    link.sendall(b"* OK [CAPABILITY ")
    while not over.wait(0.05):
        link.sendall(b"IMAP4rev1 ")


def capabilities_without_an_end(link: socket.socket, over: threading.Event) -> None:
    link.sendall(b"* OK ready\r\n")
    while not over.wait(0.05):
        link.sendall(b"* OK still here\r\n")


def http_that_waits_to_be_asked(link: socket.socket, over: threading.Event) -> None:
    if link.recv(1000):
        link.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


def http_at_once(link: socket.socket, over: threading.Event) -> None:
    link.sendall(b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n")


Act = Callable[[socket.socket, threading.Event], None]


@contextmanager
def server(act: Act) -> Iterator[int]:
    """Take connections on loopback and do one thing with each; gives the port."""
    over = threading.Event()

    def take(link: socket.socket) -> None:
        with suppress(OSError), link:
            act(link, over)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=take, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()


def failure(port: int, tls: Tls) -> BaseException:
    started = monotonic()
    mailbox = MailboxSettings(host="127.0.0.1", port=port, username="invites", tls=tls)
    with pytest.raises((OSError, ConfigurationError)) as caught:
        connect(mailbox, MailSettings(connect_timeout=0.5, read_timeout=1.0))
    assert monotonic() - started < LONGEST
    return caught.value


@pytest.mark.sampled(4)
@pytest.mark.parametrize("tls", [Tls.NONE, Tls.STARTTLS])
@pytest.mark.parametrize(
    "act",
    [
        nothing,
        a_byte_now_and_then,
        greeting_without_an_end,
        capabilities_without_an_end,
        http_that_waits_to_be_asked,
    ],
)
def test_a_server_that_never_greets_is_told_and_tried_again(act: Act, tls: Tls) -> None:
    with server(act) as port:
        told = classify(failure(port, tls))
    assert told.link is ConnectionState.DOWN
    assert f"127.0.0.1:{port}" in told.text
    assert "did not greet" in told.text


def test_a_server_that_never_begins_tls_is_told_and_tried_again() -> None:
    with server(nothing) as port:
        told = classify(failure(port, Tls.IMPLICIT))
    assert told.link is ConnectionState.DOWN
    assert f"127.0.0.1:{port} took the connection and did not begin TLS" in told.text


@pytest.mark.parametrize("tls", list(Tls))
def test_a_web_server_is_a_wrong_setting(tls: Tls) -> None:
    with server(http_at_once) as port:
        error = failure(port, tls)
    assert isinstance(error, ConfigurationError)
    assert classify(error).link is ConnectionState.CONFIG
