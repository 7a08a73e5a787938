"""When an account is looked at next: intervals, jitter, back-off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.domain.authorization import Due


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """The intervals in force."""

    interval: timedelta = timedelta(hours=6)  # between audits of a complete account
    waiting: timedelta = timedelta(minutes=15)  # while the seller has still to act
    backoff_first: timedelta = timedelta(minutes=1)
    backoff_max: timedelta = timedelta(hours=6)
    jitter: float = 0.1  # share of an interval, either way

    def due_at(self, due: Due, *, now: datetime, kept: datetime | None, retries: int, chance: float) -> datetime | None:
        """The moment that `due` stands for.

        `chance` is in [0, 1), `retries` counts from 1 for the first.
        """
        match due:
            case Due.NEVER:
                return None
            case Due.KEPT:
                return kept
            case Due.NOW:
                return now
            case Due.WAITING:
                return now + self._spread(self.waiting, chance)
            case Due.INTERVAL:
                return now + self._spread(self.interval, chance)
            case Due.BACK_OFF:
                return now + self._spread(self._back_off(retries), chance)

    def after(self, interval: timedelta, *, now: datetime, chance: float) -> datetime:
        """The moment an interval of another kind ends; `chance` as in `due_at`."""
        return now + self._spread(interval, chance)

    def _back_off(self, retries: int) -> timedelta:
        doublings = min(max(retries - 1, 0), 30)
        return min(self.backoff_first * (1 << doublings), self.backoff_max)

    def _spread(self, length: timedelta, chance: float) -> timedelta:
        return length * (1 + self.jitter * (2 * chance - 1))
