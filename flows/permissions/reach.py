"""From a signed-in page to the permission grid of one user, or its refusal.

GET only.
"""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlsplit

from flows.browser.page_errors import PageMovedError
from flows.catalogue.grids import grid_data
from flows.catalogue.recognise import Recognition
from flows.catalogue.schema import SessionRule
from flows.models import Bounds, Refusal, RefusalKind
from flows.permissions.page_reader import PageReader, Rest
from flows.permissions.rows.tokens import Moment, Way
from flows.permissions.scan import is_grid, read_early
from flows.permissions.user_list import links_called, links_to_other_half, links_to_rights, names_subject, ways_in_row
from flows.visit.go import LedAwayError, check_led_away
from flows.visit.navigate import Navigator
from flows.visit.page_acts import Handle
from flows.visit.visit import Visit

_REFUSED = {
    "access_required": RefusalKind.ACCESS_REQUIRED,
    "failed_global": RefusalKind.FAILED_GLOBAL,
    "no_account": RefusalKind.FAILED_GLOBAL,
    "not_found": RefusalKind.NOT_FOUND,
    "manage_agents": RefusalKind.ACCESS_REQUIRED,  # agents are managed there, not rights
}
_MIDDLE = "selector => { const el = document.querySelector(selector); return el ? el.innerText : '' }"


