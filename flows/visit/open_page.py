"""Opening one page by GET in a visit, and recognising what came.

Where a read-only visit was led to is told.
"""

from __future__ import annotations

from contextlib import suppress
from time import monotonic

from playwright.async_api import Error as PlaywrightError

from flows.browser.scripts import PageMovedError, ask
from flows.catalogue.recognise import Recognition
from flows.catalogue.schema import ScreenKind, SessionRule
from flows.errors import ChallengeError, SignedOutError, SiteRefusedError, StepTimeoutError
from flows.models import Bounds
from flows.visit.visit import Visit, sheets_missing

_SHEETS = 15.0  # seconds for a page's style sheets to come
_SLICE = 250  # milliseconds until it is looked at again


class LedAwayError(SiteRefusedError):
    """The site led from the page to one that a read-only visit does not open.

    `url` is where.
    """


async def open_page(visit: Visit, url: str, *, bounds: Bounds) -> None:
    """GET one page.

    Raises:
        StepTimeoutError, SiteRefusedError, LedAwayError, ForeignHostError.
    """
    shown = url.partition("?")[0]
    before = len(visit.guard.led_to)
    try:
        response = await visit.page.goto(url, wait_until="domcontentloaded", timeout=bounds.step.total_seconds() * 1000)
    except PlaywrightError as err:
        visit.guard.check()
        if "interrupted by another navigation" in str(err) or "ERR_ABORTED" in str(err):
            return  # the page moved on by itself, or the guard stopped where it led; what is shown is looked at next
        if "Timeout" in str(err):
            raise StepTimeoutError(f"{shown} was expected within the bound, it did not come", url=shown) from err
        check_led_away(visit, before, shown)
        raise SiteRefusedError(f"{shown} was expected, there was no answer", url=shown) from err
    visit.guard.check()
    if response is not None and (response.status == 429 or response.status >= 500):
        raise SiteRefusedError(f"{shown} was expected, the site answered {response.status}; try again later", url=shown)


async def look(visit: Visit) -> Recognition:
    """Recognise the page, also while it is moving on.

    Raises:
        ChallengeError: it asks for a person. SignedOutError: it is a sign-in page. SiteRefusedError: it is an error
        page of the site's, or its style sheets do not come.
    """
    seen = await _styled(visit)
    screen = visit.catalogue.screens.get(seen.screen)
    if screen is not None and screen.handling.kind is ScreenKind.CHALLENGE:
        raise ChallengeError(
            f"a page of the signed-in site was expected, the site asks for a person ({seen.screen}): solve it, then release the account",
            kind=seen.screen,
            screen=seen.screen,
            url=seen.path,
        )
    if seen.session is SessionRule.SIGNED_OUT:
        raise SignedOutError(
            "a page of the signed-in site was expected, a sign-in page came", screen=seen.screen, url=seen.path
        )
    if screen is not None and screen.handling.kind is ScreenKind.REFUSAL:
        raise SiteRefusedError(
            "a page of the site was expected, its error page came", screen=seen.screen, url=seen.path
        )
    return seen


async def _styled(visit: Visit) -> Recognition:
    """Recognise the page once its style sheets are there.

    Before that, what is meant to be hidden is seen.
    """
    ends = monotonic() + _SHEETS
    while True:
        with suppress(PageMovedError):
            seen = await visit.recognise()
            if not visit.lost_sheets(seen):
                return seen
            if monotonic() > ends:
                raise sheets_missing(seen)
            await ask(visit.page, "change", _SLICE)


def check_led_away(visit: Visit, before: int, shown: str) -> None:
    """Raise when the read-only guard stopped a page, as it does where a refusal leads to an address nobody listed."""
    stopped = visit.guard.led_to[before:]
    if stopped:
        raise LedAwayError(
            f"{shown} was expected, the site led to {stopped[-1]}, which was not opened", url=stopped[-1]
        )
