"""Visits with a password that the site has not answered yet.

A stop waits for the answer.

What is cut off in between is doubted and needs a person; the wait is bounded by the flow's step time-out.
"""

from __future__ import annotations

from asyncio import Event, timeout
from contextlib import suppress

_visits: dict[str, Event] = {}


def begin(visit_id: str) -> None:
    """A password is about to be typed."""
    _visits.setdefault(visit_id, Event())


def end(visit_id: str) -> None:
    """It was answered, or the visit is over."""
    if event := _visits.pop(visit_id, None):
        event.set()


def count() -> int:
    """How many visits wait for an answer."""
    return len(_visits)


async def answered(visit_id: str, *, within: float) -> None:
    """Wait until this visit's password is answered, at most so many seconds."""
    if (event := _visits.get(visit_id)) is not None:
        with suppress(TimeoutError):
            async with timeout(within):
                await event.wait()
