"""The scripted IMAP server plays each of its pranks so that a plain client sees it."""

from __future__ import annotations

import contextlib
import imaplib
import select
from collections.abc import Iterator

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError, ProtocolError

from tests.support.servers.imap.hostile_imap import HostileImap, Prank

_MAIL = b"From: donotreply@amazon.com\r\nSubject: one\r\n\r\nhello\r\n"


@contextlib.contextmanager
def signed_in(server: HostileImap, *, timeout: float | None = 5.0) -> Iterator[IMAPClient]:
    """A client that is signed in and has the folder open."""
    client = IMAPClient(server.host, port=server.port, ssl=False, timeout=timeout)
    try:
        client.login("user", "password")
        client.select_folder("INBOX", readonly=True)
        yield client
    finally:
        with contextlib.suppress(Exception):
            client.shutdown()


def readable(client: IMAPClient, seconds: float) -> bool:
    """Whether something arrives on the client's socket."""
    return bool(select.select([client.socket()], [], [], seconds)[0])


def test_an_honest_server_lists_searches_fetches_and_pushes() -> None:
    with HostileImap([_MAIL]) as server, signed_in(server) as client:
        assert client.search(["UID", "1:*"]) == [1]
        fetched = client.fetch([1], ["RFC822.SIZE", "INTERNALDATE", "BODY.PEEK[HEADER]<0.65536>", "BODY.PEEK[]"])[1]
        assert fetched[b"BODY[]"] == _MAIL
        assert fetched[b"RFC822.SIZE"] == len(_MAIL)
        assert fetched[b"BODY[HEADER]<0>"].endswith(b"one\r\n\r\n")
        client.idle()
        assert server.deliver_now(_MAIL) == 2
        assert readable(client, 2)
        assert client.idle_done()[1] == [(2, b"EXISTS")]


def test_a_range_to_the_end_always_names_the_last_message() -> None:
    with HostileImap([_MAIL]) as server, signed_in(server) as client:
        assert client.search(["UID", "50:*"]) == [1]


def test_an_announcement_with_the_plus_is_hidden_from_poll() -> None:
    with HostileImap(prank=Prank.EXISTS_WITH_PLUS) as server, signed_in(server) as client:
        server.pending.append(_MAIL)
        client.idle()
        assert not readable(client, 0.2)
        assert client.idle_done()[1] == [(1, b"EXISTS")]


def test_an_announcement_ahead_of_the_plus_breaks_a_plain_client() -> None:
    with HostileImap(prank=Prank.EXISTS_BEFORE_PLUS) as server, signed_in(server) as client:
        server.pending.append(_MAIL)
        with pytest.raises(IMAPClientError, match="Unexpected IDLE response"):
            client.idle()


def test_an_announcement_within_a_search_is_not_repeated() -> None:
    with HostileImap(prank=Prank.SWALLOWED_EXISTS, times=1) as server, signed_in(server) as client:
        server.pending.append(_MAIL)
        assert client.search(["UID", "1:*"]) == []
        client.idle()
        assert not readable(client, 0.2)
        client.idle_done()
        assert client.search(["UID", "1:*"]) == [1]


def test_a_split_line_breaks_idle_check() -> None:
    with HostileImap(prank=Prank.SPLIT_LINE) as server, signed_in(server) as client:
        client.idle()
        server.deliver_now(_MAIL)
        with pytest.raises(IMAPClientAbortError, match="unterminated"):
            client.idle_check(timeout=2)


@pytest.mark.parametrize("prank", [Prank.EOF_IN_IDLE, Prank.BYE_IN_IDLE])
def test_the_server_leaves_during_idle(prank: Prank) -> None:
    with HostileImap(prank=prank) as server, signed_in(server) as client:
        client.idle()
        with pytest.raises((imaplib.IMAP4.abort, OSError)):
            client.idle_done()


def test_the_server_ends_idle_by_itself() -> None:
    with HostileImap(prank=Prank.IDLE_ENDED) as server, signed_in(server) as client:
        client.idle()
        with pytest.raises(ProtocolError):
            client.idle_check(timeout=2)


def test_idle_is_refused_and_the_connection_lives() -> None:
    with HostileImap([_MAIL], prank=Prank.IDLE_REFUSED) as server, signed_in(server) as client:
        with pytest.raises(IMAPClientError):
            client.idle()
        assert client.search(["UID", "1:*"]) == [1]


