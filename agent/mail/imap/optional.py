"""Steps that watching can do without.

A failure is told once and tried again after a while, connection by connection.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from agent.mail import events
from agent.mail.imap.failures import is_connection_lost
from agent.mail.trust.headers import plain_line

_FIRST, _LONGEST = 5.0, 300.0  # seconds until a step is tried again
_Result = TypeVar("_Result")

log = structlog.get_logger("agent.mail")


@dataclass(slots=True)
class _Failures:
    count: int
    again_at: float


class Optional:
    """What failed of one mailbox, over all its connections; used by one thread."""

    def __init__(self, mailbox: str) -> None:
        self._mailbox = mailbox
        self._failing: dict[str, _Failures] = {}

    def attempt(self, step: str, act: Callable[[], _Result]) -> _Result | None:
        """Do a step if it may be done now; None when it failed or was left out.

        Raises:
            Exception: it cost the connection; the next one does without it for a while.
        """
        if not self.is_due(step) and step in self._failing:
            return None
        try:
            result = act()
        except Exception as err:
            self.failed(step)
            if is_connection_lost(err):
                raise
            log.warning(events.OPTIONAL_FAILED, mailbox=self._mailbox, step=step, error=plain_line(str(err)))
            return None
        self.settled(step)
        return result

    def failed(self, step: str) -> bool:
        """Note a failure; True when it is the first one in a row."""
        count = self._failing[step].count + 1 if step in self._failing else 1
        wait = min(_FIRST * 2.0 ** min(count - 1, 10), _LONGEST)
        self._failing[step] = _Failures(count, time.monotonic() + wait)
        return count == 1

    def settled(self, step: str) -> bool:
        """Note that a step works; True when it did not before."""
        return self._failing.pop(step, None) is not None

    def is_due(self, step: str) -> bool:
        """Whether a step that failed may be tried again."""
        return step in self._failing and time.monotonic() >= self._failing[step].again_at
