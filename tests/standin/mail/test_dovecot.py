"""The same watcher on a real Dovecot.

Push, kicks, restarts, renumbering, TLS, tokens, big and many messages.
"""

from __future__ import annotations

import random
import resource
import shutil
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from agent.mail.context import MailContext
from agent.mail.imap.connection.auth import MailboxLogin
from agent.mail.imap.connection.client import CHUNK, Client, LoginError
from agent.mail.imap.connection.connecting import connect
from agent.mail.imap.connection.tokens import Token
from agent.mail.imap.failures import ConnectionState, classify
from agent.mail.imap.scanner import Scanner
from agent.mail.imap.watcher import Watcher
from agent.settings.groups.mailbox import MailboxSettings, MailSettings, OAuthSettings, Tls
from agent.settings.model import Settings
from agent.store.database.engine import open_database, reading, writing
from agent.store.inbox import folders
from fixtures.stand_in.mail.letters import Composer
from fixtures.stand_in.mailbox.key_server import KeyServer
from tests.support.mail.tokens import TokenIssuer
from tests.support.servers.certificates import ServerCertificate, issue
from tests.support.servers.imap.dovecot import PASSWORD, Dovecot, needs_dovecot
from tests.support.sites.mail_world import MailWorld, make_settings, new_vault, wait_arrivals, wait_for

pytestmark = needs_dovecot
USER = "invites"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ServerCertificate:
    return issue(tmp_path_factory.mktemp("certificate"), "localhost")


@pytest.fixture(scope="module")
def issuer() -> TokenIssuer:
    return TokenIssuer()


@pytest.fixture(scope="module")
def dovecot(certificate: ServerCertificate, issuer: TokenIssuer) -> Iterator[Dovecot]:
    with Dovecot(tls=certificate, oauth=issuer) as server:
        yield server


@pytest.fixture
def world(dovecot: Dovecot, tmp_path: Path) -> Iterator[MailWorld]:
    dovecot.wipe(USER)
    with KeyServer() as keys:
        composer = Composer(5)
        composer.publish(keys)
        settings = make_settings(tmp_path, port=dovecot.port, dns=keys.address, username=USER)
        settings = with_imap(settings, password=SecretStr(PASSWORD))
        engine = open_database(settings.database_url or "")
        yield MailWorld(settings=settings, engine=engine, vault=new_vault(), composer=composer, keys=keys, inbox=None)
        engine.dispose()


def with_imap(settings: Settings, **values: Any) -> Settings:
    return settings.model_copy(update={"imap": settings.imap.model_copy(update=values)})


def mailbox(dovecot: Dovecot, **values: Any) -> MailboxSettings:
    known: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": dovecot.port,
        "username": USER,
        "password": PASSWORD,
        "tls": "none",
    }
    return MailboxSettings(**(known | values))


def test_push_wakes_long_before_the_slice_ends(world: MailWorld, dovecot: Dovecot) -> None:
    for number in range(4):
        world.account(f"A{number}")
    with world.running():
        times = []
        for number in range(4):
            started = time.monotonic()
            dovecot.deliver(world.mail_to(f"A{number}"), USER)
            wait_arrivals(world, number + 1)
            times.append(time.monotonic() - started)
    assert min(times) < 5.0, times  # half a second on an idle machine (make bench measures it); the slice is 30 s
    assert world.events["found_late"] == 0


@pytest.mark.sampled(4, of="a real server at work")
def test_kicked_sessions_lose_nothing(world: MailWorld, dovecot: Dovecot) -> None:
    names = [f"A{number}" for number in range(5)]
    for name in names:
        world.account(name)
    with world.running():
        for name in names:
            dovecot.kick(USER)
            dovecot.deliver(world.mail_to(name), USER)
        wait_for(lambda: len(world.arrivals) == len(names), seconds=90.0, what="all of them")
    assert sorted(world.arrivals) == names


@pytest.mark.sampled(4, of="a real server at work")
def test_restarted_server_loses_nothing(world: MailWorld, dovecot: Dovecot) -> None:
    world.account()
    with world.running():
        dovecot.restart()
        dovecot.deliver(world.mail_to(), USER)
        wait_for(lambda: world.arrivals, seconds=90.0)


