"""Writing what a scan found, with the position it moves.

One transaction, and one message's trouble is its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from agent.mail import events
from agent.mail.context import MailContext
from agent.mail.imap.fetcher import bare
from agent.store.database.absence import is_away
from agent.store.database.engine import writing
from agent.store.database.handles import SQLAlchemyError
from agent.store.inbox import folders, found_messages
from agent.store.inbox.folders import Folder
from agent.store.inbox.found_messages import FoundMessage

log = structlog.get_logger("agent.mail")


class Storing:
    """Stores found messages of one mailbox."""

    def __init__(self, context: MailContext) -> None:
        self._context = context

    def store(self, folder: Folder, found: Sequence[FoundMessage], *, last_uid: int | None, renumber: bool) -> int:
        """Store messages.

        With `last_uid` the position moves along, with `renumber` known bytes only get their new
        number. Returns how many rows were made.

        Raises:
            SQLAlchemyError: the database is away; nothing was stored.
        """
        try:
            rows = self._write(folder, found, last_uid=last_uid, renumber=renumber)
        except (SQLAlchemyError, OverflowError) as err:  # the latter by a driver, before it asks its database
            if is_away(err):
                raise
            log.error(events.POISON, mailbox=folder.mailbox, folder=folder.folder, error=type(err).__name__)
            rows = self._write_each(folder, found, last_uid=last_uid)
        for row in rows:
            log.info(events.FOUND, mailbox=folder.mailbox, folder=folder.folder, message=row)
        self._context.on_event(folder.mailbox, "found", len(rows))
        return len(rows)

    def _write(
        self, folder: Folder, found: Sequence[FoundMessage], *, last_uid: int | None, renumber: bool
    ) -> list[int]:
        now = self._context.now()
        with writing(self._context.engine) as conn:
            fresh = [each for each in found if not (renumber and found_messages.renumber(conn, each))]
            rows = [row for each in fresh if (row := found_messages.insert(conn, each, now=now)) is not None]
            if last_uid is not None:
                assert folder.uidvalidity is not None  # noqa: S101 - a position is only moved within an epoch
                folders.save_position(
                    conn, folder.id, uidvalidity=folder.uidvalidity, last_uid=last_uid, epoch=folder.epoch, now=now
                )
        return rows

    def _write_each(self, folder: Folder, found: Sequence[FoundMessage], *, last_uid: int | None) -> list[int]:
        """Store messages one by one.

        One that the database does not take is stored without what it may have stumbled over.
        """
        rows: list[int] = []
        for each in found:
            try:
                rows += self._write(folder, [each], last_uid=None, renumber=False)
            except (SQLAlchemyError, OverflowError) as err:
                if is_away(err):
                    raise
                self._context.on_alarm(
                    f"poison:{folder.id}:{folder.uidvalidity}:{each.uid}",
                    f"a message in {folder.folder} of {folder.mailbox} cannot be stored; it was set aside",
                )
                rows += self._write(folder, [bare(each)], last_uid=None, renumber=False)
        self._write(folder, [], last_uid=last_uid, renumber=False)
        return rows
