"""The feed: reading events as they come, for streams, long-polls and webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from agent.domain.published.event_types import EventType
from agent.store.database.engine import reading
from agent.store.database.handles import Engine
from agent.store.outbox.read import EventPage, list_events
from agent.store.outbox.ring import Ring
from agent.store.outbox.wake import Signal

_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFeed:
    """Wakes its readers when events are numbered, by whichever process."""

    engine: Engine
    numbered: Ring = field(default_factory=lambda: Ring(Signal.NUMBERED))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Hear signals while the block runs.

        Those of other processes come by `signals.watching`.
        """
        with self.numbered.listening():
            yield

    async def follow(
        self,
        *,
        after: int | None = None,
        types: Collection[EventType] = (),
        account_id: str | None = None,
        quiet: float = 15.0,
    ) -> AsyncGenerator[dict[str, Any] | None, None]:
        """Yield every event after a number, for ever, as CloudEvents.

        None whenever `quiet` seconds brought none.

        Raises:
            ForgottenError: some of what comes after this number is not kept any more.
        """
        while True:
            ticket = self.numbered.ticket()
            page = await asyncio.to_thread(self._read, after, types, account_id)
            for event in page.events:
                yield event
            is_all = len(page.events) < _PAGE
            after = page.last
            if is_all and not await self.numbered.wait(ticket, timeout=quiet):
                yield None

    def _read(self, after: int | None, types: Collection[EventType], account_id: str | None) -> EventPage:
        with reading(self.engine) as conn:
            return list_events(conn, after=after, types=types, account_id=account_id, limit=_PAGE)
