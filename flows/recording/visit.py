"""A visit that keeps the page of every step it sees, and can stop at one."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

from flows.browser.page_errors import ActRefusedError, PageMovedError, page_errors
from flows.browser.scripts import ask
from flows.catalogue.recognise import UNKNOWN_SCREEN, Recognition
from flows.errors import FlowError
from flows.recording.shape import shape
from flows.visit.visit import Visit

_QUIET = 500  # milliseconds without a change
_LONGEST = 3000


class StoppedAtStepError(Exception):
    """The visit reached the step it was told to stop at.

    No failure of a flow, so nothing that handles one sees it.
    """

    def __init__(self, *, step: int, screen: str) -> None:
        super().__init__(f"stopped at step {step}, {screen}, as asked")
        self.step = step
        self.screen = screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The page when a screen was recognised."""

    screen: str
    document: str
    alert: str
    url: str
    html: str
    settled: bool = True  # the document and its scripts were loaded
    step: int = 0  # how many steps of the story were told before

    def is_same(self, seen: Recognition) -> bool:
        """Tell whether a recognition is of this page still."""
        return (self.screen, self.document, self.alert) == (seen.screen, seen.document, seen.alert or "")


@dataclass(slots=True)
class RecordedVisit(Visit):
    """The visit itself, keeping the page whenever another screen is recognised.

    Same context, page, guard and story.
    """

    snapshots: list[Snapshot] = field(default_factory=list)
    stop_at: str | None = None  # a screen's name, or the number of a step
    patient: bool = False  # wait until each new page stands still: slower, but what is kept does not depend on timing
    aside: bool = False  # ask for each page without waiting for it: the visit goes on meanwhile
    like: frozenset[str] = (
        frozenset()
    )  # shapes of pages that stand still: a replay waits until a new page looks like one of them
    _asked: set[asyncio.Task[None]] = field(default_factory=set)
    _compared: int = 0  # the number of the document that was compared with those shapes last

    @classmethod
    def over(cls, visit: Visit, **how: Any) -> Self:
        """Take over a visit that was opened already; `how` are this class's own fields."""
        own = {one.name: getattr(visit, one.name) for one in fields(Visit) if one.init}
        return cls(**own, heard_by=visit, **how)

    async def kept(self, *, within: float) -> None:
        """Wait for the pages that were asked for.

        The browser answers in order, so each is the page it was asked of.
        """
        if self._asked:
            await asyncio.wait(self._asked, timeout=within)
        await self.drop()

    async def drop(self) -> None:
        """Give up what was asked for."""
        asked, self._asked = self._asked, set()
        for task in asked:
            task.cancel()
        await asyncio.gather(*asked, return_exceptions=True)

    async def recognise(self) -> Recognition:
        """Recognise the page, and keep it if it is another screen than the last one kept.

        Raises:
            StoppedAtStepError: this is the step to stop at.
        """
        seen, html = await (self._drawn() if self._is_another() else self._settled(await Visit.recognise(self)))
        await self._keep(seen, html)
        if self.stop_at in (seen.screen, str(len(self.snapshots))):
            raise StoppedAtStepError(step=len(self.snapshots), screen=seen.screen)
        return seen

    def _is_another(self) -> bool:
        """Whether the page has asked for another document since it was compared last."""
        return bool(self.like) and self.switcher.document != self._compared

    async def _drawn(self) -> tuple[Recognition, str | None]:
        """Compare a new document with the recorded ones before it is looked at.

        A look at one that is still loading would be made again when it has loaded.
        """
        self._compared = self.switcher.document
        with suppress(PageMovedError, ActRefusedError), page_errors(self.page):
            await self.page.wait_for_load_state("load", timeout=_QUIET)
        html = await self._wait_until_alike()
        seen = await Visit.recognise(self)
        return await self._settled(seen) if self._is_another() else (seen, html)

    async def _settled(self, seen: Recognition) -> tuple[Recognition, str | None]:
        """Let a new page come to stand still if that is asked for, and look again.

        With its text if that was read on the way.
        """
        if not self._is_new(seen) or not (self.patient or self.like):
            return seen, None
        if self.like and (html := await self._alike()) is not None:
            return seen, html
        await (self._wait_until_alike() if self.like else self._wait_until_quiet())
        return await Visit.recognise(self), None

    def _is_new(self, seen: Recognition) -> bool:
        return not self.snapshots or not self.snapshots[-1].is_same(seen)

    async def _wait_until_quiet(self) -> None:
        try:
            await ask(self.page, "quiet", {"quiet": _QUIET, "longest": _LONGEST})
        except PageMovedError:
            await self.page.wait_for_load_state("domcontentloaded")

    async def _wait_until_alike(self) -> str | None:
        """Look at every change until the page is as recorded, and give it.

        None: it must be another.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST / 1000):
                while (html := await self._alike()) is None:
                    with suppress(PageMovedError):
                        await ask(self.page, "change", _QUIET)
                return html
        return None

    async def _alike(self) -> str | None:
        """Return the page if it looks like a recorded one that stands still."""
        html = await self._html()
        return html if shape(html) in self.like else None

    async def _keep(self, seen: Recognition, html: str | None) -> None:
        """Keep a settled page rather than one that is still drawn.

        Pages in between are kept only if nothing came
        after them.
        """
        last = self.snapshots[-1] if self.snapshots else None
        if last is not None and last.is_same(seen) and (last.settled or not seen.is_settled):
            return
        if last is not None and (
            last.screen == UNKNOWN_SCREEN or (last.document == seen.document and not last.settled)
        ):
            self.snapshots.pop()
        told = {"screen": seen.screen, "document": seen.document, "alert": seen.alert or "", "url": seen.url}
        kept = Snapshot(**told, html=html or "", settled=seen.is_settled, step=len(self.story))
        self.snapshots.append(kept)
        if html is not None:
            return
        asked = asyncio.create_task(self._fill_in(kept))
        self._asked.add(asked)
        asked.add_done_callback(self._asked.discard)
        if not self.aside:
            await asked

    async def _fill_in(self, kept: Snapshot) -> None:
        html = await self._html()
        self.snapshots[:] = [replace(one, html=html) if one is kept else one for one in self.snapshots]

    async def _html(self) -> str:
        try:
            with page_errors(self.page):
                return await self.page.content()
        except (
            FlowError,
            PageMovedError,
        ):  # it went on to the next page meanwhile; that one is kept when it is recognised
            return ""
