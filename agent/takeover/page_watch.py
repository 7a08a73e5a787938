"""Watching a page that a person acts on: secrets, other pages, the time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from pydantic import SecretStr

from agent.domain.takeover import TakeoverState
from agent.takeover.offered_page import OfferedPage
from agent.takeover.protocol import said
from agent.takeover.rules import is_passed
from agent.takeover.wheel import Holder
from flows import Handed, HandedBack, Recognition

_LOOK_EVERY = 0.3  # seconds
_ASK_EVERY = 1.0
_CLEAR_TRIES = 10
_SETTLE = 3.0  # seconds in which a page that was handed back may still become another


@dataclass(slots=True, kw_only=True)
class PageWatch:
    """Looks at the page until it is passed, left or out of time.

    `moved` writes the take-over's state; `answered` gives a code that a person entered elsewhere.
    """

    page: OfferedPage
    moved: Callable[[TakeoverState], Awaitable[None]]
    answered: Callable[[], Awaitable[SecretStr | None]]
    _last: Recognition | None = None
    _dark_for: int = 0
    _still: int = 0
    _dialogs: int = 0
    _asked_at: float = 0.0

    async def run(self) -> None:
        """Look again and again, and at once after an act."""
        page = self.page
        while not page.result.done():
            page.stir.clear()
            async with page.lock:
                await self._look()
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY):
                    await page.stir.wait()

    async def _look(self) -> None:
        if not await self._is_lifted():
            return
        page = self.page
        now = page.elapsed()
        lapsed = page.wheel.lapsed(now=now)
        if lapsed is not page.wheel:
            page.wheel = lapsed
            await self.moved(TakeoverState.OFFERED)
            await page.tell.wheel(page.wheel)
        if now >= page.deadline:
            state = TakeoverState.ABANDONED if page.was_driven else TakeoverState.EXPIRED
            page.end(Handed(how=HandedBack.LEFT, why="the time was over"), state)
            return
        if page.offer.answer == "code" and now - self._asked_at >= _ASK_EVERY:
            self._asked_at = now
            if (code := await self.answered()) is not None:
                page.end(Handed(how=HandedBack.WITH_CODE, code=code), TakeoverState.RETURNED)
                return
        for words in page.taken.dialogs[self._dialogs :]:
            await page.tell.send(said("dialog", words=words))
        self._dialogs = len(page.taken.dialogs)
        seen = await page.taken.look()
        if seen is not None:
            await self._judge(seen, now)
        if page.looks_at == "outline" and page.wheel.holder is Holder.PERSON:
            await page.tell.outline(await page.taken.outline())

    # --- The curtain ---

    async def _is_lifted(self) -> bool:
        """Draw the curtain while a secret is on the page, and lift it once it is not.

        False while it is drawn.
        """
        page = self.page
        if await page.taken.is_clean():
            if self._dark_for:
                await self._lift()
            return True
        if not self._dark_for:
            page.wheel = page.wheel.curtained()
            page.tally.curtains += 1
            await page.taken.cast.stop()
            await page.tell.wheel(page.wheel)
            await page.tell.send(said("curtain", dark=True))
        self._dark_for += 1
        if self._dark_for > _CLEAR_TRIES:
            page.end(Handed(how=HandedBack.LEFT, why="a secret stayed on the page"), TakeoverState.STOPPED)
            return False
        if await page.taken.clear():
            await self._lift()
        return not self._dark_for

    async def _lift(self) -> None:
        page = self.page
        self._dark_for = 0
        person = page.wheel.person
        page.wheel = page.wheel.lifted(now=page.elapsed())
        if person is not None and page.tell.line is not None:
            page.wheel = page.wheel.given(person, now=page.elapsed())
        await page.tell.send(said("curtain", dark=False))
        await page.tell.wheel(page.wheel)
        await page.show()

    # --- Another page ---

    async def _judge(self, seen: Recognition, now: float) -> None:
        page = self.page
        catalogue = page.taken.visit.catalogue
        last, self._last = self._last, seen
        is_same = last is not None and last.is_same(seen)
        if is_passed(catalogue, seen) and (seen.is_settled or is_same):
            page.end(Handed(how=HandedBack.PASSED), TakeoverState.RETURNED)
            return
        if seen.differs(page.seen) and is_same:
            page.seen, page.handed_back = seen, None
            await page.offer_anew(seen)
        if page.handed_back is not None and now - page.handed_back > _SETTLE:
            await self._still_there()

    async def _still_there(self) -> None:
        """It was handed back, and asks for a person still: offered once more, then left."""
        page = self.page
        page.handed_back = None
        self._still += 1
        is_new = page.first.screen == "unknown"  # the flow looks at it again in any case
        if self._still > 1 or is_new:
            how = HandedBack.PASSED if is_new else HandedBack.LEFT
            state = TakeoverState.RETURNED if is_new else TakeoverState.ABANDONED
            page.end(Handed(how=how, why="it still asks for a person"), state)
        else:
            await page.tell.send(said("still"))
