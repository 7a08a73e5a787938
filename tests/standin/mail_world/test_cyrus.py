"""A real Cyrus beside Dovecot."""

from __future__ import annotations

import contextlib
import imaplib
import select
from collections.abc import Iterator

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from tests.support.servers.imap.cyrus import Cyrus, needs_cyrus
from tests.support.servers.imap.dovecot import Dovecot, needs_dovecot

pytestmark = needs_cyrus

_MAIL = b"From: donotreply@amazon.com\r\nSubject: one\r\n\r\nhello\r\n"


@pytest.fixture(scope="module")
def cyrus() -> Iterator[Cyrus]:
    with Cyrus("agent", "other") as running:
        yield running


@contextlib.contextmanager
def signed_in(server: Cyrus, user: str = "agent") -> Iterator[IMAPClient]:
    """A client with the inbox open."""
    client = IMAPClient(server.host, port=server.port, ssl=False, timeout=10)
    try:
        client.login(user, server.password)
        client.select_folder("INBOX", readonly=True)
        yield client
    finally:
        with contextlib.suppress(Exception):
            client.shutdown()


def test_mail_handed_in_is_announced_at_once(cyrus: Cyrus) -> None:
    cyrus.deliver(_MAIL, "agent")
    with signed_in(cyrus) as client:
        client.idle()
        cyrus.deliver(_MAIL, "agent")
        assert select.select([client.socket()], [], [], 30)[0]  # without idled it would poll once a minute
        assert any(response[1] == b"EXISTS" for response in client.idle_done()[1])


def test_junk_has_its_special_use_in_small_letters(cyrus: Cyrus) -> None:
    cyrus.deliver(_MAIL, "agent")
    with signed_in(cyrus) as client:
        flags = {name: flags for flags, _, name in client.list_folders()}
    assert b"\\junk" in [flag.lower() for flag in flags["Junk"]]


def test_a_wrong_password_is_refused(cyrus: Cyrus) -> None:
    client = IMAPClient(cyrus.host, port=cyrus.port, ssl=False, timeout=10)
    with pytest.raises(LoginError):
        client.login("agent", "wrong")
    client.shutdown()


def test_a_restart_keeps_the_mail() -> None:
    with Cyrus("agent") as server:
        server.deliver(_MAIL, "agent")
        with signed_in(server) as client:
            server.restart()
            with pytest.raises((imaplib.IMAP4.error, OSError)):
                client.noop()
        with signed_in(server) as client:
            assert len(client.search(["UID", "1:*"])) == 1


@pytest.mark.dovecot
@needs_dovecot[1]
def test_both_servers_run_side_by_side(cyrus: Cyrus) -> None:
    with Dovecot() as dovecot:
        dovecot.deliver(_MAIL, "agent")
        cyrus.deliver(_MAIL, "other")
        with signed_in(cyrus, "other") as client:
            assert client.search(["UID", "1:*"])