@pytest.mark.sampled(4, of="a real server at work")
def test_random_load_is_read_once_each(world: MailWorld, dovecot: Dovecot) -> None:
    names = [f"A{number}" for number in range(60)]
    for name in names:
        world.account(name)
    draw = random.Random(3)
    with world.running():
        for name in names:
            dovecot.deliver(world.mail_to(name), USER)
            if draw.random() < 0.3:
                dovecot.deliver(b"From: friend@users.example\r\nSubject: lunch\r\n\r\nhello", USER)
            assert not threading.Event().wait(draw.random() * 0.03)
        wait_for(lambda: len(world.arrivals) == len(names), seconds=90.0, what="all of them")
    assert sorted(world.arrivals) == sorted(names)
    assert len(world.messages()) == len(names)


@pytest.mark.sampled(4, of="a real server at work")
def test_new_uidvalidity_starts_an_epoch(world: MailWorld, dovecot: Dovecot) -> None:
    world.account("A1")
    world.account("A2")
    first = world.mail_to("A1")
    with world.running():
        dovecot.deliver(first, USER)
        wait_for(lambda: world.arrivals == ["A1"])
    dovecot.kick(USER)
    shutil.rmtree(dovecot.maildir(USER))
    assert not threading.Event().wait(1.1)  # a UIDVALIDITY is a time in seconds
    dovecot.deliver(first, USER)
    dovecot.deliver(world.mail_to("A2"), USER)
    with world.running():
        wait_for(lambda: "A2" in world.arrivals)
        wait_for(lambda: all(message.verdict for message in world.messages()))
    assert world.arrivals == ["A1", "A2"]


@pytest.mark.sampled(4, of="a real server at work")
def test_message_expunged_between_search_and_fetch_is_passed_over(world: MailWorld, dovecot: Dovecot) -> None:
    world.account()
    with world.running():
        pass
    dovecot.deliver(world.mail_to("A9"), USER)
    dovecot.deliver(world.mail_to("A1"), USER)
    box = mailbox(dovecot)
    other = signed_in(box, world.context())
    other.select_folder("INBOX")
    client = signed_in(box, world.context())
    uids = expunged_after_search(client, other)
    with reading(world.engine) as conn:
        row = next(folder for folder in folders.list_all(conn) if folder.folder == "INBOX")
    assert Scanner(world.context(), stop=threading.Event()).scan(client, row.id) >= 1
    assert len(uids) == 2
    client.drop()
    other.drop()


def expunged_after_search(client: Client, other: Client) -> list[int]:
    """Let somebody else expunge the first message while ours knows it already."""
    client.examine("INBOX")
    uids = client.uids_from(1)
    other.delete_messages(uids[:1])
    other.expunge()
    assert set(client.headlines(uids)) <= set(uids)
    return uids


def signed_in(box: MailboxSettings, context: MailContext) -> Client:
    client = connect(box, context.limits)
    MailboxLogin(box, now=context.now).sign_in(client)
    return client


def test_n_star_never_returns_what_is_known(world: MailWorld, dovecot: Dovecot) -> None:
    dovecot.deliver(world.mail_to(), USER)
    client = signed_in(mailbox(dovecot), world.context())
    client.examine("INBOX")
    last = client.last_uid()
    assert client.search(["UID", f"{last + 1}:*"]) == [last], "the trap"
    assert client.uids_from(last + 1) == []
    client.drop()


@pytest.mark.sampled(4, of="a real server at work")
def test_huge_message_is_never_fetched(world: MailWorld, dovecot: Dovecot) -> None:
    dovecot.deliver(world.mail_to() + b"x" * 76 * 400_000, USER)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with world.running():
        wait_for(lambda: world.messages())
    assert world.verdicts() == [("held", "too_big")]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


@pytest.mark.sampled(4, of="a real server at work")
def test_mailbox_with_many_messages_starts_soon(world: MailWorld, dovecot: Dovecot) -> None:
    now = datetime.now(UTC)
    old = [
        f"From: friend{number}@users.example\r\nDate: {format_datetime(now)}\r\nSubject: {number}\r\n\r\nx\r\n".encode()
        for number in range(3000)
    ]
    dovecot.fill(USER, old)
    world.account()
    started = time.monotonic()
    with world.running():
        dovecot.deliver(world.mail_to(), USER)
        wait_for(lambda: world.arrivals)
    assert (
        time.monotonic() - started < 60.0
    )  # on a busy machine; what is asked of the server is counted in test_mail_large_mailbox
    assert len(world.messages()) == 1


