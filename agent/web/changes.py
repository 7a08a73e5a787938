"""Waiting for an account to change.

One look at the database for all who wait, when something was written.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field

from agent.store.database.handles import SQLAlchemyError
from agent.store.outbox.ring import Ring
from agent.store.outbox.wake import Signal

_LOOK_EVERY = 5.0  # seconds: for what a signal was lost for

Revisions = Callable[[Collection[str]], dict[str, int]]


def _ring() -> Ring:
    return Ring(Signal.WRITTEN, Signal.NUMBERED)


@dataclass(slots=True, kw_only=True)
class RevisionWatch:
    """The accounts that a caller waits for.

    `revisions` says what is stored; it is called in a thread.
    """

    revisions: Revisions
    ring: Ring = field(default_factory=_ring)
    _waiting: Counter[str] = field(default_factory=Counter)
    _known: dict[str, int] = field(default_factory=dict)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return self._waiting.total()

    async def wait(self, account_id: str, *, revision: int, seconds: float, stopping: asyncio.Event) -> None:
        """Return when the account has a newer revision (or is gone), or time is over."""
        self._waiting[account_id] += 1
        self.ring.ring()  # it may have changed since the caller looked
        stop = asyncio.create_task(self._stopped(stopping))
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds), self._changed:
                    await self._changed.wait_for(
                        lambda: stopping.is_set() or not 0 <= self._known.get(account_id, revision) <= revision
                    )
        finally:
            stop.cancel()
            self._waiting[account_id] -= 1
            if self._waiting[account_id] <= 0:
                del self._waiting[account_id]
                self._known.pop(account_id, None)

    async def run(self) -> None:
        """Look when something was written and a caller waits, for ever."""
        with self.ring.listening():
            while True:
                ticket = self.ring.ticket()
                if self._waiting:
                    await self._look()
                await self.ring.wait(ticket, timeout=_LOOK_EVERY)

    async def _look(self) -> None:
        with suppress(SQLAlchemyError):  # away for a while: those who wait go on waiting
            found = await asyncio.to_thread(self.revisions, list(self._waiting))
            async with self._changed:
                self._known = {account_id: found.get(account_id, -1) for account_id in self._waiting}
                self._changed.notify_all()

    async def _stopped(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        async with self._changed:
            self._changed.notify_all()
