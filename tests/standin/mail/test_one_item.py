"""One message, one folder, one optional step goes wrong.

Everything else goes on, and nobody is left without a word.
"""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from agent.settings.model import Settings
from tests.standin.mail.test_hostile_server import NAME, hostile, row, state
from tests.support.servers.imap.hostile_imap import HostileImap, Prank
from tests.support.sites.mail_world import MailWorld, wait_arrivals, wait_for

BROKEN_ID = b"Message-ID: =?utf-8?B?a?=\r\nFrom: x@evil.test\r\nSubject: amazon\r\n\r\nx\r\n"


def aside(world: MailWorld) -> bool:
    return ("held", "cannot_be_fetched") in world.verdicts()


def searches(server: HostileImap) -> list[str]:
    return [each for each in server.commands if " SEARCH " in f" {each}"]


def with_password(settings: Settings, password: str) -> Settings:
    return settings.model_copy(
        update={"imap": type(settings.imap)(**settings.imap.model_dump() | {"password": password})}
    )


@pytest.mark.parametrize("prank", [Prank.FETCH_NO, Prank.BODY_NIL, Prank.BODY_EMPTY, Prank.BODY_CUT])
def test_message_that_cannot_be_read_is_set_aside_and_told_while_the_others_are_read(
    tmp_path: Path, prank: Prank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.mail.imap.fetcher._WAITS", (0.1, 0.1))
    spoilt = 9 if prank is not Prank.FETCH_NO else None  # three tries of three bodies: the first message's alone
    with hostile(tmp_path, prank, times=spoilt, idle_slice=1.0) as (world, server), world.running():
        server.deliver_now(world.mail_to("A1"))
        wait_for(lambda: aside(world), what="the message set aside")
        server.deliver_now(world.mail_to("A2"))
        wait_arrivals(world, 1)
        assert world.arrivals == ["A2"]
        assert server.connections == 2, "the connection was good all the time"
    assert any(key.startswith("poison:") for key, _ in world.alarms)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "prank",
    [
        Prank.FETCH_BUG,
        Prank.FETCH_EMPTY,
        Prank.BODY_NIL,
        Prank.BODY_CUT,
        Prank.NO_SIZE,
        Prank.HUGE_SIZE,
        Prank.ODD_DATE,
    ],
)
def test_answer_that_is_missing_once_is_asked_for_again(
    tmp_path: Path, prank: Prank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.mail.imap.fetcher._WAITS", (0.1, 0.1))
    with hostile(tmp_path, prank, times=3) as (world, server), world.running():
        server.deliver_now(world.mail_to("A1"))
        wait_arrivals(world, 1)
    assert [verdict for verdict, _ in world.verdicts()] == ["accept"]


def test_anybodys_malformed_header_stops_no_mailbox(tmp_path: Path) -> None:
    with hostile(tmp_path, Prank.NONE) as (world, server), world.running():
        server.deliver_now(BROKEN_ID)
        server.deliver_now(world.mail_to("A1"))
        wait_arrivals(world, 1)
        assert server.connections == 2
    assert world.events["lost_down"] == 0


@pytest.mark.parametrize("prank", [Prank.SEARCH_EMPTY, Prank.SEARCH_REFUSED])
def test_mail_that_the_search_does_not_find_is_asked_for_by_number_with_an_alarm(tmp_path: Path, prank: Prank) -> None:
    with hostile(tmp_path, prank, idle_slice=0.5) as (world, server), world.running():
        server.deliver_now(world.mail_to("A1"))
        wait_arrivals(world, 1)
    assert any(key.startswith("search:") for key, _ in world.alarms)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "prank", [Prank.LIST_BAD_UTF7, Prank.LIST_NO, Prank.LIST_BYE, Prank.ID_NO, Prank.NOOP_NO, Prank.SEARCH_FROM_NO]
)
def test_optional_step_that_fails_stops_nothing(tmp_path: Path, prank: Prank) -> None:
    with hostile(tmp_path, prank) as (world, server):
        server.deliver_now(world.mail_to("A1"))  # before the start: the look-back finds it
        with world.running():
            wait_arrivals(world, 1)
            server.deliver_now(world.mail_to("A2"))
            wait_arrivals(world, 2)


def test_mails_of_a_folder_whose_last_number_nobody_tells_are_looked_back_for_once(tmp_path: Path) -> None:
    with hostile(tmp_path, Prank.NO_LAST, idle_slice=0.3) as (world, server):
        server.deliver_now(world.mail_to("A1"))
        with world.running():
            wait_arrivals(world, 1)
            server.deliver_now(world.mail_to("A2"))
            wait_arrivals(world, 2)
            asked = len(searches(server))
            wait_for(lambda: len(searches(server)) > asked + 1, what="some quiet scans")
        heads = [each for each in server.commands if each.startswith("UID FETCH") and "[HEADER]" in each]
        assert [each.split()[2] for each in heads] == ["1", "2"]
        assert world.arrivals == ["A1", "A2"]


