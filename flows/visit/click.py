"""Clicking one element of a page, exactly once."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from playwright.async_api import ElementHandle, JSHandle, Page

from flows.browser.page_errors import ActRefusedError, PageMovedError, page_errors
from flows.browser.scripts import ask_handle
from flows.errors import StepTimeoutError
from flows.visit.moment import Moment

_ANSWER = 1.0  # seconds in which a page says whether a press came; one that is being left runs no scripts


async def click(page: Page, handle: ElementHandle, *, within: float, until: Moment | None = None) -> None:
    """Click one element, once.

    What is pressed on it is released on it, wherever the page moves it in between. The driver stops a press that came
    beside it, because the page moved it from under the pointer, and makes it again; it does so only where it waits for
    what the click leads to (its `no_wait_after` loses such a click without a word). That wait may end by its time: a
    site that answers slowly has been clicked all the same.
    With `until`, a click that would come later does not happen: a process that was frozen between the leave and the
    click may have lost the right to it, and the page itself swallows one that is late.

    Raises:
        StepTimeoutError: something covers it, it never became ready, or it was too late; or the page moved on under
        the click, which may have come.
    """
    press = await _prepared(page, handle, until)
    if until is not None:
        within = min(within, until.left)
        if within <= 0:
            raise StepTimeoutError(
                "expected to click right after the leave to it, found that it was too late: nothing was clicked"
            )
    try:
        with page_errors(page):
            await handle.click(timeout=within * 1000)
    except PageMovedError as err:  # the caller may not take it for a click that did not come
        raise StepTimeoutError("expected the page to take a click, found that it moved on meanwhile") from err
    except ActRefusedError as err:
        if not err.is_late:
            raise
        if press is None or await _is_unpressed(page, press):
            raise StepTimeoutError(
                "expected an element to take a click, found it covered, moved away or not ready"
            ) from err


async def _prepared(page: Page, handle: ElementHandle, until: Moment | None) -> JSHandle | None:
    """Prepare the element; give what says whether a press came.

    None for a page that moved on.
    """
    left = None if until is None else max(until.left, 0) * 1000
    with suppress(PageMovedError):
        return await ask_handle(page, "one_click", [handle, left])
    return None


async def _is_unpressed(page: Page, press: JSHandle) -> bool:
    """Whether the page says that no press came.

    One that is being left keeps silent, and was pressed.
    """
    with suppress(PageMovedError, ActRefusedError, TimeoutError), page_errors(page):
        async with asyncio.timeout(_ANSWER):
            return not (await press.json_value())["came"]
    return False
