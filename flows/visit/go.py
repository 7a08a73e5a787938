"""Going to an address: the one place that says what a failed navigation means."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.async_api import Response

from flows.browser.page_errors import ActRefusedError, PageMovedError, page_errors
from flows.errors import SiteRefusedError, StepTimeoutError
from flows.models import Bounds
from flows.visit.visit import Visit


class LedAwayError(SiteRefusedError):
    """The site led from the page to one that a read-only visit does not open.

    `url` is where.
    """


async def go(visit: Visit, url: str, *, bounds: Bounds, whole: bool = True) -> Response | None:
    """GET one address; with `whole`, wait for its document, not only its answer.

    Nothing is returned where the page moved on by itself: what is shown is looked at next.

    Raises:
        StepTimeoutError: nothing came within the bound of a step.
        LedAwayError: the read-only guard stopped where the site led to.
        SiteRefusedError: there was no answer.
        ForeignHostError: the page wanted to leave.
        BrowserLostError: the page or the browser died.
    """
    before = len(visit.guard.led_to)
    try:
        with page_errors(visit.page):
            return await visit.page.goto(
                url, wait_until="domcontentloaded" if whole else "commit", timeout=bounds.step.total_seconds() * 1000
            )
    except PageMovedError:  # by itself, or the guard stopped where it led
        visit.guard.check()
        return None
    except ActRefusedError as err:
        visit.guard.check()
        if err.is_late:
            raise StepTimeoutError(
                f"expected an answer from {shown(url)}, found none in time: try again later", url=shown(url)
            ) from err
        check_led_away(visit, before, shown(url))
        reason = err.told.rpartition("net::")[2]
        raise SiteRefusedError(
            f"expected an answer from {shown(url)}, found none ({reason}): try again later", url=shown(url)
        ) from err


def check_led_away(visit: Visit, before: int, asked: str) -> None:
    """Raise when the read-only guard stopped a page.

    It does so where a refusal leads to an address that is not listed.
    """
    stopped = visit.guard.led_to[before:]
    if stopped:
        raise LedAwayError(
            f"expected the page {asked}, found that the site leads to {stopped[-1]}, which was not opened",
            url=stopped[-1],
        )


def shown(url: str) -> str:
    """An address as messages may show it: without its query, which may hold a token."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
