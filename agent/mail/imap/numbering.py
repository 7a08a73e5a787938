"""Noticing that a server numbers messages anew, without a word or too often."""

from __future__ import annotations

import time

from agent.mail.context import MailContext
from agent.mail.imap.connection.client import Client, Selected
from agent.store.database.engine import writing
from agent.store.inbox import found_messages
from agent.store.inbox.folders import Folder

_UNSTEADY = 600.0  # seconds within which a second new numbering is no accident


class Numbering:
    """What is known of each folder's numberings.

    Outlives the connections of a mailbox.
    """

    def __init__(self, context: MailContext) -> None:
        self._context = context
        self._renumbered: dict[int, float] = {}  # when a folder had a new numbering last

    def is_unsteady(self, folder: Folder) -> bool:
        """Whether the numbering changes all the time.

        A person must know, and the same mails get no second rows.
        """
        if folder.uidvalidity is None:
            return False
        last = self._renumbered.get(folder.id)
        self._renumbered[folder.id] = time.monotonic()
        if last is None or time.monotonic() - last > _UNSTEADY:
            return False
        self._context.on_alarm(
            f"numbering:{folder.mailbox}:{folder.folder}",
            f"the server numbers {folder.folder} of {folder.mailbox} anew whenever it is opened, so each time the last "
            "days are read again; open it once with a mail program that may write, and the numbers stay",
        )
        return True

    def went_back(self, client: Client, folder: Folder, selected: Selected) -> bool:
        """Whether a folder's numbers went back under the same UIDVALIDITY.

        A server that was restored from a backup does. The numbers that it gives anew are forgotten, so that no mail is
        taken for one that had its number before.
        """
        following = selected.uidnext
        if following is None or following > folder.last_uid or client.last_uid() >= following:
            return False
        with writing(self._context.engine) as conn:
            found_messages.forget_numbers(conn, folder.id, selected.uidvalidity, following)
        self._context.on_alarm(
            f"numbering:{folder.mailbox}:{folder.folder}",
            f"the server numbers {folder.folder} of {folder.mailbox} from {following} again, as one does that was "
            f"restored from a backup: the last {self._context.limits.look_back_days} days are read again",
        )
        return True
