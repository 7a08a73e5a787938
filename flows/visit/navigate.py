"""Walking through screens: open, press, fill, and wait for what comes of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic

from playwright.async_api import ElementHandle
from pydantic import SecretStr

from flows.browser.page_errors import ActRefusedError, PageMovedError, page_errors
from flows.browser.scripts import ask
from flows.catalogue.elements import FoundElement
from flows.catalogue.recognise import UNKNOWN_SCREEN, Recognition
from flows.catalogue.schema import ScreenKind, SessionRule
from flows.errors import ChallengeError, SignedOutError, SiteRefusedError, StepTimeoutError, StuckError
from flows.models import Bounds
from flows.visit.click import click
from flows.visit.elements import find, require
from flows.visit.go import go, shown
from flows.visit.moment import Moment
from flows.visit.visit import Visit, sheets_missing

_SLICE = 250  # milliseconds until the page is looked at again although it did not say that it changed
_LOADED = 3_000  # milliseconds a page gets to finish loading before a secret is typed
LATE = 4.0  # seconds that an element may come later than what its screen was recognised by
_SIGHTS = 3  # the same screen so often without progress is being stuck


@dataclass(slots=True)
class Navigator:
    """One visit's way through the screens: what was seen how often, and the bounds."""

    visit: Visit
    bounds: Bounds = field(default_factory=Bounds)
    site_time: datetime | None = None  # the first Date header
    _sights: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)

    async def open(self, url: str) -> Recognition:
        """Go to an address and recognise what came.

        Raises:
            SiteRefusedError: no answer at all.
            StepTimeoutError, ForeignHostError.
        """
        started = monotonic()
        before = self.visit.page.url
        response = await go(self.visit, url, bounds=self.bounds, whole=False)
        if response and self.site_time is None:
            self.site_time = _date(await response.header_value("date"))
        seen = await self.settle()
        self.visit.tell("opened", seen, element=shown(before) if before != url else "", seconds=monotonic() - started)
        return seen

    async def open_whole(self, url: str) -> None:
        """GET one page of the signed-in site whole; `look` says what came.

        Raises:
            StepTimeoutError, SiteRefusedError, LedAwayError, ForeignHostError.
        """
        response = await go(self.visit, url, bounds=self.bounds)
        self.visit.guard.check()
        if response is not None and (response.status == 429 or response.status >= 500):
            raise SiteRefusedError(
                f"expected the page {shown(url)}, found the answer {response.status}: try again later", url=shown(url)
            )

    async def look(self) -> Recognition:
        """Recognise a page of the signed-in site, also while it is moving on.

        Its style sheets are waited for: before, what is meant to be hidden is seen.

        Raises:
            ChallengeError: it asks for a person. SignedOutError: it is a sign-in page. SiteRefusedError: it is an error
            page of the site's, or its style sheets do not come. StepTimeoutError: its scripts keep it busy.
        """
        ends = monotonic() + self.bounds.step.total_seconds()
        while True:
            seen = await self._look()
            if seen is not None and not self.visit.lost_sheets(seen):
                require_site_page(seen, self.kind(seen))
                return seen
            if seen is not None and monotonic() > ends:
                raise sheets_missing(seen)
            await self.changed()

    async def settle(self, *, after: Recognition | None = None, wait: float | None = None) -> Recognition:
        """Wait until the page is a screen, or stays unknown for long.

        Another screen than `after`, where that is given.

        Raises:
            SiteRefusedError: the browser shows its own error page, or nothing.
            StepTimeoutError: nothing changed.
            ForeignHostError: the page wanted to leave.
        """
        started = monotonic()
        step = self.bounds.step.total_seconds() if wait is None else wait
        last: Recognition | None = None
        while True:
            seen = await self._look()
            if (
                seen is None or self.kind(seen) is not ScreenKind.CHALLENGE
            ):  # a puzzle's frame may come from anywhere, and stays empty
                self.visit.guard.check()
            waited = monotonic() - started
            if seen is not None and self.visit.lost_sheets(seen):
                if waited > self.bounds.step.total_seconds():
                    raise sheets_missing(seen)
            elif seen is not None and (after is None or seen.differs(after)):
                if seen.url.startswith("chrome-error:"):
                    self.visit.guard.check()
                    led_to = self.visit.guard.led_to
                    told = (
                        f"the site led to {led_to[-1]}, which no visit opens"
                        if led_to
                        else "the connection brought none"
                    )
                    raise SiteRefusedError(f"expected a page, found none: {told}; try again later", url=seen.url)
                if seen.screen != UNKNOWN_SCREEN and (seen.is_settled or (last and seen.is_same(last))):
                    return seen
                if seen.screen == UNKNOWN_SCREEN and waited > self.bounds.challenge.total_seconds():
                    return seen
            elif waited > step:
                where = seen.screen if seen else "a page that keeps moving"
                raise StepTimeoutError(
                    f"expected another page than {where} within {step:g} s, found the same one: look at the kept page",
                    screen=where,
                )
            last = seen
            await self.changed()

    def kind(self, seen: Recognition) -> ScreenKind | None:
        """What a screen is to the walk; None where nothing claims the page."""
        return self.visit.catalogue.screens[seen.screen].handling.kind if seen.screen != UNKNOWN_SCREEN else None

    async def press(self, seen: Recognition, name: str) -> Recognition:
        """Press an element and wait for another screen (or another state of this one)."""
        return await self.press_found(seen, await self.require(seen, name))

    async def press_found(
        self, seen: Recognition, found: FoundElement, *, handle: ElementHandle | None = None, wait: float | None = None
    ) -> Recognition:
        """Press an element that was found already; as `press`."""
        started = monotonic()
        await self.click(handle or found.handle)
        after = await self.settle(after=seen, wait=wait)
        self.visit.tell("pressed", seen, element=found.name, candidate=found.candidate, seconds=monotonic() - started)
        return after

    async def click(self, handle: ElementHandle, *, until: Moment | None = None) -> None:
        """Click one element, once; with `until`, not later than that.

        Raises:
            StepTimeoutError: as `flows.visit.click.click`.
        """
        await click(self.visit.page, handle, within=self.bounds.step.total_seconds() / 2, until=until)

    async def fill(self, seen: Recognition, name: str, value: str | SecretStr, *, owner: str | None = None) -> None:
        """Fill a field.

        A secret only after the guard has looked at where the field is, and whose its form is.
        """
        if isinstance(value, SecretStr):
            self.visit.redactor.register(value)
            found = await self.require(seen, name)
            await self.visit.guard.type_secret(found.handle, value, owner=owner)
        else:
            found = await self.require(seen, name)
            await found.handle.fill(value)
        self.visit.tell("filled", seen, element=name, candidate=found.candidate)

    async def linger(self, seen: Recognition) -> Recognition:
        """Give a page its time to say what is wrong, or to become another."""
        ends = monotonic() + min(LATE, self.bounds.challenge.total_seconds())
        while not seen.alert_text and not seen.rejects and monotonic() < ends:
            await self.changed()
            looked = await self.settle()
            if (looked.screen, looked.document) != (seen.screen, seen.document):
                return looked
            seen = looked
        return seen

    async def find(self, seen: Recognition, name: str) -> FoundElement:
        """Look for an element for a while: a page may be drawn later than its title.

        An empty result when it does not come.

        Raises:
            PageMovedError: another document is there by now; what it holds under such a name is something else.
        """
        ends = monotonic() + min(LATE, self.bounds.challenge.total_seconds())
        while not (found := await self._find_here(seen, name)) and monotonic() < ends:
            await self.changed()
        return found

    async def _find_here(self, seen: Recognition, name: str) -> FoundElement:
        found = await find(self.visit, seen.screen, name)
        if found.document != seen.document:
            raise PageMovedError
        return found

    async def require(self, seen: Recognition, name: str) -> FoundElement:
        """As `find`; raises UnknownScreenError when it does not come."""
        return await self.find(seen, name) or await require(self.visit, seen.screen, name)

    async def loaded(self) -> None:
        """Give the page a bounded moment to finish loading.

        Its scripts prepare the fields that a secret is typed into.
        """
        with suppress(ActRefusedError), page_errors(self.visit.page):
            await self.visit.page.wait_for_load_state("load", timeout=_LOADED)

    def count(self, seen: Recognition) -> None:
        """Count the sight of a screen that is about to be acted on.

        Raises:
            StuckError: it is the third without progress.
        """
        self._sights[seen.screen] += 1
        if self._sights[seen.screen] >= _SIGHTS:
            raise StuckError(
                f"expected progress, found the page {seen.screen} {_SIGHTS} times: look at the kept page, then "
                "release the account",
                screen=seen.screen,
                url=seen.path,
            )

    def progress(self) -> None:
        """Something was gained: sights are counted afresh."""
        self._sights.clear()

    async def _look(self) -> Recognition | None:
        try:
            async with asyncio.timeout(self.bounds.step.total_seconds()):
                return await self.visit.recognise()
        except PageMovedError:
            return None
        except TimeoutError as err:
            raise StepTimeoutError(
                "expected the page to answer, found it busy with its own scripts: try again later"
            ) from err

    async def changed(self) -> None:
        """Wait for the page to change, or a short while."""
        try:
            async with asyncio.timeout(self.bounds.step.total_seconds()):
                await ask(self.visit.page, "change", _SLICE)
        except PageMovedError:
            with suppress(ActRefusedError), page_errors(self.visit.page):
                await self.visit.page.wait_for_load_state("domcontentloaded", timeout=_SLICE)
        except TimeoutError as err:
            raise StepTimeoutError(
                "expected the page to answer, found it busy with its own scripts: try again later"
            ) from err


def require_site_page(seen: Recognition, kind: ScreenKind | None) -> None:
    """Raise unless a page of the signed-in site came; as `Navigator.look`."""
    if kind is ScreenKind.CHALLENGE:
        raise ChallengeError(
            f"expected a page of the signed-in site, found that the site asks for a person ({seen.screen}): solve it, "
            "then release the account",
            kind=seen.screen,
            screen=seen.screen,
            url=seen.path,
        )
    if seen.session is SessionRule.SIGNED_OUT:
        raise SignedOutError(
            "expected a page of the signed-in site, found a sign-in page: the next visit signs in afresh",
            screen=seen.screen,
            url=seen.path,
        )
    if kind is ScreenKind.REFUSAL:
        raise SiteRefusedError(
            "expected a page of the site, found its error page: try again later", screen=seen.screen, url=seen.path
        )


def _date(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC) if header else None
    except (TypeError, ValueError):
        return None
