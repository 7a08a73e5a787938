"""From a signed-in page to the permission grid of one user, or its refusal.

GET only.
"""

from __future__ import annotations

import re
from asyncio import get_running_loop
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import ElementHandle
from playwright.async_api import Error as PlaywrightError

from flows.catalogue.grids import grid_data
from flows.catalogue.recognise import Recognition
from flows.catalogue.schema import SessionRule
from flows.models import Bounds, Refusal, RefusalKind
from flows.permissions.rows.tokens import DomSnapshot, Moment, Way
from flows.permissions.scan import Ahead, is_grid, read_ahead
from flows.permissions.scripts import script
from flows.permissions.settle import Rest, change, moment_of, rest
from flows.permissions.snapshot.dom import read_dom
from flows.permissions.unfold import press
from flows.visit.go import LedAwayError, check_led_away
from flows.visit.navigate import Navigator
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
    unknown: tuple[str, ...] = ()  # and of those that nobody knows
    snapshot: DomSnapshot | None = field(default=None, compare=False)  # the last look, where it was a grid's
    ahead: Ahead | None = field(default=None, compare=False)  # and what was read of it before it had come to rest
    seen: Recognition | None = field(default=None, compare=False)  # what the page is, where nothing changed since


async def reach_permissions(visit: Visit, *, host: str, subject: str, own: bool, bounds: Bounds) -> Arrival | Refusal:
    """Open the permissions of `subject`; English is asked for first.

    Raises:
        SignedOutError: a sign-in page came. SiteRefusedError: 5xx, 429, the error page, or no answer. StepTimeoutError.
    """
    arrival = await _first_there(visit, host=host, subject=subject, bounds=bounds)
    if isinstance(arrival, Refusal) or arrival.place is not PermissionPlace.USERS:
        return arrival
    return await through_list(visit, subject=subject, own=own, bounds=bounds)


async def _first_there(visit: Visit, *, host: str, subject: str, bounds: Bounds) -> Arrival | Refusal:
    """Open the page at its addresses, the next one only where one is not found.

    A later one counts only when it shows something.
    """
    data = grid_data("reach")
    answers: list[Arrival | Refusal] = []
    for path in data["start"]:
        answer = await arrive(visit, f"https://{host}{path}?{data['english']}", subject=subject, bounds=bounds)
        if isinstance(answer, Arrival) and answer.place is not PermissionPlace.UNCLEAR:
            return answer
        answers.append(answer)
        if not (isinstance(answer, Refusal) and answer.kind is RefusalKind.NOT_FOUND):
            break
    return answers[0]


async def through_list(visit: Visit, *, subject: str, own: bool, bounds: Bounds) -> Arrival | Refusal:
    """From a list of users to the subject's grid, by the link of its exact row."""
    list_url, (others, unknown) = visit.page.url, await _ways_in_row(visit, subject=subject)
    ways = await _find(visit, "row", subject=subject, words=grid_data("reach")["words"]["manage"])
    if not ways and others:
        ways, others = await _find(visit, "way", subject=subject, words=[], way=others[0]), others[1:]
    if not ways:
        whose = "the own row" if own else "the row of the user"
        return Arrival(
            place=PermissionPlace.UNCLEAR,
            detail=f"the list of users can be opened, but {whose} has no link to its permissions",
            listed=True,
        )
    arrival = await _follow(visit, ways[0], subject=subject, bounds=bounds)
    if isinstance(arrival, Refusal):
        return arrival
    return replace(arrival, by_row=True, listed=True, list_url=list_url, others=others, unknown=unknown)


async def another_way(visit: Visit, arrival: Arrival, name: str, *, subject: str, bounds: Bounds) -> Arrival | Refusal:
    """Back to the list of users, and on by another link of the subject's row."""
    back = await arrive(visit, arrival.list_url, subject=subject, bounds=bounds)
    if isinstance(back, Refusal):
        return back
    ways = await _find(visit, "way", subject=subject, words=[], way=name)
    if not ways:
        return Arrival(place=PermissionPlace.UNCLEAR, detail=f"the link {name!r} was not there again", listed=True)
    there = await _follow(visit, ways[0], subject=subject, bounds=bounds)
    return replace(there, by_row=True, listed=True) if isinstance(there, Arrival) else there


