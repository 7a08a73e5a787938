"""A flag that threads raise and coroutines wait for.

A reader that takes a ticket first misses no ring after it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from agent.store.outbox.wake import Signal, listening

Ticket = asyncio.Event


class Ring:
    """Rings for these signals, inside one event loop."""

    def __init__(self, *signals: Signal) -> None:
        self._signals = frozenset(signals)
        self._next = asyncio.Event()

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear signals while the block runs; entered in the loop that waits."""
        loop = asyncio.get_running_loop()

        def on_signal(signal: Signal) -> None:
            if signal in self._signals:
                with suppress(RuntimeError):  # the loop is closed: no coroutine waits any more
                    loop.call_soon_threadsafe(self.ring)

        with listening(on_signal):
            yield

    def ring(self) -> None:
        """Wake all that wait; called in the loop."""
        self._next.set()
        self._next = asyncio.Event()

    def ticket(self) -> Ticket:
        """Taken before looking; `wait` then returns at once if it rang since."""
        return self._next

    async def wait(self, ticket: Ticket, *, timeout: float) -> bool:  # noqa: ASYNC109 - a plain bound, not a failure
        """Wait for the next ring after the ticket; False when the time is over."""
        try:
            async with asyncio.timeout(timeout):
                await ticket.wait()
        except TimeoutError:
            return False
        return True
