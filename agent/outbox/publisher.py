"""The publisher: numbers what was committed.

As soon as it is told, and every few seconds without being told.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import structlog

from agent.observe import events
from agent.outbox.signals import watching
from agent.store.database.handles import Engine, SQLAlchemyError
from agent.store.outbox.ring import Ring
from agent.store.outbox.sequence import number_events
from agent.store.outbox.wake import Signal

_LOOK_EVERY = 30.0  # seconds: for what a signal was lost for
_AGAIN = 1.0  # seconds after a failure

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Every process runs one.

    The database lets one of them number at a time, and the others go on when it dies.
    """

    engine: Engine
    written: Ring = field(default_factory=lambda: Ring(Signal.WRITTEN))

    async def run(self) -> None:
        """Number for ever, and pass on what other processes signal."""
        with self.written.listening():
            async with watching(self.engine):
                while True:
                    ticket = self.written.ticket()
                    await self.written.wait(ticket, timeout=await self._number())

    async def _number(self) -> float:
        """Number what there is; returns the seconds until the next look."""
        try:
            await asyncio.to_thread(number_events, self.engine)
        except SQLAlchemyError as err:  # the events wait in the outbox
            log.warning(events.EVENTS_UNNUMBERED, error=type(err).__name__)
            return _AGAIN
        return _LOOK_EVERY
