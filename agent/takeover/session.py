"""The worker's half of one take-over: its line to the console, and its end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import Any

import structlog

from agent.domain.takeover import TakeoverState
from agent.observe import events
from agent.takeover import protocol
from agent.takeover.line import Line, LineError
from agent.takeover.offered_page import OfferedPage
from agent.takeover.page_watch import PageWatch
from agent.takeover.person_acts import PersonActs
from agent.takeover.protocol import said
from flows import Handed

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What the database says of who claims it."""

    person: str | None
    allows_unknown: bool


@dataclass(slots=True, kw_only=True)
class TakeoverSession:
    """One page in a person's hands, until it comes back.

    `dialled` opens a line; `claimed` asks who has claimed the take-over.
    """

    page: OfferedPage
    watch: PageWatch
    dialled: Callable[[], AbstractAsyncContextManager[Line]]
    claimed: Callable[[], Awaitable[Claimed]]

    async def run(self) -> tuple[Handed, TakeoverState]:
        """Keep the page until it is passed, left or out of time.

        How it came back, and what the row says then.
        """
        page = self.page
        work = [asyncio.create_task(self.watch.run()), asyncio.create_task(self._keep_line())]
        waited: set[asyncio.Future[Any]] = {*work, page.result}
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            for task in work:
                if task.done():
                    task.result()
            return page.result.result()
        finally:
            page.wheel = page.wheel.taken_back()
            await self._say_last()
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    async def _say_last(self) -> None:
        """Tell the viewer that the agent has the wheel, and why."""
        page = self.page
        told = page.result.result()[1] if page.result.done() and not page.result.cancelled() else None
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await page.tell.wheel(page.wheel)
                await page.tell.send(said("over", state=str(told) if told else "stopped"))

    async def _keep_line(self) -> None:
        pause = 0.2
        while True:
            try:
                async with self.dialled() as line:
                    pause = 0.2
                    await self._talk(line)
            except LineError as err:
                log.info(events.TAKEOVER_LINE_LOST, error=str(err)[:200])
            finally:
                self.page.tell.line = None
                await self.page.line_lost()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def _talk(self, line: Line) -> None:
        page, acts = self.page, PersonActs(self.page)
        page.tell.line = line
        await page.tell_all()
        while True:
            told = json.loads(await line.receive())
            match told["type"]:
                case "here":
                    await self._viewer_here(told["person"])
                case "gone":
                    await page.line_lost()
                case "seen":
                    await page.taken.cast.drawn()
                case "look":
                    page.looks_at = told["at"]
                    async with page.lock:
                        await page.show()
                case "act":
                    await acts.take(told["person"], protocol.parse(told["message"]))

    async def _viewer_here(self, person: str) -> None:
        claimed = await self.claimed()
        if claimed.person != person:
            return
        self.page.allows_unknown = claimed.allows_unknown
        async with self.page.lock:
            await self.page.give_to(person)