@pytest.mark.sampled(4, of="a real server at work")
def test_burst_larger_than_a_chunk_is_read_completely(world: MailWorld, dovecot: Dovecot) -> None:
    world.account()
    with world.running():
        pass
    raw = b"From: donotreply@amazon.com\r\nSubject: number %d\r\n\r\nx\r\n"
    dovecot.fill(USER, [raw % number for number in range(CHUNK + 50)])
    with world.running():
        wait_for(lambda: len(world.messages()) == CHUNK + 50, seconds=90.0)


@pytest.mark.parametrize("tls", [Tls.IMPLICIT, Tls.STARTTLS])
def test_tls_with_our_authority_is_accepted(
    world: MailWorld, dovecot: Dovecot, certificate: ServerCertificate, tls: Tls
) -> None:
    port = dovecot.tls_port if tls is Tls.IMPLICIT else dovecot.port
    client = signed_in(
        mailbox(dovecot, tls=tls, port=port, ca_file=certificate.ca_file, host="localhost"), world.context()
    )
    assert client.examine("INBOX").uidvalidity > 0
    client.drop()


def test_certificate_for_another_name_is_refused(
    world: MailWorld, dovecot: Dovecot, certificate: ServerCertificate
) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        connect(
            mailbox(dovecot, tls=Tls.IMPLICIT, port=dovecot.tls_port, ca_file=certificate.ca_file), world.settings.mail
        )


def test_unknown_authority_is_refused_and_sorted(world: MailWorld, dovecot: Dovecot) -> None:
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        connect(mailbox(dovecot, tls=Tls.IMPLICIT, port=dovecot.tls_port, host="localhost"), world.settings.mail)
    failure = classify(caught.value)
    assert (failure.link, failure.wait, failure.alarm) == (ConnectionState.CERTIFICATE, 300.0, True)


class Tokens:
    """A source of tokens under the test's control."""

    def __init__(self, *values: tuple[str, timedelta]) -> None:
        self.left = list(values)
        self.fetched = 0

    def fetch(self) -> Token:
        self.fetched += 1
        value, valid = self.left.pop(0) if len(self.left) > 1 else self.left[0]
        return Token(value=SecretStr(value), expires_at=datetime.now(UTC) + valid)


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_token_signs_in(world: MailWorld, dovecot: Dovecot, issuer: TokenIssuer, mechanism: str) -> None:
    box = mailbox(dovecot, password=None, oauth=OAuthSettings(provider="microsoft", mechanism=mechanism))  # type: ignore[arg-type]  # parsed
    credentials = MailboxLogin(
        box, now=lambda: datetime.now(UTC), source=Tokens((issuer.token(USER), timedelta(hours=1)))
    )
    client = connect(box, world.settings.mail)
    credentials.sign_in(client)
    assert client.examine("INBOX").uidvalidity > 0
    client.drop()


@pytest.mark.sampled(1)
@pytest.mark.parametrize("wrong", ["expired", "other user", "other issuer", "other scope", "garbage"])
def test_wrong_token_is_a_refused_login(world: MailWorld, dovecot: Dovecot, issuer: TokenIssuer, wrong: str) -> None:
    tokens = {
        "expired": issuer.token(USER, valid=timedelta(hours=-1)),
        "other user": issuer.token("somebody"),
        "other issuer": issuer.token(USER, issuer="https://other.example"),
        "other scope": issuer.token(USER, scope="calendar"),
        "garbage": "garbage",
    }
    box = mailbox(dovecot, password=None, oauth=OAuthSettings(provider="microsoft"))
    credentials = MailboxLogin(box, now=lambda: datetime.now(UTC), source=Tokens((tokens[wrong], timedelta(hours=1))))
    client = connect(box, MailSettings())
    with pytest.raises(LoginError):
        credentials.sign_in(client)
    client.drop()


