"""Whether something lies over an element that is typed into or clicked."""

from __future__ import annotations

import asyncio
from time import monotonic

from playwright.async_api import ElementHandle

from flows.browser.scripts import expression_of, source
from flows.errors import StepTimeoutError

_COVERED = 3.0  # seconds for a layer over an element to go by itself


async def require_on_top(handle: ElementHandle, *, what: str, lost: str) -> None:
    """Look whether a person could type or press there.

    A layer over the element may be a question, or a trap.

    Raises:
        StepTimeoutError: `what` stays covered; nothing was `lost`.
    """
    ends = monotonic() + _COVERED
    while over := await handle.evaluate(expression_of(source("on_top"))):
        if monotonic() > ends:
            raise StepTimeoutError(
                f"expected the {what} to be on top, found a layer over it ({str(over)[:30]}): nothing was {lost}"
            )
        await asyncio.sleep(0.1)
