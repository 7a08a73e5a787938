"""A page that is kept for a person.

Pictures of it, their input, and the curtain before both.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import time

from playwright.async_api import CDPSession, Dialog
from pydantic import SecretStr

from flows.browser.hosts import PersonRules
from flows.browser.page_errors import PageMovedError, unless_gone
from flows.browser.scripts import script
from flows.catalogue.recognise import Recognition
from flows.takeover.hands import Hands
from flows.takeover.outline import OutlineEntry, read_outline
from flows.takeover.screencast import Picture, Screencast
from flows.takeover.secret_probe import SecretProbe
from flows.takeover.step_log import StepLog
from flows.visit.visit import Visit


@dataclass(slots=True, kw_only=True)
class TakenPage:
    """Made by `taken_page`.

    The guard lets pictures and the challenge's own posts through while it is open.
    """

    visit: Visit
    session: CDPSession
    probe: SecretProbe
    cast: Screencast
    hands: Hands
    log: StepLog
    dialogs: list[str] = field(default_factory=list)  # what the page said in dialogs; each was dismissed
    is_dark: bool = False  # a secret was on the page when it was looked at last
    clean_since: float = 0.0  # by the clock on the wall: when it was gone, if it ever was there
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def is_clean(self) -> bool:
        """Look whether no secret is on the page; a look that fails says no.

        One that was there since the last look, and is gone, moves `clean_since`: pictures from before it do not leave.
        """
        async with self._looking:
            was_dark, is_dark = self.is_dark, True
            with unless_gone():
                found = await self.probe.found()
                was_dark = await self.probe.was_shown() or was_dark
                is_dark = found is not None
            self.is_dark = is_dark
            if was_dark and not self.is_dark:
                self.is_dark = not await self._is_still_clean()
            if was_dark or self.is_dark:
                self.clean_since = time()
            return not self.is_dark

    async def _is_still_clean(self) -> bool:
        """Look again once what is shown is what the page holds.

        Only now is it known what its documents had: the first look says nothing of a canvas that may show it.
        """
        with unless_gone():
            return await self.probe.drawn_anew() and await self.probe.found() is None
        return False

    async def clear(self) -> bool:
        """Empty what holds a secret; whether the page is clean afterwards."""
        if not await self.is_clean():
            await self.probe.empty()
            await self.is_clean()
        return not self.is_dark

    async def look(self) -> Recognition | None:
        """Recognise the page as it is now; None while it moves on."""
        try:
            seen = await self.visit.recognise()
        except PageMovedError:
            return None
        await self.log.saw(seen)
        return seen

    async def show_pictures(self) -> None:
        """Ask for the pictures that the guard stopped before."""
        for frame in self.visit.page.frames:
            with unless_gone():
                await frame.evaluate(script("show_pictures"), None)

    async def outline(self) -> tuple[OutlineEntry, ...]:
        """Read the page as words and controls.

        Empty while a secret is on it, or was while it was read.
        """
        if not await self.is_clean():
            return ()
        since = self.clean_since
        tree = await self.session.send("Page.getFrameTree")
        read = await read_outline(self.session, self.visit.redactor, frames=_frames(tree["frameTree"]))
        return read if await self.is_clean() and self.clean_since == since else ()


def _frames(tree: dict) -> list[str]:  # type: ignore[type-arg]  # DevTools' own tree
    return [tree["frame"]["id"], *(name for child in tree.get("childFrames", ()) for name in _frames(child))]


@asynccontextmanager
async def taken_page(
    visit: Visit,
    *,
    rules: PersonRules,
    secrets: Sequence[SecretStr],
    deliver: Callable[[Picture], Awaitable[None]],
) -> AsyncIterator[TakenPage]:
    """Keep the page of a visit while the block runs.

    Afterwards the guard is the flow's alone, and nothing is cast.
    """
    session = await visit.context.new_cdp_session(visit.page)
    log = StepLog(visit=visit)
    probe = SecretProbe(visit, session, secrets)

    async def is_clean() -> bool:
        return await taken.is_clean()

    taken = TakenPage(
        visit=visit,
        session=session,
        probe=probe,
        cast=Screencast(session=session, is_clean=is_clean, clean_since=lambda: taken.clean_since, deliver=deliver),
        hands=Hands(visit=visit, session=session, used=log.used),
        log=log,
    )

    async def dismiss(dialog: Dialog) -> None:
        taken.dialogs.append(visit.redactor.redact(dialog.message)[:300])
        with unless_gone():
            await dialog.dismiss()

    visit.guard.person_acts(rules)
    visit.page.on("dialog", dismiss)
    try:
        await probe.start()
        await taken.show_pictures()
        yield taken
    finally:
        visit.guard.person_is_done()
        visit.page.remove_listener("dialog", dismiss)
        with unless_gone():
            await taken.cast.stop()
            await session.detach()
