"""Going to an address: the one place that says what a failed navigation means."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.async_api import Error, Response
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from flows.errors import SiteRefusedError, StepTimeoutError
from flows.models import Bounds
from flows.visit.visit import Visit

_MOVED_ON = ("interrupted by another navigation", "ERR_ABORTED")  # by itself, or the guard stopped where it led


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
    """
    before = len(visit.guard.led_to)
    try:
        return await visit.page.goto(
            url, wait_until="domcontentloaded" if whole else "commit", timeout=bounds.step.total_seconds() * 1000
        )
    except PlaywrightTimeoutError as err:
        visit.guard.check()
        raise StepTimeoutError(f"an answer was expected from {shown(url)}, none came in time", url=shown(url)) from err
    except Error as err:
        visit.guard.check()
        if any(words in str(err) for words in _MOVED_ON):
            return None
        check_led_away(visit, before, shown(url))
        reason = str(err).partition("\n")[0].rpartition("net::")[2]
        raise SiteRefusedError(
            f"an answer was expected from {shown(url)}, there was none ({reason})", url=shown(url)
        ) from err


def check_led_away(visit: Visit, before: int, asked: str) -> None:
    """Raise when the read-only guard stopped a page.

    It does so where a refusal leads to an address nobody listed.
    """
    stopped = visit.guard.led_to[before:]
    if stopped:
        raise LedAwayError(
            f"{asked} was expected, the site led to {stopped[-1]}, which was not opened", url=stopped[-1]
        )


def shown(url: str) -> str:
    """An address as messages may show it: without its query, which may hold a token."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
