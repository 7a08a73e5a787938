"""What an error of Playwright's means: one mapping for all that drives a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from playwright.async_api import Browser, Error, Page
from playwright.async_api import TimeoutError as PlaywrightTimeoutError

from flows.errors import BrowserLostError, FlowError, StepTimeoutError

_LOST = ("crashed", "has been closed", "Connection closed")
_MOVED = (
    "context was destroyed",
    "Cannot find context",
    "navigat",
    "net::ERR_ABORTED",  # another navigation, or the guard, took the page on
    "Frame was detached",
    "Frame has been detached",
    "different document",  # an element of the document before
    "in the context they were created",
)
_LATE = "expected the page to react to an act, found no reaction within its bound: the visit may be repeated"


class PageMovedError(Exception):
    """The document went away under an act; look again at the next one."""


class ActRefusedError(StepTimeoutError):
    """The page is there and did not take an act: not within its bound, or not at all."""

    def __init__(self, reason: str, *, is_late: bool) -> None:
        super().__init__(
            _LATE if is_late else f"expected the page to take an act, found that the browser refuses: {reason}"
        )
        self.told = reason  # Playwright's own words, one line; kept in no outcome
        self.is_late = is_late


@contextmanager
def page_errors(page: Page) -> Iterator[None]:
    """Let whatever Playwright raises in the block be said in the flows' own errors.

    Raises:
        BrowserLostError: the page or the browser died.
        PageMovedError: the document was replaced meanwhile.
        ActRefusedError: the page is there and did not take the act.
    """
    try:
        yield
    except Error as err:
        raise _meaning(err, gone=page.is_closed()) from err


@contextmanager
def visit_errors(browser: Browser) -> Iterator[None]:
    """As `page_errors`, around a whole visit.

    A page that moved on under an act ends it.

    Raises:
        BrowserLostError, StepTimeoutError.
    """
    try:
        yield
    except PageMovedError as err:
        if not browser.is_connected():
            raise _lost() from err
        raise StepTimeoutError(_LATE) from err
    except Error as err:
        meant = _meaning(err, gone=not browser.is_connected())
        raise (meant if isinstance(meant, FlowError) else StepTimeoutError(_LATE)) from err


def unless_gone() -> suppress:
    """Suppress what is raised beside a page that goes away.

    By its listeners, and by what waits for its answers.

    Nothing may be believed because of it: what drives the page is told by `page_errors`.
    """
    return suppress(Error)


def _meaning(err: Error, *, gone: bool) -> FlowError | PageMovedError:
    line = err.message.partition("\n")[0]  # what follows is a log, and may hold words of the page
    told = line.partition(" at http")[0]  # no words of an address
    if gone or any(words in told for words in _LOST):
        return _lost()
    if isinstance(err, PlaywrightTimeoutError):
        return ActRefusedError(line, is_late=True)
    if any(words in told for words in _MOVED):
        return PageMovedError()
    return ActRefusedError(line, is_late=False)


def _lost() -> BrowserLostError:
    return BrowserLostError("expected the page to answer, found it or its browser gone: the visit may be repeated")
