"""Which audits may open the permissions page at once.

Those on a stored session whose page proved itself so far.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.visits.plan import Plan

_CLOSED_FOR = 24 * 3600.0  # seconds: a page that proves nothing would cost a page more each time
_TRIES = 2  # in a row: one may have been the end of a session


@dataclass(slots=True, kw_only=True)
class ShortWays:
    """Of one process."""

    elapsed: Callable[[], float] = time.monotonic
    _failed: dict[str, tuple[int, float]] = field(default_factory=dict)  # account: how often in a row, and when last

    def is_open(self, plan: Plan) -> bool:
        """Whether this visit may try it."""
        times, last = self._failed.get(plan.account.id, (0, 0.0))
        is_closed = times >= _TRIES and self.elapsed() - last < _CLOSED_FOR
        return plan.kind == "audit" and plan.session is not None and not is_closed

    def note(self, plan: Plan, *, did: bool) -> None:
        """Remember whether it did; where it does not, it is not tried again for a day."""
        if did:
            self._failed.pop(plan.account.id, None)
            return
        times, _ = self._failed.get(plan.account.id, (0, 0.0))
        self._failed[plan.account.id] = (times + 1, self.elapsed())
