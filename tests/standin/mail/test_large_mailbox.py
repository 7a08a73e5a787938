"""A mailbox with 100,000 messages.

What is asked of the server is counted, so that the test says the same on any machine.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.mail.context import MailContext, mailboxes_of
from agent.mail.imap.connection.auth import MailboxLogin
from agent.mail.imap.connection.client import CHUNK, Client
from agent.mail.imap.connection.connecting import connect
from agent.mail.imap.scanner import Scanner
from agent.store.database.engine import reading, writing
from agent.store.inbox import folders
from tests.support.servers.imap.hostile_imap import HostileImap
from tests.support.sites.mail_world import MailWorld, mail_world, make_settings, wait_arrivals

MANY = 100_000


@contextmanager
def scripted(folder: Path, **options: Any) -> Iterator[tuple[MailWorld, HostileImap]]:
    with mail_world(folder) as world, HostileImap(**options) as server:
        world.settings = make_settings(folder, port=server.port, dns=world.keys.address)
        yield world, server


def signed_in(world: MailWorld) -> Client:
    box = mailboxes_of(world.settings)[0]
    client = connect(box, world.settings.mail)
    MailboxLogin(box, now=world.context().now).sign_in(client)
    return client


def fetched(server: HostileImap) -> set[int]:
    """Every UID that any FETCH asked for."""
    lists = (command.split()[2] for command in server.commands if command.startswith("UID FETCH"))
    return {int(uid) for text in lists for uid in re.findall(r"\d+", text)}


def test_start_on_a_large_mailbox_asks_for_its_invitations_only(tmp_path: Path) -> None:
    with scripted(tmp_path, phantoms=MANY) as (world, server):
        world.account("A1")
        world.account("A2")
        invitation = server.deliver_now(world.mail_to("A1"))
        with world.running():
            wait_arrivals(world, 1)
            asked, sent = list(server.commands), server.sent
        assert fetched(server) == {invitation}
        assert len(asked) < 25, asked
        assert sent < 30_000, "a naive client reads 100,000 headers: hundreds of megabytes"


def test_second_start_asks_for_what_is_new_only(tmp_path: Path) -> None:
    with scripted(tmp_path, phantoms=MANY) as (world, server):
        world.account("A1")
        world.account("A2")
        server.deliver_now(world.mail_to("A1"))
        with world.running():
            wait_arrivals(world, 1)
        server.commands.clear()
        new = server.deliver_now(world.mail_to("A2"))
        with world.running():
            wait_arrivals(world, 2)
        assert fetched(server) == {new}
        assert not [command for command in server.commands if "SINCE" in command], (
            "the look-back belongs to the first start"
        )


def test_stop_is_honoured_between_chunks_and_the_rest_is_read_later(tmp_path: Path) -> None:
    stop = threading.Event()
    notice = b"From: donotreply@amazon.com\r\nSubject: number %d\r\n\r\nx\r\n"
    with scripted(tmp_path) as (world, server):
        context, client = stopping(world, stop), signed_in(world)
        with writing(world.engine) as conn:
            row = folders.ensure(conn, mailbox="box", folder="INBOX", role="inbox")
        scanner = Scanner(context, stop=stop)
        scanner.scan(client, row.id)
        stop.clear()
        for number in range(2 * CHUNK + 10):
            server.folder.append(notice % number)
        scanner.scan(client, row.id)
        with reading(world.engine) as conn:
            position = folders.get(conn, row.id)
        assert position is not None
        assert (len(world.messages()), position.last_uid) == (CHUNK, CHUNK)
        while len(world.messages()) < 2 * CHUNK + 10:
            stop.clear()
            assert scanner.scan(client, row.id) > 0
        client.drop()


def stopping(world: MailWorld, stop: threading.Event) -> MailContext:
    """A context whose agent is told to stop as soon as a chunk was stored."""
    return replace(world.context(), on_event=lambda _mailbox, event, _amount: stop.set() if event == "found" else None)


LISTINGS: dict[str, tuple[tuple[str, ...], str | None]] = {
    "special use": (
        ('(\\HasNoChildren) "/" "INBOX"', '(\\HasNoChildren \\Junk) "/" "Ablage"', '() "/" "Spam"'),
        "Ablage",
    ),
    "gmail": (('(\\HasNoChildren) "/" "INBOX"', '(\\HasNoChildren \\Junk) "/" "[Gmail]/Spam"'), "[Gmail]/Spam"),
    "exchange": (('(\\HasNoChildren) "/" "INBOX"', '(\\HasNoChildren) "/" "Junk Email"'), "Junk Email"),
    "exchange in German": (('(\\HasNoChildren) "/" "Junk-E-Mail"',), "Junk-E-Mail"),
    "exchange in French": (('(\\HasNoChildren) "/" "Courrier ind&AOk-sirable"',), "Courrier indésirable"),
    "below the inbox": (('(\\HasNoChildren) "." INBOX.spam',), "INBOX.spam"),
    "none": (('(\\HasNoChildren) "/" "INBOX"', '() "/" "Junkyard plans"'), None),
}


@pytest.mark.parametrize(("listing", "name"), LISTINGS.values(), ids=LISTINGS)
def test_junk_folder_is_found_by_its_use_and_by_its_names(
    tmp_path: Path, listing: tuple[str, ...], name: str | None
) -> None:
    with HostileImap() as server:
        server.listing = listing
        client = signed_in_to(server, tmp_path)
        assert client.junk_folder() == name
        client.drop()


def signed_in_to(server: HostileImap, folder: Path) -> Client:
    settings = make_settings(folder, port=server.port, dns="127.0.0.1:53")
    client = connect(mailboxes_of(settings)[0], settings.mail)
    client.login("invites", "any")
    return client
