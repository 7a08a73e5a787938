"""What the doctor says of the mailboxes.

Every one of them, with the family of its failure.
"""

from __future__ import annotations

from pathlib import Path

from agent.cli.operation.doctor.health import Health
from agent.cli.operation.doctor.machine import see_mailboxes as _mailboxes
from agent.settings.groups.mailbox import MailboxSettings, Tls
from agent.settings.model import Settings
from fixtures.stand_in.mailbox.inbox import Inbox
from tests.support.servers.imap.hostile_imap import HostileImap, Prank
from tests.support.sites.mail_world import PASSWORD, make_settings


def with_boxes(folder: Path, *boxes: MailboxSettings) -> Settings:
    return make_settings(folder, port=1, dns="127.0.0.1:53").model_copy(
        update={"mailboxes": list(boxes), "imap": Settings().imap}
    )


def box(port: int, *, username: str = "invites") -> MailboxSettings:
    return MailboxSettings(host="127.0.0.1", port=port, username=username, password=PASSWORD, tls=Tls.NONE)  # type: ignore[arg-type]  # parsed


def test_every_mailbox_is_told_of_although_the_first_one_fails(tmp_path: Path) -> None:
    with (
        Inbox("invites", PASSWORD) as inbox,
        HostileImap(prank=Prank.NO_IDLE) as polled,
        HostileImap(prank=Prank.NOT_CONNECTED) as wrong,
    ):
        boxes = (
            box(inbox.port, username="nobody"),
            box(wrong.port, username="wrong"),
            box(inbox.port),
            box(polled.port, username="polled"),
        )
        health, detail = _mailboxes(with_boxes(tmp_path, *boxes))
    assert health is Health.FAIL
    refused, config, fine, without_idle = (part for part in detail.split("; ") if "127.0.0.1" in part)
    assert refused.startswith("nobody@127.0.0.1")
    assert "auth_failed" in refused
    assert "config" in config
    assert fine == "invites@127.0.0.1 INBOX opens"
    assert without_idle == "polled@127.0.0.1 INBOX opens, without IDLE: polled"


def test_mailboxes_that_all_open_are_fine(tmp_path: Path) -> None:
    with Inbox("invites", PASSWORD) as inbox:
        assert _mailboxes(with_boxes(tmp_path, box(inbox.port))) == (Health.OK, "invites@127.0.0.1 INBOX opens")
