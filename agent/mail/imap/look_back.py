"""Asking a folder for the last days' mail of Amazon.

It is optional: a server that cannot search by sender is watched all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from agent.mail import events
from agent.mail.context import MailContext
from agent.mail.imap.connection.answers import is_passing
from agent.mail.imap.connection.client import Client
from agent.mail.imap.failures import is_connection_lost
from agent.store.inbox.folders import Folder

log = structlog.get_logger("agent.mail")


class LookBack:
    """The UIDs of mails since a day, by the texts that their From may hold."""

    def __init__(self, context: MailContext, *, senders: Sequence[str]) -> None:
        self._context = context
        self._senders = senders

    def ask(self, client: Client, folder: Folder, since: datetime) -> list[int] | None:
        """Search by sender.

        Where that is refused, by the day alone (every header is fetched then); else none, with an alarm. None where the
        refusal will pass: it has to be asked again.

        Raises:
            Exception: the connection is lost.
        """
        try:
            return sorted({uid for sender in self._senders for uid in client.uids_since(since, sender)})
        except Exception as err:  # noqa: BLE001 - whatever was refused: there is another way
            _require_connected(err)
            log.warning(events.OPTIONAL_FAILED, mailbox=folder.mailbox, step="search by sender", error=str(err)[:200])
        try:
            return client.uids_since(since)
        except Exception as err:  # noqa: BLE001 - whatever was refused: there is another way
            _require_connected(err)
            if is_passing(str(err)):
                log.warning(events.OPTIONAL_FAILED, mailbox=folder.mailbox, step="search by day", error=str(err)[:200])
                return None
            self._context.on_alarm(
                f"look_back:{folder.mailbox}:{folder.folder}",
                f"the server of {folder.mailbox} cannot search {folder.folder} by day ({str(err)[:200]}): mails that "
                "were there before are not looked at; give them with 'sc-agent accept ID --mail FILE.eml'",
            )
        return []


def _require_connected(error: Exception) -> None:
    if is_connection_lost(error):
        raise error