def test_idle_may_be_no_capability() -> None:
    with HostileImap(prank=Prank.NO_IDLE) as server, signed_in(server) as client:
        assert not client.has_capability("IDLE")


def test_a_black_hole_keeps_the_connection_and_answers_nothing() -> None:
    with HostileImap(prank=Prank.BLACK_HOLE) as server, signed_in(server, timeout=0.3) as client:
        client.idle()
        with pytest.raises(TimeoutError):
            client.idle_done()
        assert server.live == 1


def test_silent_push_is_seen_by_a_search_alone() -> None:
    with HostileImap(prank=Prank.SILENT_PUSH) as server, signed_in(server) as client:
        client.idle()
        server.deliver_now(_MAIL)
        assert not readable(client, 0.2)
        client.idle_done()
        assert client.search(["UID", "1:*"]) == [1]


def test_a_flood_of_announcements_comes_in_one_idle() -> None:
    with HostileImap(prank=Prank.FLOOD, times=1) as server, signed_in(server, timeout=20) as client:
        client.idle()
        assert len(client.idle_done()[1]) == 200_000


def test_a_server_without_uidnext_opens_folders_all_the_same() -> None:
    with HostileImap([_MAIL], prank=Prank.NO_UIDNEXT) as server, signed_in(server) as client:
        answer = client.select_folder("INBOX", readonly=True)
        assert b"UIDNEXT" not in answer
        assert answer[b"UIDVALIDITY"] == 7
        assert client.search(["UID", "*"]) == [1]


def test_a_greeting_that_never_comes_runs_into_the_time_out() -> None:
    with HostileImap(prank=Prank.HANGING_GREETING) as server, pytest.raises(TimeoutError):
        IMAPClient(server.host, port=server.port, ssl=False, timeout=0.3)


def test_signing_in_is_refused_as_often_as_told() -> None:
    with HostileImap(prank=Prank.LOGIN_REFUSED, times=1) as server:
        with pytest.raises(LoginError), signed_in(server):
            pass
        with signed_in(server):
            assert server.commands.count("LOGIN") == 2


def test_a_second_connection_is_sent_away() -> None:
    with (
        HostileImap(prank=Prank.TOO_MANY) as server,
        signed_in(server),
        pytest.raises((imaplib.IMAP4.error, OSError)),
        signed_in(server),
    ):
        pass


def test_an_expired_token_ends_the_session_with_its_reason() -> None:
    with (
        HostileImap(prank=Prank.TOKEN_EXPIRED) as server,
        signed_in(server) as client,
        pytest.raises(imaplib.IMAP4.abort),
    ):
        client.noop()


def test_every_command_is_bad_where_the_mailbox_is_wrong() -> None:
    refusal = pytest.raises(IMAPClientError, match="authenticated but not connected")
    with HostileImap(prank=Prank.NOT_CONNECTED) as server, refusal, signed_in(server):
        pass


def test_a_search_of_everything_is_longer_than_a_client_takes() -> None:
    with HostileImap(phantoms=200_000) as server, signed_in(server) as client:
        assert client.search(["UID", "199999:*"]) == [199_999, 200_000]
        with pytest.raises(imaplib.IMAP4.error, match=r"(?i)more than|bytes"):
            client.search("ALL")
        assert "UID SEARCH ALL" in server.commands


def test_the_connection_drops_in_the_middle_of_a_message() -> None:
    with HostileImap([_MAIL], prank=Prank.DROPPED_IN_FETCH, times=1) as server:
        with signed_in(server) as client, pytest.raises((imaplib.IMAP4.abort, OSError)):
            client.fetch([1], ["BODY.PEEK[]"])
        with signed_in(server) as client:
            assert client.fetch([1], ["BODY.PEEK[]"])[1][b"BODY[]"] == _MAIL


def test_a_message_is_gone_before_it_is_fetched() -> None:
    with HostileImap([_MAIL], prank=Prank.EXPUNGED_BEFORE_FETCH, times=1) as server, signed_in(server) as client:
        assert client.fetch([1], ["BODY.PEEK[]"]) == {}


def test_tokens_are_taken_without_being_written_down() -> None:
    with HostileImap() as server:
        client = IMAPClient(server.host, port=server.port, ssl=False, timeout=5)
        client.oauth2_login("user", "a-token")
        client.logout()
        assert "AUTHENTICATE" in server.commands
        assert not any("token" in command for command in server.commands)
