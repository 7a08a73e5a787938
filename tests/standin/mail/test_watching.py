"""A mailbox watched on the embedded server.

Fast, lossless, once, and left as found.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from agent.domain.account import ApiAuthorization
from agent.mail.imap.watcher import Watcher
from agent.settings.groups.mailbox import MailboxSettings
from agent.store import transitions
from agent.store.database import schema
from agent.store.database.engine import reading, writing
from agent.store.inbox import folders, invitations
from fixtures.stand_in.mailbox.inbox import Inbox
from fixtures.stand_in.mailbox.key_server import Fault
from tests.support.sites.mail_world import (
    PASSWORD,
    MailWorld,
    link_to,
    mail_world,
    make_settings,
    wait_arrivals,
    wait_for,
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[MailWorld]:
    with mail_world(tmp_path) as made:
        yield made


def inbox_of(world: MailWorld) -> Inbox:
    assert world.inbox is not None
    return world.inbox


def wait_judged(world: MailWorld, count: int, *, seconds: float = 90.0) -> None:
    wait_for(
        lambda: len(world.messages()) >= count and all(message.verdict for message in world.messages()),
        seconds=seconds,
        what=f"{count} verdicts",
    )


def test_pushed_invitation_makes_its_account_due_within_a_moment(world: MailWorld) -> None:
    for number in range(6):
        world.account(f"A{number}")
    with world.running():
        times = []
        for number in range(6):
            started = time.monotonic()
            inbox_of(world).deliver_now(world.mail_to(f"A{number}"))
            wait_arrivals(world, number + 1)
            times.append(time.monotonic() - started)
    assert min(times) < 2.0, times  # milliseconds on an idle machine; the slice is 30 s
    assert world.arrivals == [f"A{number}" for number in range(6)]
    assert world.state_of("A0") == "accepting"
    assert world.events["found"] == 6
    assert folder_rows(world)[0].last_push_at is not None


def test_mail_that_came_before_the_first_start_is_found(world: MailWorld) -> None:
    world.account()
    inbox_of(world).deliver_now(world.mail_to())
    with world.running():
        wait_for(lambda: world.arrivals)


def test_mail_that_came_while_stopped_is_found(world: MailWorld) -> None:
    world.account()
    with world.running():
        pass
    inbox_of(world).deliver_now(world.mail_to())
    with world.running():
        wait_for(lambda: world.arrivals)


def test_old_mail_is_not_looked_back_at(world: MailWorld) -> None:
    world.account()
    long_ago = datetime.now(UTC) - timedelta(days=40)
    inbox_of(world).deliver_now(world.mail_to(when=long_ago), when=long_ago)
    with world.running():
        pass
    assert world.messages() == []


def test_invitation_in_the_junk_folder_is_found(world: MailWorld) -> None:
    world.account()
    with world.running():
        inbox_of(world).deliver_now(world.mail_to(), folder="Junk")
        wait_for(lambda: world.arrivals, what="the invitation in Junk")


def test_invitation_waits_while_the_api_authorization_is_pending(world: MailWorld) -> None:
    world.account(api=ApiAuthorization.PENDING)
    with world.running():
        inbox_of(world).deliver_now(world.mail_to())
        wait_judged(world, 1)
    assert world.verdicts() == [("accept", "expected")]
    assert world.state_of() == "api_authorization_required"
    waiting = world.invitation_of()
    assert waiting is not None
    with writing(world.engine) as conn:
        transitions.set_api_authorization(conn, "A1", ApiAuthorization.COMPLETE, now=datetime.now(UTC))
    assert world.state_of() == "accepting"


def test_copies_of_every_kind_start_one_visit(world: MailWorld) -> None:
    world.account()
    link = link_to()
    first = world.mail_to(link=link)
    with world.running():
        inbox_of(world).deliver_now(first)
        inbox_of(world).deliver_now(first)
        inbox_of(world).deliver_now(first, folder="Junk")
        inbox_of(world).deliver_now(world.mail_to(link=link))
        wait_judged(world, 4)
    assert sorted(world.verdicts()) == [
        ("accept", "expected"),
        *[("duplicate", "same_bytes")] * 2,
        ("duplicate", "same_invitation"),
    ]
    assert world.arrivals == ["A1"]
    assert world.count(schema.invitations) == 1


def test_ordinary_mail_leaves_no_trace(world: MailWorld) -> None:
    with world.running():
        uid = inbox_of(world).deliver_now(
            b"From: friend@users.example\r\nTo: a@b.example\r\nSubject: lunch\r\n\r\nhello"
        )
        wait_for(lambda: any(folder.last_uid >= uid for folder in folder_rows(world)))
    assert world.messages() == []


def folder_rows(world: MailWorld) -> list[folders.Folder]:
    with reading(world.engine) as conn:
        return folders.list_all(conn)


def test_mailbox_is_left_as_found(world: MailWorld) -> None:
    world.account()
    with world.running():
        uid = inbox_of(world).deliver_now(world.mail_to())
        wait_for(lambda: world.arrivals)
    assert inbox_of(world).count() == 1
    with fetching(world) as client:
        client.select_folder("INBOX", readonly=True)
        assert b"\\Seen" not in client.get_flags([uid])[uid]


def fetching(world: MailWorld):  # type: ignore[no-untyped-def]  # the library is untyped
    import imapclient

    client = imapclient.IMAPClient("127.0.0.1", port=inbox_of(world).port, ssl=False)
    client.login("invites", PASSWORD)
    return client


def test_handled_mail_is_moved_only_if_that_is_switched_on(tmp_path: Path) -> None:
    with mail_world(tmp_path, folders=("Junk", "Done")) as world:
        moving = world.settings.model_copy(
            update={"imap": world.settings.imap.model_copy(update={"move_handled_to": "Done"})}
        )
        world.account()
        with world.running(moving):
            inbox_of(world).deliver_now(world.mail_to())
            wait_for(lambda: inbox_of(world).count() == 0, what="the move")
            wait_for(lambda: world.events["moved"] == 1, what="its count")
        assert inbox_of(world).count("Done") == 1


def test_missing_folder_to_move_to_changes_nothing(world: MailWorld) -> None:
    moving = world.settings.model_copy(
        update={"imap": world.settings.imap.model_copy(update={"move_handled_to": "Nowhere"})}
    )
    world.account("A1")
    world.account("A2")
    with world.running(moving):
        inbox_of(world).deliver_now(world.mail_to("A1"))
        wait_for(lambda: world.arrivals)
        inbox_of(world).deliver_now(world.mail_to("A2"))
        wait_for(lambda: len(world.arrivals) == 2)
        wait_for(lambda: world.events["move_failed"] >= 1, what="the failure's count")
    assert inbox_of(world).count() == 2


def test_new_uidvalidity_loses_nothing_and_starts_nothing_twice(world: MailWorld) -> None:
    world.account("A1")
    world.account("A2")
    first = world.mail_to("A1")
    with world.running():
        inbox_of(world).deliver_now(first)
        wait_for(lambda: world.arrivals == ["A1"])
        inbox_of(world).renew()
        inbox_of(world).deliver_now(first)
        inbox_of(world).deliver_now(world.mail_to("A2"))
        wait_for(lambda: "A2" in world.arrivals, what="the mail of the new epoch")
        wait_judged(world, 3)
    assert world.arrivals == ["A1", "A2"]
    assert max(folder.epoch for folder in folder_rows(world)) == 1


def test_cut_sessions_lose_nothing(world: MailWorld) -> None:
    names = [f"A{number}" for number in range(10)]
    for name in names:
        world.account(name)
    with world.running():
        for name in names:
            inbox_of(world).deliver_now(world.mail_to(name))
            inbox_of(world).kick()
        wait_for(lambda: len(world.arrivals) == 10, seconds=90.0, what="all ten")
    assert sorted(world.arrivals) == names


def test_vanished_message_is_no_obstacle(world: MailWorld) -> None:
    world.account()
    with world.running():
        pass
    uid = inbox_of(world).deliver_now(world.mail_to("A9"))
    inbox_of(world).deliver_now(world.mail_to())
    inbox_of(world).expunge(uid)
    with world.running():
        wait_for(lambda: world.arrivals == ["A1"])


def test_message_that_is_too_big_is_held_without_being_fetched(tmp_path: Path) -> None:
    with mail_world(tmp_path, max_message_bytes=10_000) as world:
        world.account()
        with world.running():
            inbox_of(world).deliver_now(world.mail_to() + b"x" * 20_000)
            inbox_of(world).deliver_now(world.mail_to())
            wait_for(lambda: world.arrivals)
        held = world.messages()[0]
        assert (held.verdict, held.reason, held.sealed) == ("held", "too_big", None)


def test_forgery_is_stored_with_its_reason_and_stops_nobody(world: MailWorld) -> None:
    world.account()
    with world.running():
        inbox_of(world).deliver_now(world.mail_to() + b"altered\r\n")
        inbox_of(world).deliver_now(world.mail_to())
        wait_for(lambda: world.arrivals)
    assert world.verdicts() == [("rejected", "dkim_failed"), ("accept", "expected")]


def test_silent_dns_delays_and_never_rejects(tmp_path: Path) -> None:
    with mail_world(tmp_path, dns_timeout=0.3) as world:
        world.account()
        world.keys.fault = Fault.SERVFAIL
        with world.running():
            inbox_of(world).deliver_now(world.mail_to())
            wait_judged(world, 1)
            assert world.verdicts() == [("retry", "key_lookup_failed")]
            world.keys.fault = Fault.NONE
            with writing(world.engine) as conn:
                conn.execute(schema.messages.update().values(next_try_at=None))
            wait_for(lambda: world.arrivals, what="the second try")
    assert world.verdicts() == [("accept", "expected")]


def test_stored_bytes_are_sealed(world: MailWorld, tmp_path: Path) -> None:
    world.account()
    invitation = str(uuid.uuid4())
    with world.running():
        inbox_of(world).deliver_now(world.mail_to(link=link_to(invitation_id=invitation)) + b"")
        wait_for(lambda: world.arrivals)
    sealed = world.messages()[0].sealed
    assert sealed is not None
    assert invitation.encode() not in sealed


def test_stop_ends_every_wait_at_once(world: MailWorld) -> None:
    service = world.service()
    service.start()
    wait_for(lambda: world.is_watched(service.mailboxes[0]))
    started = time.monotonic()
    service.stop()
    assert time.monotonic() - started < 30.0
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("mail-")]


def test_stop_during_back_off_is_immediate(tmp_path: Path) -> None:
    with mail_world(tmp_path) as world:
        nowhere = make_settings(tmp_path, port=1, dns=world.keys.address)
        service = world.service(nowhere)
        service.start()
        wait_for(lambda: any(folder.fail_count > 1 for folder in folder_rows(world)))
        started = time.monotonic()
        service.stop()
        assert time.monotonic() - started < 30.0
        assert {folder.state for folder in folder_rows(world)} == {"down"}


def test_wrong_password_is_told_and_not_hammered(world: MailWorld) -> None:
    wrong = world.settings.model_copy(update={"imap": world.settings.imap.model_copy(update={"username": "nobody"})})
    service = world.service(wrong)
    service.start()
    wait_for(lambda: any(folder.state == "auth_failed" for folder in folder_rows(world)))
    assert not threading.Event().wait(0.5)
    service.stop()
    assert [folder.fail_count for folder in folder_rows(world)] == [1]
    assert world.alarms[0][0] == "mailbox:nobody@127.0.0.1"
    assert world.events == {"lost_auth_failed": 1}


def test_missing_folder_is_told_and_never_made(world: MailWorld) -> None:
    missing = world.settings.model_copy(
        update={"imap": world.settings.imap.model_copy(update={"folders": ["Missing"]})}
    )
    service = world.service(missing)
    service.start()
    wait_for(lambda: any(folder.state == "folder_missing" for folder in folder_rows(world)))
    service.stop()


def test_second_watcher_stays_passive_and_takes_over(world: MailWorld) -> None:
    mailbox = MailboxSettings.model_validate(
        {"host": "127.0.0.1", "port": inbox_of(world).port, "username": "invites", "password": PASSWORD, "tls": "none"}
    )
    context = world.context(lease=1.5)
    first = Watcher(mailbox, context, on_found=lambda: None, holder="other-host:1:1:a")
    second = Watcher(mailbox, context, on_found=lambda: None)
    first.start()
    wait_for(lambda: world.is_watched("invites@127.0.0.1"))
    second.start()
    assert not threading.Event().wait(2.0)
    assert (first.leads, second.leads) == (True, False)
    first.stop()
    wait_for(lambda: second.leads, what="the take-over")
    second.stop()
    for each in (first, second):
        each.join(90)
        each.close()


def test_lease_of_a_dead_process_of_this_machine_is_taken_at_once(world: MailWorld) -> None:
    import socket

    now = datetime.now(UTC)
    with writing(world.engine) as conn:
        folders.take_watch(
            conn,
            "invites@127.0.0.1",
            holder=f"{socket.gethostname()}:999999:1:x",
            now=now,
            until=now + timedelta(seconds=600),
        )
    with world.running():
        pass


def test_database_that_is_away_pauses_reading_and_loses_nothing(world: MailWorld) -> None:
    world.account()
    with world.running():
        blocker = sa.create_engine(world.engine.url, connect_args={"timeout": 0.1})
        with blocker.connect() as conn:
            conn.exec_driver_sql("BEGIN EXCLUSIVE")
            inbox_of(world).deliver_now(world.mail_to())
            assert not threading.Event().wait(1.0)
            conn.rollback()
        blocker.dispose()
        wait_for(lambda: world.arrivals, seconds=90.0)


@pytest.mark.parametrize("count", [12, pytest.param(40, marks=pytest.mark.soak)])
def test_many_mailboxes_stay_within_bounds(tmp_path: Path, count: int) -> None:
    import resource

    with mail_world(tmp_path) as world, Inboxes(count - 1) as more:
        boxes = [
            MailboxSettings(host="127.0.0.1", port=inbox.port, username=inbox.username, password=PASSWORD, tls="none")  # type: ignore[arg-type]  # parsed
            for inbox in more
        ]
        calm = world.settings.mail.model_copy(update={"junk_interval": 60.0})
        many = world.settings.model_copy(update={"mailboxes": boxes, "mail": calm})
        for number in range(count - 1):
            world.account(f"A{number}")
        with world.running(many) as service:
            assert len(service.mailboxes) == count
            for number, inbox in enumerate(more):
                inbox.deliver_now(world.mail_to(f"A{number}"))
            wait_for(lambda: len(world.arrivals) == count - 1, seconds=90.0, what="all mailboxes")
            before = resource.getrusage(resource.RUSAGE_SELF)
            assert not threading.Event().wait(3.0)
            after = resource.getrusage(resource.RUSAGE_SELF)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        assert used < 1.5, "an idle service must not burn the processor"


class Inboxes(list[Inbox]):
    """Several mailboxes."""

    def __init__(self, count: int) -> None:
        super().__init__(Inbox(f"box{number}", PASSWORD) for number in range(count))

    def __enter__(self) -> Inboxes:
        for inbox in self:
            inbox.open()
        return self

    def __exit__(self, *error: object) -> None:
        for inbox in self:
            inbox.close()


def test_recorded_invitation_carries_what_the_mail_said(world: MailWorld) -> None:
    world.account()
    with world.running():
        inbox_of(world).deliver_now(world.mail_to(language="de"))
        wait_for(lambda: world.arrivals)
    found = world.invitation_of()
    assert found is not None
    assert (found.source, found.link.host, found.state) == ("mail", "sellercentral.amazon.com", invitations.WAITING)
    assert found.expires_at - found.received_at <= timedelta(days=14)
