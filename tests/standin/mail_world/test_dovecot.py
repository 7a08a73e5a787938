"""A real Dovecot does what tests of the mail room need of it."""

from __future__ import annotations

import contextlib
import imaplib
import select
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from tests.support.mail.tokens import TokenIssuer
from tests.support.servers.certificates import ServerCertificate, issue
from tests.support.servers.imap.dovecot import Dovecot, needs_dovecot

pytestmark = needs_dovecot

_MAIL = b"From: donotreply@amazon.com\r\nSubject: one\r\n\r\nhello\r\n"
_USER = "agent@users.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ServerCertificate:
    return issue(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def issuer() -> TokenIssuer:
    return TokenIssuer()


@pytest.fixture(scope="module")
def dovecot(certificate: ServerCertificate, issuer: TokenIssuer) -> Iterator[Dovecot]:
    with Dovecot(tls=certificate, oauth=issuer) as running:
        yield running


@contextlib.contextmanager
def connected(server: Dovecot) -> Iterator[IMAPClient]:
    """A client that has not signed in."""
    client = IMAPClient(server.host, port=server.port, ssl=False, timeout=10)
    try:
        yield client
    finally:
        with contextlib.suppress(Exception):
            client.shutdown()


@contextlib.contextmanager
def signed_in(server: Dovecot, user: str = _USER) -> Iterator[IMAPClient]:
    """A client with the inbox open."""
    with connected(server) as client:
        client.login(user, server.password)
        client.select_folder("INBOX", readonly=True)
        yield client


def test_mail_handed_in_by_lmtp_is_there_at_once(dovecot: Dovecot) -> None:
    dovecot.deliver(_MAIL, "fresh@users.example")
    with signed_in(dovecot, "fresh@users.example") as client:
        found = client.fetch(client.search(["UID", "1:*"]), ["BODY.PEEK[]"])
    (message,) = found.values()
    assert message[b"BODY[]"].endswith(_MAIL.partition(b"\r\n\r\n")[2])


def test_idle_is_told_at_once(dovecot: Dovecot) -> None:
    with signed_in(dovecot) as client:
        client.idle()
        dovecot.deliver(_MAIL, _USER)
        assert select.select([client.socket()], [], [], 20)[0]  # it would look again after half a minute
        client.idle_done()


def test_junk_has_its_special_use(dovecot: Dovecot) -> None:
    with signed_in(dovecot) as client:
        assert client.find_special_folder(b"\\Junk") == "Junk"


def test_a_wrong_password_is_refused(dovecot: Dovecot) -> None:
    with connected(dovecot) as client, pytest.raises(LoginError):
        client.login(_USER, "wrong")


def test_tls_is_spoken_by_both_ways(dovecot: Dovecot, certificate: ServerCertificate) -> None:
    context = ssl.create_default_context(cafile=str(certificate.ca_file))
    implicit = IMAPClient("localhost", port=dovecot.tls_port, ssl=True, ssl_context=context, timeout=10)
    implicit.login(_USER, dovecot.password)
    implicit.logout()
    later = IMAPClient("localhost", port=dovecot.port, ssl=False, timeout=10)
    later.starttls(context)
    later.login(_USER, dovecot.password)
    later.logout()


def test_a_certificate_of_an_unknown_authority_is_seen(dovecot: Dovecot) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        IMAPClient("localhost", port=dovecot.tls_port, ssl=True, timeout=10)


@pytest.mark.parametrize("case", ["other_name", "expired"])
def test_a_bad_certificate_is_seen(tmp_path: Path, case: str) -> None:
    bad = issue(tmp_path, "imap.example") if case == "other_name" else issue(tmp_path, expired=True)
    context = ssl.create_default_context(cafile=str(bad.ca_file))
    with Dovecot(tls=bad) as server, pytest.raises(ssl.SSLCertVerificationError):
        IMAPClient("localhost", port=server.tls_port, ssl=True, ssl_context=context, timeout=10)


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_a_good_token_signs_in(dovecot: Dovecot, issuer: TokenIssuer, mechanism: str) -> None:
    with connected(dovecot) as client:
        sign_in = client.oauth2_login if mechanism == "xoauth2" else client.oauthbearer_login
        sign_in(_USER, issuer.token(_USER))
        assert client.select_folder("INBOX")


@pytest.mark.parametrize("case", ["expired", "other_user", "other_issuer", "other_scope", "other_key", "garbage"])
def test_a_bad_token_is_refused(dovecot: Dovecot, issuer: TokenIssuer, case: str) -> None:
    tokens: dict[str, Callable[[], str]] = {
        "expired": lambda: issuer.token(_USER, valid=timedelta(hours=-1)),
        "other_user": lambda: issuer.token("somebody@users.example"),
        "other_issuer": lambda: issuer.token(_USER, issuer="https://evil.test"),
        "other_scope": lambda: issuer.token(_USER, scope="calendar"),
        "other_key": lambda: TokenIssuer().token(_USER),
        "garbage": lambda: "no token",
    }
    with connected(dovecot) as client, pytest.raises(LoginError):
        client.oauth2_login(_USER, tokens[case]())


def test_a_kick_cuts_the_users_sessions(dovecot: Dovecot) -> None:
    with signed_in(dovecot, "kicked@users.example") as client, signed_in(dovecot) as other:
        dovecot.kick("kicked@users.example")
        assert_cut_off(client)
        assert other.noop()


def assert_cut_off(client: IMAPClient) -> None:
    """The server ends a session soon, not at once."""
    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        ask_for(client, seconds=20)


def ask_for(client: IMAPClient, *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        client.noop()
        time.sleep(0.05)


def test_a_restart_keeps_mail_and_port() -> None:
    with Dovecot() as server:
        server.deliver(_MAIL, _USER)
        port = server.port
        with signed_in(server) as client:
            server.restart()
            assert_cut_off(client)
        assert server.port == port
        with signed_in(server) as client:
            assert len(client.search(["UID", "1:*"])) == 1


def test_a_wiped_mailbox_has_another_uidvalidity(dovecot: Dovecot) -> None:
    dovecot.deliver(_MAIL, "wiped@users.example")
    with signed_in(dovecot, "wiped@users.example") as client:
        before = client.folder_status("INBOX", ["UIDVALIDITY"])
    dovecot.wipe("wiped@users.example")
    with signed_in(dovecot, "wiped@users.example") as client:
        after = client.folder_status("INBOX", ["UIDVALIDITY", "MESSAGES"])
    assert after[b"UIDVALIDITY"] != before[b"UIDVALIDITY"]
    assert after[b"MESSAGES"] == 0


def test_a_mailbox_can_be_filled_at_once(dovecot: Dovecot) -> None:
    dovecot.fill("full@users.example", [b"Subject: %d\r\n\r\nx\r\n" % number for number in range(2000)])
    with signed_in(dovecot, "full@users.example") as client:
        assert client.folder_status("INBOX", ["MESSAGES"])[b"MESSAGES"] == 2000


def test_nothing_is_left_behind() -> None:
    with Dovecot() as server:
        home = server.home
        assert home.exists()
    assert not home.exists()
