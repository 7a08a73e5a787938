"""Passing by what stands between two screens that a flow acts on.

Waits, interstitials, challenges.
"""

from __future__ import annotations

from contextlib import suppress
from time import monotonic
from urllib.parse import parse_qs, urlsplit

from flows.browser.scripts import ask
from flows.catalogue.recognise import UNKNOWN_SCREEN, Recognition
from flows.catalogue.schema import Handling, ScreenKind
from flows.errors import ChallengeError, SiteRefusedError, StepTimeoutError, StuckError, UnknownScreenError
from flows.visit.elements import find, require
from flows.visit.go import shown
from flows.visit.hand_over import HandedBack
from flows.visit.navigate import LATE, Navigator


async def onward(walk: Navigator, seen: Recognition) -> Recognition:
    """Pass by interstitials until a screen that a flow must act on.

    Stop where only a person may go on.

    Raises:
        UnknownScreenError, ChallengeError, SiteRefusedError, StuckError, StepTimeoutError.
    """
    waiting_since = 0.0
    while True:
        walk.visit.tell("seen", seen)
        if seen.screen == UNKNOWN_SCREEN:
            seen = await _hand_over(walk, seen, _unknown(seen))
            continue
        match walk.kind(seen):
            case ScreenKind.FLOW | ScreenKind.ARRIVED:
                return seen
            case ScreenKind.CHALLENGE:
                handed = await _hand_over(walk, seen, _challenge(seen))
                if walk.visit.handed is not None:
                    return handed
                seen = handed
            case ScreenKind.REFUSAL:
                raise SiteRefusedError(
                    f"expected a page, found that the site refuses ({seen.screen}, status {seen.status}): try again "
                    "later",
                    screen=seen.screen,
                    url=seen.path,
                )
            case ScreenKind.WAIT:
                waiting_since = waiting_since or monotonic()
                seen = await _wait_through(walk, seen, since=waiting_since)
            case ScreenKind.PRESS:
                passed = await _pass_by(walk, seen, walk.visit.catalogue.screens[seen.screen].handling)
                if passed is seen:
                    return seen
                seen = passed


async def _hand_over(walk: Navigator, seen: Recognition, error: Exception) -> Recognition:
    """Let a person pass a screen, where there is one to ask.

    Returns what is there afterwards; `visit.handed` says whether the flow has to type something first.
    """
    if walk.visit.hand_over is None or seen.is_blank:
        raise error
    with walk.visit.time.standing_still():
        handed = await walk.visit.hand_over(seen)
    if handed.how is HandedBack.LEFT:
        raise error
    walk.visit.handed = None if handed.how is HandedBack.PASSED else handed
    walk.progress()
    return await walk.settle()


def _unknown(seen: Recognition) -> Exception:
    if seen.is_blank:
        return SiteRefusedError(
            "expected a page, found one that stays empty: try again later", screen=seen.screen, url=seen.path
        )
    return UnknownScreenError(
        f"expected a page that the catalogue knows, found one that it does not ({shown(seen.url)}): nothing was done "
        "there; look at the kept page and add it to selectors/",
        screen=seen.screen,
        url=seen.path,
    )


async def _wait_through(walk: Navigator, seen: Recognition, *, since: float) -> Recognition:
    """Wait for another screen.

    A page that loads itself again and again has the same while altogether.
    """
    left = walk.bounds.challenge.total_seconds() - (monotonic() - since)
    try:
        return await walk.settle(after=seen, wait=max(left, 0))
    except StepTimeoutError as err:
        if walk.visit.catalogue.screens[seen.screen].handling.fallback == "refusal":
            raise SiteRefusedError(
                f"expected {seen.screen} to pass by itself, found that it stays: try again later",
                screen=seen.screen,
                url=seen.path,
            ) from err
        raise ChallengeError(
            f"expected {seen.screen} to pass by itself, found that it stays: solve it, then release the account",
            kind=seen.screen,
            screen=seen.screen,
            url=seen.path,
        ) from err


async def _pass_by(walk: Navigator, seen: Recognition, handling: Handling) -> Recognition:
    walk.passed[seen.screen] += 1
    if handling.fallback == "aside":
        return await _reject(walk, seen, handling)
    if walk.passed[seen.screen] > handling.at_most:
        if handling.fallback == "ignore":
            return seen
        raise StuckError(
            f"expected {seen.screen} to come {handling.at_most} times at most, found it once more: look at the kept "
            "page, then release the account",
            screen=seen.screen,
            url=seen.path,
        )
    wanted = handling.element or ""
    found = await (find(walk.visit, seen.screen, wanted) if handling.fallback == "ignore" else walk.find(seen, wanted))
    if not found and handling.fallback == "ignore":
        return seen
    if not found and handling.fallback == "return_to" and (url := _return_to(walk, seen)):
        return await walk.open(url)
    after = await walk.press_found(seen, found or await require(walk.visit, seen.screen, wanted))
    if "*" not in handling.expect and after.screen not in handling.expect:
        expected = ", ".join(handling.expect)
        raise UnknownScreenError(
            f"expected {expected} after {seen.screen}, found {after.screen}: look at the kept page, then release the "
            "account",
            screen=after.screen,
            url=after.path,
        )
    return after


async def _reject(walk: Navigator, seen: Recognition, handling: Handling) -> Recognition:
    """Press what rejects.

    A layer that stays, or that has no such thing, is put aside so that it is never accepted.
    """
    found = await find(walk.visit, seen.screen, handling.element or "")
    if found and walk.passed[seen.screen] <= handling.at_most:
        with suppress(StepTimeoutError):
            return await walk.press_found(seen, found, wait=LATE)
    await ask(walk.visit.page, "aside", list((await walk.require(seen, "layer")).handles))
    return await walk.settle(after=seen)


def _return_to(walk: Navigator, seen: Recognition) -> str | None:
    """Return where the sign-in would have gone, if that is a listed host."""
    values = parse_qs(urlsplit(seen.url).query).get("openid.return_to", [])
    parts = urlsplit(values[0]) if len(values) == 1 else None
    return (
        values[0]
        if parts and parts.scheme == "https" and parts.hostname in walk.visit.guard.policy.navigation
        else None
    )


def _challenge(seen: Recognition) -> ChallengeError:
    return ChallengeError(
        f"expected the visit to go on, found that the site asks for a person ({seen.screen}): solve it, then release "
        "the account",
        kind=seen.screen,
        screen=seen.screen,
        url=seen.path,
    )
