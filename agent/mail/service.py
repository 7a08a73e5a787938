"""The mail side of the daemon: watchers for every mailbox, one intake, started and stopped together."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine

from agent.settings import Settings
from agent.store.vault import Vault


class MailService:
    """Watches every mailbox of the settings and hands invitations over.

    `on_arrival(account_id)` is called from a thread, after the transaction that made the account due. `on_alarm(key, text)` is called
    when something needs a person; the same key may come again.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        engine: Engine,
        vault: Vault,
        on_arrival: Callable[[str], None],
        on_alarm: Callable[[str, str], None] | None = None,
    ) -> None:
        raise NotImplementedError

    def start(self) -> None:
        """Start the threads and return at once."""

    def stop(self) -> None:
        """End every wait and join the threads; within two seconds."""
