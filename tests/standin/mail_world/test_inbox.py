"""The embedded mailbox, seen by a plain client."""

from __future__ import annotations

import asyncio
import contextlib
import imaplib
import select
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from fixtures.stand_in.mailbox.inbox import Inbox

_MAIL = b"From: donotreply@amazon.com\r\nSubject: one\r\n\r\nhello\r\n"


@contextlib.contextmanager
def signed_in(inbox: Inbox, folder: str = "INBOX") -> Iterator[IMAPClient]:
    """A client with a folder open."""
    client = IMAPClient(inbox.host, port=inbox.port, ssl=False, timeout=5)
    try:
        client.login(inbox.username, inbox.password)
        client.select_folder(folder, readonly=True)
        yield client
    finally:
        client.shutdown()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox("agent", "secret") as running:
        yield running


def test_a_delivered_message_keeps_its_bytes_and_its_date(inbox: Inbox) -> None:
    uid = inbox.deliver_now(_MAIL, when=datetime(2025, 6, 1, 12, 0, tzinfo=UTC))
    with signed_in(inbox) as client:
        client.normalise_times = False
        found = client.fetch([uid], ["BODY.PEEK[]", "INTERNALDATE"])[uid]
    assert found[b"BODY[]"] == _MAIL
    assert found[b"INTERNALDATE"] == datetime(2025, 6, 1, 12, 0, tzinfo=UTC)


async def test_it_serves_coroutines_as_well() -> None:
    async with Inbox("agent", "secret") as inbox:
        uid = await inbox.deliver(_MAIL)
        with signed_in(inbox) as client:
            assert client.search(["UID", "1:*"]) == [uid]


def test_a_client_that_idles_is_told_within_a_tenth_of_a_second(inbox: Inbox) -> None:
    waits = []
    with signed_in(inbox) as client:
        for number in range(1, 6):
            client.idle()
            started = time.monotonic()
            inbox.deliver_now(_MAIL)
            assert select.select([client.socket()], [], [], 5)[0]
            waits.append(time.monotonic() - started)
            assert (number, b"EXISTS") in client.idle_done()[1]
    assert min(waits) < 0.1


def test_junk_is_found_by_its_special_use(inbox: Inbox) -> None:
    inbox.deliver_now(_MAIL, "Junk")
    with signed_in(inbox) as client:
        name = client.find_special_folder(b"\\Junk")
        assert name == "Junk"
        assert client.select_folder(name)[b"EXISTS"] == 1
    assert inbox.count() == 0


def test_folders_and_the_junk_mark_are_the_callers_choice() -> None:
    with Inbox("agent", "secret", folders=["Spam", "Invitations"], junk="Spam") as inbox, signed_in(inbox) as client:
        assert {name for _, _, name in client.list_folders()} == {"INBOX", "Spam", "Invitations"}
        assert client.find_special_folder(b"\\Junk") == "Spam"


def test_a_message_for_an_unknown_folder_is_an_error(inbox: Inbox) -> None:
    with pytest.raises(KeyError):
        inbox.deliver_now(_MAIL, "Nowhere")


def test_a_wrong_password_is_refused(inbox: Inbox) -> None:
    client = IMAPClient(inbox.host, port=inbox.port, ssl=False, timeout=5)
    with pytest.raises(LoginError):
        client.login("agent", "wrong")
    client.shutdown()


def test_a_kick_cuts_every_session(inbox: Inbox) -> None:
    with signed_in(inbox) as first, signed_in(inbox) as second:
        assert inbox.kick() == 2
        for client in (first, second):
            with pytest.raises((imaplib.IMAP4.abort, OSError)):
                client.noop()


def test_a_renewed_folder_is_empty_and_has_another_uidvalidity(inbox: Inbox) -> None:
    inbox.deliver_now(_MAIL)
    with signed_in(inbox) as client:
        before = client.select_folder("INBOX")[b"UIDVALIDITY"]
    inbox.renew()
    with signed_in(inbox) as client:
        after = client.select_folder("INBOX")
    assert after[b"UIDVALIDITY"] != before
    assert after[b"EXISTS"] == 0


def test_an_expunged_message_is_gone(inbox: Inbox) -> None:
    uid = inbox.deliver_now(_MAIL)
    inbox.expunge(uid)
    with signed_in(inbox) as client:
        assert client.fetch([uid], ["BODY.PEEK[]"]) == {}


def test_a_message_nobody_can_describe_ends_one_session_only(inbox: Inbox) -> None:
    nested = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(200)
    )
    uid = inbox.deliver_now(nested + b"\r\nx\r\n")
    with signed_in(inbox) as client, pytest.raises(imaplib.IMAP4.abort):
        client.fetch([uid], ["BODYSTRUCTURE"])
    with signed_in(inbox) as client:
        assert client.fetch([uid], ["RFC822.SIZE"])


def test_it_may_be_closed_twice_and_refuses_work_afterwards() -> None:
    inbox = Inbox("agent", "secret")
    inbox.open()
    inbox.close()
    inbox.close()
    with pytest.raises(RuntimeError, match="not running"):
        inbox.deliver_now(_MAIL)


def test_content_and_port_outlive_a_restart() -> None:
    inbox = Inbox("agent", "secret")
    with inbox, signed_in(inbox):
        inbox.deliver_now(_MAIL)
        port = inbox.port
        inbox.close()
    with inbox:
        assert inbox.count() == 1
        assert inbox.port == port


def test_a_connection_that_is_cut_before_it_is_served_is_closed(inbox: Inbox) -> None:
    async def cut_the_first() -> None:
        while not await inbox.cut():  # noqa: ASYNC110 - before its task has begun
            await asyncio.sleep(0)

    async def connect() -> bytes:
        cutting = asyncio.create_task(cut_the_first())
        reader, writer = await asyncio.open_connection(inbox.host, inbox.port)
        try:
            await cutting
            return await asyncio.wait_for(reader.read(), 90)
        except ConnectionError:
            return b""
        finally:
            writer.transport.abort()

    assert inbox.call(connect()) == b""
