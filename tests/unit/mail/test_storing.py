"""What a database refuses of one message is that message's trouble, not the database's absence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from agent.mail.imap.storing import Storing
from agent.store.database.engine import reading, writing
from agent.store.inbox import folders, messages
from agent.store.inbox.found_messages import FoundMessage
from tests.support.sites.mail_world import mail_world

NOW = datetime(2026, 11, 30, tzinfo=UTC)
BEYOND = datetime.max.replace(tzinfo=timezone(timedelta(hours=-12)))  # has no time in UTC


def found(folder_id: int, uid: int, *, arrived: datetime) -> FoundMessage:
    return FoundMessage(
        folder_id=folder_id, uidvalidity=7, uid=uid, message_id=None, sha256=None, internaldate=arrived, size=1,
        sealed=None,
        key_id=None,
    )  # fmt: skip


def test_message_whose_date_overflows_is_set_aside_and_the_others_are_stored(tmp_path: Path) -> None:
    with mail_world(tmp_path) as world:
        with writing(world.engine) as conn:
            row = folders.ensure(conn, mailbox="box", folder="INBOX", role="inbox").id
            folders.save_position(conn, row, uidvalidity=7, last_uid=0, epoch=1, now=NOW)
            folder = folders.get(conn, row)
        assert folder is not None
        mails = [
            found(folder.id, 1, arrived=NOW),
            found(folder.id, 2, arrived=BEYOND),
            found(folder.id, 3, arrived=NOW),
        ]
        assert Storing(world.context()).store(folder, mails, last_uid=3, renumber=False) == 3
        with reading(world.engine) as conn:
            after = folders.get(conn, folder.id)
        assert after is not None
        assert after.last_uid == 3
        assert [(each.reason, each.stage) for each in world.messages() if each.reason] == [
            ("cannot_be_stored", messages.POISON)
        ]
        assert [key for key, _ in world.alarms] == [f"poison:{folder.id}:7:2"]
