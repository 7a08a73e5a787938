"""Moving handled messages aside, if that is switched on.

Optional, after the commit, its failure changes nothing.
"""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping

import structlog

from agent.mail import events
from agent.mail.imap.connection.client import Client
from agent.mail.imap.scanner import Scanner

_MOST = 1000

log = structlog.get_logger("agent.mail")


class Tidying:
    """What one mailbox has to move.

    Filled by the intake's thread, emptied by the watcher's.
    """

    def __init__(self, folder: str | None, *, on_event: Callable[[str], None]) -> None:
        self._folder = folder
        self._on_event = on_event
        self._waiting: queue.Queue[tuple[int, int, int]] = queue.Queue(_MOST)

    def add(self, folder_id: int, uidvalidity: int, uid: int) -> bool:
        """Remember a handled message; False when moving is off or too much waits."""
        if self._folder is None or self._waiting.full():
            return False
        self._waiting.put((folder_id, uidvalidity, uid))
        return True

    def tidy(self, client: Client, names: Mapping[int, str], scanner: Scanner) -> None:
        """Move what waits."""
        while self._folder is not None and not self._waiting.empty():
            folder_id, uidvalidity, uid = self._waiting.get()
            scanner.forget_open()
            try:
                answer = client.select_folder(names[folder_id])
                if answer[b"UIDVALIDITY"] == uidvalidity:
                    client.move_aside(uid, self._folder)
                    log.info(events.MOVED, folder=names[folder_id], uid=uid)
                    self._on_event("moved")
            except client.AbortError:
                raise
            except (client.Error, KeyError) as err:
                log.warning(events.MOVE_FAILED, folder=names.get(folder_id), uid=uid, error=type(err).__name__)
                self._on_event("move_failed")
