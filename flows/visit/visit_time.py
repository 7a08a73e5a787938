"""How long a visit may take; time in which a person has its page does not count."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class VisitTime:
    """The bounds that are running now."""

    _bounds: list[asyncio.Timeout] = field(default_factory=list)

    @asynccontextmanager
    async def within(self, seconds: float) -> AsyncIterator[None]:
        """Bound the block.

        Raises:
            TimeoutError: it took longer.
        """
        async with asyncio.timeout(seconds) as bound:
            self._bounds.append(bound)
            try:
                yield
            finally:
                self._bounds.remove(bound)

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Let no bound go on while the block runs."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        ends = {bound: bound.when() for bound in self._bounds}
        for bound in ends:
            bound.reschedule(None)
        try:
            yield
        finally:
            for bound, end in ends.items():
                if end is not None and not bound.expired():
                    bound.reschedule(end + loop.time() - began)