def test_no_range_is_asked_for_whose_end_servers_understand_differently(tmp_path: Path) -> None:
    """Up to `*` beyond the last message is BAD for some, nothing for others, the last message for the rest."""
    with hostile(tmp_path, Prank.NONE, idle_slice=0.3) as (world, server), world.running():
        server.deliver_now(world.mail_to("A1"))
        wait_arrivals(world, 1)
        asked = len(searches(server))
        wait_for(lambda: len(searches(server)) > asked + 1, what="some quiet scans")
        assert [each for each in searches(server) if ":*" in each] == []
        assert all(each.endswith(":4294967295") for each in searches(server) if ":" in each.removeprefix("UID SEARCH"))


def test_mailbox_that_cannot_be_looked_back_in_starts_at_its_end_with_an_alarm(tmp_path: Path) -> None:
    with hostile(tmp_path, Prank.SEARCH_SINCE_NO) as (world, server):
        server.deliver_now(world.mail_to("A1"))
        with world.running():
            server.deliver_now(world.mail_to("A2"))
            wait_arrivals(world, 1)
    assert world.arrivals == ["A2"]
    assert any(key.startswith("look_back:") for key, _ in world.alarms)


def test_look_back_that_is_refused_for_now_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.mail.imap.scanner._ASK_AGAIN", 0.1)
    with hostile(tmp_path, Prank.SEARCH_LATER, times=4, idle_slice=0.2) as (world, server):
        server.deliver_now(world.mail_to("A1"))
        with world.running():
            wait_arrivals(world, 1)
    assert not [key for key, _ in world.alarms if key.startswith("look_back:")]


def test_mails_of_a_server_that_was_restored_from_a_backup_are_read_though_their_numbers_were_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.mail.imap.scanner._REOPEN", 0.1)
    with hostile(tmp_path, Prank.NONE, idle_slice=0.2) as (world, server), world.running():
        server.deliver_now(world.mail_to("A1"))
        wait_arrivals(world, 1)
        server.folder.messages.clear()  # and the next mail gets the number of the first
        wait_for(lambda: any(key.startswith("numbering:") for key, _ in world.alarms), what="the alarm")
        server.deliver_now(world.mail_to("A2"))
        wait_arrivals(world, 2)
    assert world.arrivals == ["A1", "A2"]


def test_one_busy_moment_is_polled_through_and_idling_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.mail.imap.optional._FIRST", 0.2)
    with hostile(tmp_path, Prank.BUSY, times=2) as (world, server), world.running():
        wait_for(lambda: world.fine == [f"polling:{NAME}"], what="the end of polling")
        server.deliver_now(world.mail_to("A1"))
        wait_arrivals(world, 1)
    assert world.alarms[0][0] == f"polling:{NAME}"


@pytest.mark.parametrize("prank", [Prank.INUSE, Prank.THROTTLED])
def test_refusal_that_passes_is_waited_out(tmp_path: Path, prank: Prank) -> None:
    with hostile(tmp_path, prank, times=2) as (world, server):
        server.deliver_now(world.mail_to("A1"))
        with world.running():
            wait_arrivals(world, 1)
    assert world.events["lost_folder_missing"] == world.events["lost_auth_failed"] == 0
    assert not [key for key, _ in world.alarms if key.startswith("mailbox:")]


def test_server_that_knows_us_already_is_not_signed_in_to(tmp_path: Path) -> None:
    with hostile(tmp_path, Prank.PREAUTH) as (world, server), world.running():
        server.deliver_now(world.mail_to("A1"))
        wait_arrivals(world, 1)
        assert server.secrets == []


@pytest.mark.parametrize("prank", [Prank.LOGIN_DISABLED, Prank.NONE])
def test_password_outside_ascii_signs_in_by_authenticate_plain(tmp_path: Path, prank: Prank) -> None:
    with hostile(tmp_path, prank) as (world, server):
        world.settings = with_password(world.settings, "geheim-ä")
        with world.running():
            pass
        assert "LOGIN" not in server.commands
        assert base64.b64decode(server.secrets[0]) == "\0invites\0geheim-ä".encode()


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("prank", "words"),
    [
        (Prank.NO_UIDVALIDITY, "UIDVALIDITY"),
        (Prank.NO_MECHANISM, "LOGIN"),
        (Prank.POP3, "no IMAP server"),
        (Prank.SMTP, "no IMAP server"),
        (Prank.NO_CAPABILITY, "CAPABILITY"),
    ],
)
def test_what_waiting_does_not_help_is_a_matter_of_configuration_in_one_clear_sentence(
    tmp_path: Path, prank: Prank, words: str
) -> None:
    with hostile(tmp_path, prank) as (world, server):
        service = world.service()
        service.start()
        try:
            wait_for(lambda: state(world) == "config", what="the matter of configuration")
        finally:
            service.stop()
        found = row(world)
        assert found is not None
        assert words in (found.last_error or "")
        assert server.connections <= 2
        assert server.secrets == [] or prank is Prank.NO_UIDVALIDITY


def test_password_with_a_line_break_is_never_sent(tmp_path: Path) -> None:
    with hostile(tmp_path, Prank.NONE) as (world, server):
        world.settings = with_password(world.settings, "secret\r\nX1 LOGOUT")
        service = world.service()
        service.start()
        try:
            wait_for(lambda: state(world) == "config")
        finally:
            service.stop()
        assert server.connections == 0
