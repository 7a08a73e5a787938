"""Tasks of one process: run and stopped together, woken by what is committed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from agent.store.outbox.wake import Signal, listening

Stop = Callable[[], Awaitable[Any]]


async def until(stop: asyncio.Event, *loops: Coroutine[Any, Any, None]) -> None:
    """Run the loops until `stop`.

    One that ends by an error ends them all, and the process.
    """
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(loop) for loop in loops]
        await stop.wait()
        for task in tasks:
            task.cancel()


@asynccontextmanager
async def on_signal(wanted: Signal, action: Callable[[], None]) -> AsyncIterator[None]:
    """Do this in the loop when something was committed, by this process or another."""
    loop = asyncio.get_running_loop()

    def hear(signal: Signal) -> None:
        if signal is wanted:
            with suppress(RuntimeError):  # the loop is closed: no task waits any more
                loop.call_soon_threadsafe(action)

    with listening(hear):
        yield


@asynccontextmanager
async def together() -> AsyncIterator[list[Stop]]:
    """Collect what has to be stopped, and stop it all at the same time.

    All have ended before the error of one is raised.
    """
    stops: list[Stop] = []
    try:
        yield stops
    finally:
        for ended in await asyncio.gather(*(stop() for stop in stops), return_exceptions=True):
            if isinstance(ended, BaseException):
                raise ended


def setting(*flags: asyncio.Event) -> Callable[[], None]:
    """What sets all of these."""

    def set_all() -> None:
        for flag in flags:
            flag.set()

    return set_all