async def _ways_in_row(visit: Visit, *, subject: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the links of the subject's row besides the best one.

    Those that lead to rights, and unknown ones.
    """
    words = grid_data("reach")["words"]
    manage = [word.lower() for word in words["manage"]]
    try:
        found = await visit.page.evaluate(script("reach"), asked_of_list("ways", subject, words["manage"]))
    except PlaywrightError:
        return (), ()
    names = list(dict.fromkeys(str(item["name"]) for item in found or ()))
    best = min(
        (name for name in names if name.lower() in manage), key=lambda name: manage.index(name.lower()), default=""
    )
    rest = [name for name in names if name != best and not _is_one_of(words["harmless"], name)]
    rights = tuple(name for name in rest if _is_one_of(words["more"], name))
    return rights, tuple(name for name in rest if name not in rights and name.lower() not in manage)


def _is_one_of(rules: list[str], name: str) -> bool:
    return any(re.search(rule, name, re.IGNORECASE) for rule in rules)


async def other_half(visit: Visit, *, subject: str, own: bool, bounds: Bounds) -> Arrival | Refusal | None:
    """From the regional page to Global User Permissions; None without a way."""
    ways = await _find(visit, "words", subject=subject, words=grid_data("reach")["words"]["global"])
    if not ways:
        return None
    arrival = await _follow(visit, ways[0], subject=subject, bounds=bounds)
    if isinstance(arrival, Arrival) and arrival.place is PermissionPlace.USERS:
        return await through_list(visit, subject=subject, own=own, bounds=bounds)
    return arrival


async def arrive(visit: Visit, url: str, *, subject: str, bounds: Bounds) -> Arrival | Refusal:
    """Open an address of the permission pages and wait for what it shows.

    Being led away, while still signed in, is a refusal.
    """
    try:
        return await _wait(visit, lambda: Navigator(visit, bounds).open_whole(url), subject=subject, bounds=bounds)
    except LedAwayError as err:
        if not await _is_still_signed_in(visit, f"https://{urlsplit(url).hostname}/home", bounds=bounds):
            raise
        return Refusal(
            kind=RefusalKind.REDIRECTED, url=err.url or "", text="led to a page that a read-only visit does not open"
        )


async def _is_still_signed_in(visit: Visit, home: str, *, bounds: Bounds) -> bool:
    """Ask the home page; raises as `Navigator.open_whole` and `Navigator.look`."""
    walk = Navigator(visit, bounds)
    await walk.open_whole(home)
    end = get_running_loop().time() + bounds.step.total_seconds()
    while (seen := await walk.look()).session is not SessionRule.SIGNED_IN and get_running_loop().time() < end:
        await _rest(visit)
    return seen.session is SessionRule.SIGNED_IN


def refusal_of(seen: Recognition) -> Refusal | None:
    """The refusal a screen stands for, if it is one."""
    kind = _REFUSED.get(seen.screen)
    return None if kind is None else Refusal(kind=kind, url=seen.path, text=seen.title[:200])


async def wall_of(visit: Visit, seen: Recognition) -> Refusal | None:
    """The refusal that the page shows, by its screen or an empty page's words."""
    refusal = refusal_of(seen)
    if refusal is not None or seen.session is SessionRule.SIGNED_OUT:
        return refusal
    walls = grid_data("reach")["walls"]
    try:
        text = str(await visit.page.evaluate(_MIDDLE, walls["middle"])).strip()
    except PlaywrightError:
        return None
    for kind in (RefusalKind.ACCESS_REQUIRED, RefusalKind.NOT_FOUND):
        if 0 < len(text) <= walls["longest"] and any(words in text.casefold() for words in walls[kind.value]):
            return Refusal(kind=kind, url=seen.path, text=text[:200])
    return None


async def _follow(visit: Visit, way: ElementHandle, *, subject: str, bounds: Bounds) -> Arrival | Refusal:
    before = visit.page.url

    async def go() -> None:
        await press(way)
        visit.guard.check()

    return await _wait(visit, go, subject=subject, bounds=bounds, left=before)


async def _wait(
    visit: Visit, act: Callable[[], Awaitable[None]], *, subject: str, bounds: Bounds, left: str | None = None
) -> Arrival | Refusal:
    """Act, then look until the page is a grid, a list with the subject, or a refusal.

    An answer counts when nothing has changed since, or on a page that never rests, when it is the same twice in a row.
    """
    stale, stopped = await _mark(visit) if left is not None else "", len(visit.guard.led_to)
    await act()
    end, before = get_running_loop().time() + bounds.step.total_seconds(), None
    since = None if left is None else await _rest(visit)  # what is shown right after a press is still the old page
    while True:
        moment = await _moment(visit) if since is None else since.moment
        if visit.page.url.startswith("chrome-error:"):
            check_led_away(visit, stopped, "the permissions page")
        seen = await Navigator(visit, bounds).look()
        now = await _place(visit, seen, subject)
        moved = left is None or visit.page.url != left or await _mark(visit) != stale
        if since is None and isinstance(now, Arrival) and now.snapshot is not None:
            now = replace(now, ahead=await _ahead(visit, now.snapshot))  # it is read while the rest of it loads
        since = await _rest(visit)
        is_at_rest = since is not None and since.is_rested and since.moment == moment
        if now is not None and moved and (is_at_rest or now == before):
            return replace(now, seen=seen) if is_at_rest and isinstance(now, Arrival) else now
        if get_running_loop().time() >= end:
            return Arrival(
                place=PermissionPlace.UNCLEAR, detail=f"neither a list of users nor permissions came ({seen.screen})"
            )
        if is_at_rest and since is not None:
            await _changed(visit, since)
        before = now


async def _place(visit: Visit, seen: Recognition, subject: str) -> Arrival | Refusal | None:
    refusal = await wall_of(visit, seen)
    if refusal is not None:
        return refusal
    path = urlsplit(visit.page.url).path
    if not path.startswith(tuple(grid_data("reach")["home"])):
        signed_in = seen.session is SessionRule.SIGNED_IN
        return Refusal(kind=RefusalKind.REDIRECTED, url=seen.path, text=seen.title[:200]) if signed_in else None
    try:
        snapshot = await read_dom(visit.page)
    except PlaywrightError:
        return None
    controls = any(option.way in (Way.OPTION, Way.CHOICE) for row in snapshot.rows for option in row.options)
    if not controls and await _find(visit, "row", subject=subject, words=grid_data("reach")["words"]["manage"]):
        return Arrival(place=PermissionPlace.USERS)
    if snapshot.rows:
        return Arrival(place=PermissionPlace.GRID, snapshot=snapshot)
    if (await _ways_in_row(visit, subject=subject))[0]:  # each link of the row says of where its rights are
        return Arrival(place=PermissionPlace.USERS)
    return (
        Arrival(place=PermissionPlace.GRID, snapshot=snapshot)
        if is_grid(snapshot) and not snapshot.busy and not await _names(visit, subject)
        else None
    )


async def _names(visit: Visit, subject: str) -> bool:
    """Whether a table of users names the subject.

    Then its links are only not drawn yet.
    """
    return bool(await visit.page.evaluate(script("reach"), asked_of_list("named", subject, [])) > 1)


async def _find(visit: Visit, what: str, *, subject: str, words: list[str], way: str = "") -> list[ElementHandle]:
    try:
        found = await visit.page.evaluate_handle(script("reach"), {**asked_of_list(what, subject, words), "way": way})
        properties = await found.get_properties()
    except PlaywrightError:
        return []  # the page is moving on; it is looked at again
    return [element for handle in properties.values() if (element := handle.as_element()) is not None]


def asked_of_list(what: str, subject: str, words: list[str]) -> dict[str, Any]:
    """What the script that finds a user's row is asked: `links`, `ways`, `named`."""
    return {
        "css": grid_data("reach")["css"],
        "what": what,
        "email": subject.casefold(),
        "words": [word.lower() for word in words],
        "partners": grid_data("reach")["words"]["partners"],
        "users": grid_data("reach")["words"]["users"],
    }


async def _mark(visit: Visit) -> str:
    """Something that changes when the page shows another thing under the same address."""
    try:
        return str(hash((await read_dom(visit.page)).tokens))
    except PlaywrightError:
        return ""


async def _ahead(visit: Visit, snapshot: DomSnapshot) -> Ahead | None:
    try:
        return await read_ahead(visit.page, snapshot)
    except PlaywrightError:
        return None  # the page is moving on


async def _rest(visit: Visit) -> Rest | None:
    try:
        return await rest(visit.page)
    except PlaywrightError:
        await visit.page.wait_for_load_state("domcontentloaded")
        return None


async def _moment(visit: Visit) -> Moment:
    try:
        return await moment_of(visit.page)
    except PlaywrightError:
        return ()  # the page is moving on


async def _changed(visit: Visit, since: Rest) -> None:
    with suppress(PlaywrightError):
        await change(visit.page, since)
