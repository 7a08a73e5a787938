"""The folders of a mailbox: the one that is watched, and those scanned beside it."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from agent.mail import events
from agent.mail.context import MailContext, name_of
from agent.mail.imap.connection.client import Client
from agent.mail.imap.failures import classify, is_connection_lost
from agent.mail.imap.optional import Optional
from agent.mail.imap.scanner import Scanner
from agent.settings.groups.mailbox import MailboxSettings
from agent.store.database.engine import reading, writing
from agent.store.inbox import folders

_JUNK = "junk"

log = structlog.get_logger("agent.mail")


class MailboxFolders:
    """The folders by row id, as found last; the first one is idled on."""

    def __init__(self, mailbox: MailboxSettings, context: MailContext, *, scanner: Scanner, optional: Optional) -> None:
        self.names: dict[int, str] = {}
        self._mailbox = mailbox
        self._context = context
        self._scanner = scanner
        self._optional = optional
        self._others_due = 0.0

    @property
    def first(self) -> int:
        """The folder that is watched."""
        return next(iter(self.names))

    def find(self, client: Client) -> None:
        """Find the folders of the settings and the junk folder."""
        wanted = dict.fromkeys(self._mailbox.folders, "inbox")
        if self._mailbox.junk and (junk := self._junk(client)) is not None:
            wanted.setdefault(junk, _JUNK)
        with writing(self._context.engine) as conn:
            self.names = {
                folders.ensure(conn, mailbox=name_of(self._mailbox), folder=name, role=role).id: name
                for name, role in wanted.items()
            }

    def seconds_to_others(self) -> float | None:
        """When the others are to be scanned again; None where there are none."""
        return None if len(self.names) < 2 else self._others_due - time.monotonic()

    def scan_others(self, scan: Callable[[int], int]) -> None:
        """Scan the junk folder and further ones, on their own interval.

        A missing one is told and tried again later.
        """
        due = self.seconds_to_others()
        if due is None or due > 0:
            return
        for folder_id in [each for each in self.names if each != self.first]:
            self._scan_other(folder_id, scan)
        self._others_due = time.monotonic() + self._context.limits.junk_interval

    def _junk(self, client: Client) -> str | None:
        """The junk folder, as listed now or as it was known."""
        if (junk := self._optional.attempt("LIST", client.junk_folder)) is not None:
            return junk
        with reading(self._context.engine) as conn:
            return folders.junk_of(conn, name_of(self._mailbox))

    def _scan_other(self, folder_id: int, scan: Callable[[int], int]) -> None:
        name = self.names[folder_id]
        key = f"folder:{name_of(self._mailbox)}:{name}"
        try:
            scan(folder_id)
        except Exception as err:
            if is_connection_lost(err):
                raise
            log.warning(events.FOLDER_MISSING, mailbox=name_of(self._mailbox), folder=name, error=classify(err).text)
            self._optional.failed(key)
            self._context.on_alarm(
                key, f"folder {name} of {name_of(self._mailbox)} cannot be scanned: {classify(err).text}"
            )
            self._scanner.forget_open()
        else:
            if self._optional.settled(key):
                self._context.on_fine(key)
