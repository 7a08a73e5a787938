"""Noticing that a search finds nothing although mail has come.

An empty answer of a server does not prove that no mail came.
"""

from __future__ import annotations

import structlog

from agent.mail import events
from agent.mail.context import MailContext
from agent.mail.imap.connection.client import CHUNK, Client, Selected
from agent.mail.imap.failures import is_connection_lost
from agent.store.inbox.folders import Folder

_MOST = 2000  # UIDs that are asked for one by one at a time

log = structlog.get_logger("agent.mail")


class SilentSearch:
    """What is known of each folder's numbers besides the searches.

    Outlives the connections of a mailbox.
    """

    def __init__(self, context: MailContext) -> None:
        self._context = context
        self._counts: dict[tuple[int, int], int] = {}  # messages in a folder, by its row and numbering
        self._checked: dict[tuple[int, int], int] = {}  # the highest UID up to which there was really nothing

    def heard(self, folder: Folder, count: int | None) -> None:
        """A search found something; remember how many messages there are."""
        if count is not None:
            self._counts[_key(folder)] = count

    def ask_otherwise(
        self, client: Client, folder: Folder, selected: Selected, *, count: int | None, refused: Exception | None = None
    ) -> list[int]:
        """The UIDs beyond the position that an empty search did not name.

        They count if the folder's numbers say there are
        some. `refused` is the search's refusal.

        Raises:
            Exception: as the connection has it.
        """
        key = _key(folder)
        count = selected.exists if count is None else count
        before = self._counts.get(key, selected.exists)
        self._counts[key] = count
        known = max(folder.last_uid, self._checked.get(key, 0))
        if refused is None and count <= before and (selected.uidnext or 1) - 1 <= known:
            return []
        if refused is None and (again := client.uids_from(folder.last_uid + 1)):
            return again  # it came between the search and its answer
        highest = max(client.last_uid(), (selected.uidnext or 1) - 1)
        if refused is not None and not highest and count:
            raise refused
        if highest <= known:
            return []
        found = self._fetchable(client, range(max(folder.last_uid + 1, highest - _MOST + 1), highest + 1))
        self._checked[key] = highest
        if found:
            log.error(events.SEARCH_SILENT, mailbox=folder.mailbox, folder=folder.folder, count=len(found))
            self._context.on_event(folder.mailbox, "search_silent", 1)
            self._context.on_alarm(
                f"search:{folder.mailbox}:{folder.folder}",
                f"the server of {folder.mailbox} has new mail in {folder.folder} that its own search does not find; it "
                "is asked for by number instead",
            )
        return found

    def _fetchable(self, client: Client, uids: range) -> list[int]:
        """Those that anything is answered for.

        Where even that is refused, all of them: each is then tried alone.
        """
        found: list[int] = []
        for start in range(0, len(uids), CHUNK):
            chunk = list(uids[start : start + CHUNK])
            try:
                found += client.headlines(chunk)
            except Exception as err:
                if is_connection_lost(err):
                    raise
                found += chunk
        return sorted(found)


def _key(folder: Folder) -> tuple[int, int]:
    return folder.id, folder.uidvalidity or 0
