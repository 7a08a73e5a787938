"""Opening one page by GET in a visit, and recognising what came.

Where a read-only visit was led to is told.
"""

from __future__ import annotations

from contextlib import suppress
from time import monotonic

from flows.browser.scripts import PageMovedError, ask
from flows.catalogue.recognise import Recognition
from flows.catalogue.schema import ScreenKind, SessionRule
from flows.errors import ChallengeError, SignedOutError, SiteRefusedError
from flows.models import Bounds
from flows.visit.go import go, shown
from flows.visit.visit import Visit, sheets_missing

_SHEETS = 15.0  # seconds for a page's style sheets to come
_SLICE = 250  # milliseconds until it is looked at again


async def open_page(visit: Visit, url: str, *, bounds: Bounds) -> None:
    """GET one page whole.

    Raises:
        StepTimeoutError, SiteRefusedError, LedAwayError, ForeignHostError.
    """
    response = await go(visit, url, bounds=bounds)
    visit.guard.check()
    if response is not None and (response.status == 429 or response.status >= 500):
        raise SiteRefusedError(
            f"{shown(url)} was expected, the site answered {response.status}; try again later", url=shown(url)
        )


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
