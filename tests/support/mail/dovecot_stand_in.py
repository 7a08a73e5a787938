"""The stand-in with a real Dovecot as its mailbox."""

from __future__ import annotations

import asyncio
from typing import Any

from fixtures.stand_in.scenario import Scenario
from fixtures.stand_in.world import StandIn
from tests.support.servers.imap.dovecot import Dovecot


class DovecotStandIn(StandIn):
    """The stand-in, its mails handed to a Dovecot instead of its own mailbox."""

    def __init__(self, dovecot: Dovecot, scenario: Scenario) -> None:
        super().__init__(scenario)
        self._dovecot = dovecot

    def description(self) -> dict[str, Any]:
        """Tell of the Dovecot."""
        mailbox = {
            "host": "localhost",
            "port": self._dovecot.tls_port,
            "password": self._dovecot.password,
            "tls": "implicit",
        }
        told = super().description()
        return told | {"imap": told["imap"] | mailbox}

    async def deliver(self, raw: bytes, folder: str = "INBOX") -> int:
        """Hand the mail in by LMTP, as a mail server would."""
        assert folder == "INBOX"
        await asyncio.to_thread(self._dovecot.deliver, raw, self.inbox.username)
        self.realm.note("mail.delivered", folder=folder, size=len(raw))
        return 0