class PermissionPlace(StrEnum):
    """Where we stand on the permission pages."""

    GRID = "grid"
    USERS = "users"  # the subject is in a list of users
    UNCLEAR = "unclear"  # neither came within the bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What came of a step towards the grid."""

    place: PermissionPlace
    detail: str = ""
    by_row: bool = False  # reached by the link in the subject's own row
    listed: bool = False  # a list of users was shown on the way
    list_url: str = ""  # where that list is
    others: tuple[str, ...] = ()  # the names of the other links of the subject's row that lead to its rights
    unknown: tuple[str, ...] = ()  # and of unknown ones
    by_next_list: bool = False  # a link of its row led to another list of users, and a link of its row there on


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionPages:
    """The permission pages of one user, in a visit that is signed in.

    Each step raises SignedOutError: a sign-in page came; SiteRefusedError: 5xx, 429, the error page, or no answer;
    StepTimeoutError; PageMovedError: what stood on the page went away before it was read.
    """

    visit: Visit
    page: PageReader
    subject: str
    own: bool  # the subject is signed in
    bounds: Bounds

    async def reach(self, host: str) -> Arrival | Refusal:
        """Open the permissions of the subject; English is asked for first."""
        arrival = await self._first_there(host)
        if isinstance(arrival, Refusal) or arrival.place is not PermissionPlace.USERS:
            return arrival
        return await self.through_list()

    async def _first_there(self, host: str) -> Arrival | Refusal:
        """Open the page at its addresses, the next one only where one is not found.

        A later one counts only when it shows something.
        """
        data = grid_data("reach")
        answers: list[Arrival | Refusal] = []
        for path in data["start"]:
            answer = await self.arrive(f"https://{host}{path}?{data['english']}")
            if isinstance(answer, Arrival) and answer.place is not PermissionPlace.UNCLEAR:
                return answer
            answers.append(answer)
            if not (isinstance(answer, Refusal) and answer.kind is RefusalKind.NOT_FOUND):
                break
        return answers[0]

    async def through_list(self) -> Arrival | Refusal:
        """From a list of users to the subject's grid, by the link of its exact row."""
        list_url, (others, unknown) = self.page.url, await ways_in_row(self.page, self.subject)
        ways = await links_to_rights(self.page, self.subject)
        if not ways and others:
            ways, others = await links_called(self.page, self.subject, others[0]), others[1:]
        if not ways:
            whose = "the own row" if self.own else "the row of the user"
            return Arrival(
                place=PermissionPlace.UNCLEAR,
                detail=f"the list of users can be opened, but {whose} has no link to its permissions",
                listed=True,
            )
        arrival = await self._follow(ways[0])
        if isinstance(arrival, Refusal):
            return arrival
        if arrival.place is PermissionPlace.USERS:
            detail = "the link of the user's row led to a list of users"
            return Arrival(place=PermissionPlace.UNCLEAR, detail=detail, listed=True)
        return replace(arrival, by_row=True, listed=True, list_url=list_url, others=others, unknown=unknown)

    async def another_way(self, arrival: Arrival, name: str) -> Arrival | Refusal:
        """Back to the list of users, and on by another link of the subject's row.

        Where that leads to another list of users, as to that of Global User Permissions, on by the subject's row there.
        """
        back = await self.arrive(arrival.list_url)
        if isinstance(back, Refusal):
            return back
        ways = await links_called(self.page, self.subject, name)
        if not ways:
            return Arrival(place=PermissionPlace.UNCLEAR, detail=f"the link {name!r} was not there again", listed=True)
        there = await self._follow(ways[0])
        if isinstance(there, Refusal):
            return there
        if there.place is PermissionPlace.USERS:
            return await self._through_next_list(arrival.list_url, name)
        return replace(there, by_row=True, listed=True)

    async def _through_next_list(self, first_list: str, name: str) -> Arrival | Refusal:
        """From the list of users that a link of the first one led to.

        In the first list nothing is pressed a second time.
        """
        here, first = urlsplit(self.page.url), urlsplit(first_list)
        if here._replace(query="") == first._replace(query=""):  # the language asked for is in the query
            detail = f"the link {name!r} led back to the list of users"
            return Arrival(place=PermissionPlace.UNCLEAR, detail=detail, listed=True)
        there = await self.through_list()
        return there if isinstance(there, Refusal) else replace(there, by_next_list=True)

    async def other_half(self) -> Arrival | Refusal | None:
        """From the regional page to Global User Permissions; None without a way."""
        ways = await links_to_other_half(self.page, self.subject)
        if not ways:
            return None
        arrival = await self._follow(ways[0])
        if isinstance(arrival, Arrival) and arrival.place is PermissionPlace.USERS:
            return await self.through_list()
        return arrival

    async def arrive(self, url: str) -> Arrival | Refusal:
        """Open an address of the permission pages and wait for what it shows.

        Being led away, while still signed in, is a refusal.
        """
        try:
            return await self._wait(lambda: Navigator(self.visit, self.bounds).open_whole(url))
        except LedAwayError as err:
            if not await self._is_still_signed_in(f"https://{urlsplit(url).hostname}/home"):
                raise
            return Refusal(
                kind=RefusalKind.REDIRECTED,
                url=err.url or "",
                text="led to a page that a read-only visit does not open",
            )

    async def _is_still_signed_in(self, home: str) -> bool:
        """Ask the home page; raises as `Navigator.open_whole` and `Navigator.look`."""
        walk = Navigator(self.visit, self.bounds)
        await walk.open_whole(home)
        end = get_running_loop().time() + self.bounds.step.total_seconds()
        while (seen := await walk.look()).session is not SessionRule.SIGNED_IN and get_running_loop().time() < end:
            await self._rest()
        return seen.session is SessionRule.SIGNED_IN

    async def _follow(self, way: Handle) -> Arrival | Refusal:
        before = self.page.url

        async def go() -> None:
            with suppress(PageMovedError):  # that is what it was pressed for
                await self.page.press(way)
            self.visit.guard.check()

        return await self._wait(go, left=before)

    async def _wait(self, act: Callable[[], Awaitable[None]], *, left: str | None = None) -> Arrival | Refusal:
        """Act, then look until the page is a grid, a list with the subject, or a refusal.

        An answer counts when nothing has changed since, or on a page that never rests, when it is the same twice in a
        row.
        """
        stale, stopped = await self._mark() if left is not None else "", len(self.visit.guard.led_to)
        await act()
        self.page.acted()
        end, before = get_running_loop().time() + self.bounds.step.total_seconds(), None
        since = None if left is None else await self._rest()  # what is shown right after a press is still the old page
        while True:
            moment = await self._moment() if since is None else since.moment
            if self.page.url.startswith("chrome-error:"):
                check_led_away(self.visit, stopped, "the permissions page")
            seen = await Navigator(self.visit, self.bounds).look()
            now = await self._place(seen)
            moved = left is None or self.page.url != left or await self._is_another(stale)
            if since is None and isinstance(now, Arrival) and now.place is PermissionPlace.GRID:
                with suppress(PageMovedError):
                    await read_early(self.page)  # it is read while the rest of it loads
            since = await self._rest()
            is_at_rest = since is not None and since.is_rested and since.moment == moment
            if now is not None and moved and (is_at_rest or now == before):
                self.page.recognised = seen if is_at_rest else None
                return now
            self.page.keep_early(None)  # it was not at rest
            if get_running_loop().time() >= end:
                return Arrival(
                    place=PermissionPlace.UNCLEAR,
                    detail=f"neither a list of users nor permissions came ({seen.screen})",
                )
            if is_at_rest and since is not None:
                with suppress(PageMovedError):
                    await self.page.change(since)
            before = now

    async def _place(self, seen: Recognition) -> Arrival | Refusal | None:
        """Where we stand; None where that is not clear, or the page is moving on."""
        try:
            return await self._standing(seen)
        except PageMovedError:
            return None

    async def _standing(self, seen: Recognition) -> Arrival | Refusal | None:
        refusal = await wall_of(self.page, seen)
        if refusal is not None:
            return refusal
        path = urlsplit(self.page.url).path
        if not path.startswith(tuple(grid_data("reach")["home"])):
            signed_in = seen.session is SessionRule.SIGNED_IN
            return Refusal(kind=RefusalKind.REDIRECTED, url=seen.path, text=seen.title[:200]) if signed_in else None
        snapshot = await self.page.seen()
        controls = any(option.way in (Way.OPTION, Way.CHOICE) for row in snapshot.rows for option in row.options)
        if not controls and await links_to_rights(self.page, self.subject):
            return Arrival(place=PermissionPlace.USERS)
        if snapshot.rows:
            return Arrival(place=PermissionPlace.GRID)
        if (await ways_in_row(self.page, self.subject))[0]:  # each link of the row says of where its rights are
            return Arrival(place=PermissionPlace.USERS)
        is_there = is_grid(snapshot) and not snapshot.busy and not await names_subject(self.page, self.subject)
        return Arrival(place=PermissionPlace.GRID) if is_there else None

    async def _mark(self) -> str:
        """Something that changes when the page shows another thing under the same address."""
        return str(hash((await self.page.seen()).tokens))

    async def _is_another(self, stale: str) -> bool:
        """Whether the page shows another thing than at that mark.

        Not told while it moves on.
        """
        try:
            return await self._mark() != stale
        except PageMovedError:
            return False

    async def _rest(self) -> Rest | None:
        try:
            return await self.page.rest()
        except PageMovedError:
            await self.page.loaded()
            return None

    async def _moment(self) -> Moment:
        try:
            return await self.page.moment()
        except PageMovedError:
            return ()


async def wall_of(page: PageReader, seen: Recognition) -> Refusal | None:
    """The refusal that the page shows, by its screen or an empty page's words.

    Raises:
        PageMovedError: what was recognised is gone.
    """
    if (kind := _REFUSED.get(seen.screen)) is not None:
        return Refusal(kind=kind, url=seen.path, text=seen.title[:200])
    if seen.session is SessionRule.SIGNED_OUT:
        return None
    walls = grid_data("reach")["walls"]
    text = str(await page.value(_MIDDLE, walls["middle"])).strip()
    for kind in (RefusalKind.ACCESS_REQUIRED, RefusalKind.NOT_FOUND):
        if 0 < len(text) <= walls["longest"] and any(words in text.casefold() for words in walls[kind.value]):
            return Refusal(kind=kind, url=seen.path, text=text[:200])
    return None
