"""Waiting for an account to change: one look at the database for all who wait, five times a second while anybody does."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError

_LOOK_EVERY = 0.2  # seconds

Revisions = Callable[[Collection[str]], dict[str, int]]


@dataclass(slots=True, kw_only=True)
class Changes:
    """The accounts that somebody waits for. `revisions` says what is stored; it is called in a thread."""

    revisions: Revisions
    _waiting: Counter[str] = field(default_factory=Counter)
    _known: dict[str, int] = field(default_factory=dict)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _begun: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return self._waiting.total()

    async def wait(self, account_id: str, *, revision: int, seconds: float, stopping: asyncio.Event) -> None:
        """Return when the account is no longer at this revision (or gone), the time is over, or we are told to stop."""
        self._waiting[account_id] += 1
        self._begun.set()
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
        """Look, as long as anybody waits, for ever."""
        while True:
            await self._begun.wait()
            if not self._waiting:
                self._begun.clear()
                continue
            with suppress(SQLAlchemyError):  # away for a while: those who wait go on waiting
                found = await asyncio.to_thread(self.revisions, list(self._waiting))
                async with self._changed:
                    self._known = {account_id: found.get(account_id, -1) for account_id in self._waiting}
                    self._changed.notify_all()
            await asyncio.sleep(_LOOK_EVERY)

    async def _stopped(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        async with self._changed:
            self._changed.notify_all()
