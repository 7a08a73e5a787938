"""Open alarms that concern one process alone, kept in its memory.

They are told although the database is away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from agent.store.processes.alarms import AlarmPolicy, OpenAlarm


@dataclass(slots=True)
class MemoryBoard:
    """Open alarms of this process."""

    _open: dict[str, OpenAlarm] = field(default_factory=dict)

    def note(self, key: str, text: str, *, now: datetime, times: int) -> None:
        """It went wrong once more, which counts so many times."""
        known = self._open.get(key)
        if known is None or known.is_over:
            known = OpenAlarm(key=key, times=0, text=text, since=now, sent_at=known.sent_at if known else None)
        self._open[key] = replace(known, times=known.times + times, text=text)

    def clear(self, key: str) -> bool:
        """It is over; whether people have to be told so."""
        known = self._open.pop(key, None)
        if known is None or known.sent_at is None:
            return False
        self._open[key] = replace(known, times=0)
        return not known.is_over

    def take(self, policy: AlarmPolicy, *, now: datetime) -> list[OpenAlarm]:
        """What people have to be told of now, and are from now on taken to be told of."""
        taken = [trouble for trouble in self._open.values() if _is_due(trouble, policy, now)]
        told = max(
            (trouble.sent_at for trouble in self._open.values() if trouble.sent_at and trouble.sent_at <= now),
            default=None,
        )
        if told is not None and told > now - policy.pause:
            return []
        self._open.update({trouble.key: replace(trouble, sent_at=now) for trouble in taken})
        self._open = {key: trouble for key, trouble in self._open.items() if not trouble.is_over}
        return taken

    def put_back(self, troubles: Sequence[OpenAlarm]) -> None:
        """Telling did not work."""
        self._open.update(
            {
                trouble.key: replace(self._open.get(trouble.key, trouble), sent_at=trouble.sent_at)
                for trouble in troubles
            }
        )

    def list_open(self, prefix: str = "") -> list[OpenAlarm]:
        """What is wrong now."""
        return [trouble for key, trouble in self._open.items() if key.startswith(prefix) and not trouble.is_over]


def _is_due(trouble: OpenAlarm, policy: AlarmPolicy, now: datetime) -> bool:
    late = trouble.sent_at is None or not trouble.sent_at <= now < trouble.sent_at + policy.repeat
    return trouble.is_over or (trouble.times >= policy.after and late)
