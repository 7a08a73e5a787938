"""Finding an element of the recognised screen on the page of a visit."""

from __future__ import annotations

from flows.catalogue.elements import FoundElement, find_on
from flows.errors import UnknownScreenError
from flows.visit.visit import Visit


async def find(visit: Visit, screen: str, name: str) -> FoundElement:
    """Look for an element of a screen now.

    An empty result when no candidate sees exactly one (or, for `many`, any).

    Raises:
        CatalogueError: the screen has no such element.
        PageMovedError, BrowserLostError.
    """
    return await find_on(visit.page, visit.catalogue, screen, name)


async def require(visit: Visit, screen: str, name: str) -> FoundElement:
    """Find an element that the screen must have.

    Raises:
        UnknownScreenError: no candidate sees exactly one.
    """
    found = await find(visit, screen, name)
    if not found:
        counts = ", ".join(map(str, found.counts))
        raise UnknownScreenError(
            f"expected one {name!r} on the page {screen}, found {counts} by its candidates: correct the "
            "catalogue by the kept page",
            screen=screen,
            url=visit.redactor.redact(visit.page.url.partition("?")[0]),
        )
    return found