@pytest.mark.sampled(1, of="a token that ends while the mailbox is watched")
def test_expired_token_is_replaced_once_and_watching_goes_on(
    world: MailWorld, dovecot: Dovecot, issuer: TokenIssuer
) -> None:
    box = mailbox(dovecot, password=None, oauth=OAuthSettings(provider="microsoft"))
    tokens = Tokens(
        (issuer.token(USER, valid=timedelta(hours=-1)), timedelta(hours=1)), (issuer.token(USER), timedelta(hours=1))
    )
    watcher = Watcher(
        box,
        world.context(),
        on_found=lambda: None,
        credentials=lambda: MailboxLogin(box, now=lambda: datetime.now(UTC), source=tokens),
    )
    watcher.start()
    wait_for(lambda: world.is_watched(f"{USER}@127.0.0.1"))
    watcher.stop()
    watcher.join(90)
    watcher.close()
    assert tokens.fetched == 2
    assert world.alarms == []


def test_refused_tokens_are_not_hammered(world: MailWorld, dovecot: Dovecot) -> None:
    box = mailbox(dovecot, password=None, oauth=OAuthSettings(provider="microsoft"))
    tokens = Tokens(("garbage", timedelta(hours=1)))
    watcher = Watcher(
        box,
        world.context(),
        on_found=lambda: None,
        credentials=lambda: MailboxLogin(box, now=lambda: datetime.now(UTC), source=tokens),
    )
    watcher.start()
    wait_for(lambda: world.alarms)
    assert not threading.Event().wait(1.0)
    watcher.stop()
    watcher.join(90)
    watcher.close()
    assert tokens.fetched == 2, "once, and once by force"


@pytest.mark.sampled(1, of="a token that ends while the mailbox is watched")
def test_session_is_renewed_before_the_token_ends(world: MailWorld, dovecot: Dovecot, issuer: TokenIssuer) -> None:
    box = mailbox(dovecot, password=None, oauth=OAuthSettings(provider="microsoft"))
    shift = [timedelta(0)]
    tokens = Tokens((issuer.token(USER), timedelta(hours=1)))
    context = world.context()
    context = type(context)(
        engine=context.engine,
        vault=context.vault,
        limits=context.limits.model_copy(update={"idle_slice": 0.3}),
        lease=timedelta(days=1),
        on_alarm=context.on_alarm,
        now=lambda: datetime.now(UTC) + shift[0],
    )
    watcher = Watcher(
        box, context, on_found=lambda: None, credentials=lambda: MailboxLogin(box, now=context.now, source=tokens)
    )
    watcher.start()
    wait_for(lambda: world.is_watched(f"{USER}@127.0.0.1"))
    shift[0] = timedelta(minutes=51)
    wait_for(lambda: tokens.fetched == 2, what="the renewal")
    shift[0] = timedelta(minutes=52)
    assert not threading.Event().wait(0.8)
    with reading(world.engine) as conn:
        assert {folder.state for folder in folders.list_all(conn)} == {"up"}
    watcher.stop()
    watcher.join(90)
    watcher.close()


def test_plain_text_to_another_host_is_refused(world: MailWorld) -> None:
    from agent.errors import ConfigurationError

    with pytest.raises(ConfigurationError, match="loopback only"):
        connect(MailboxSettings(host="192.0.2.1", username="x", tls=Tls.NONE), world.settings.mail)


@pytest.mark.sampled(4, of="a real server at work")
def test_failing_message_is_set_aside_after_three_tries(world: MailWorld, dovecot: Dovecot) -> None:
    """A message that breaks the connection whenever it is fetched must not stop those behind it."""
    world.account()
    dovecot.deliver(world.mail_to("A9"), USER)
    dovecot.deliver(world.mail_to("A1"), USER)
    box = mailbox(dovecot)
    scanner = Scanner(world.context(), stop=threading.Event())
    with writing(world.engine) as conn:
        row = folders.ensure(conn, mailbox="m", folder="INBOX", role="inbox")
    for _ in range(6):
        client = signed_in(box, world.context())
        client.__class__ = Breaking
        try:
            scanner.scan(client, row.id)
        except OSError:
            scanner.forget_open()
        client.drop()
    assert world.verdicts() == [("held", "cannot_be_fetched"), (None, None)]


class Breaking(Client):
    """A connection that breaks on the first message."""

    def raw_message(self, uid: int, limit: int) -> bytes | None:
        """Break."""
        if uid == 1:
            raise OSError("connection reset")
        return super().raw_message(uid, limit)
