"""Typing a code, once, into one field or into boxes of a digit each."""

from __future__ import annotations

import asyncio

from playwright.async_api import Page, Request
from pydantic import SecretStr

from flows.browser.page_errors import unless_gone
from flows.catalogue.elements import FoundElement
from flows.catalogue.recognise import Recognition
from flows.errors import UnknownScreenError
from flows.visit.elements import find
from flows.visit.navigate import Navigator


async def type_code(walk: Navigator, seen: Recognition, code: SecretStr) -> Recognition:
    """Type a code and press `submit`, unless the page went on by itself.

    The elements are `code` or `code_boxes` of the screen.

    Raises:
        UnknownScreenError: there is no place for it.
    """
    is_leaving = await fill_code(walk, seen, await places_for(walk, seen, code), code)
    if is_leaving.is_set():  # a whole code may send itself; pressing would send it twice
        return await walk.settle(after=seen)
    now = await walk.visit.recognise()
    if (now.screen, now.document) != (seen.screen, seen.document):
        return await walk.settle()
    return await walk.press(seen, "submit")


async def code_places(walk: Navigator, seen: Recognition) -> FoundElement:
    """The one field, else the boxes of one digit each."""
    return await find(walk.visit, seen.screen, "code") or await walk.find(seen, "code_boxes")


async def places_for(walk: Navigator, seen: Recognition, code: SecretStr) -> FoundElement:
    """The places that this code fits into; the redactor knows the code first.

    Raises:
        UnknownScreenError: there are none.
    """
    walk.visit.redactor.register(code)
    places, digits = await code_places(walk, seen), len(code.get_secret_value())
    if len(places.handles) not in (1, digits):
        raise UnknownScreenError(
            f"expected one field or {digits} boxes for the code, found {len(places.handles)}: look at the kept page",
            screen=seen.screen,
            url=seen.path,
        )
    return places


async def fill_code(walk: Navigator, seen: Recognition, places: FoundElement, code: SecretStr) -> asyncio.Event:
    """Type a code into its places; the result is set when the page goes elsewhere."""
    is_leaving = leaving(walk.visit.page)
    whole = len(places.handles) == 1
    parts = [code] if whole else [type(code)(digit) for digit in code.get_secret_value()]
    for place, part in zip(places.handles, parts, strict=True):
        await walk.visit.guard.type_secret(place, part)
    walk.visit.tell("filled", seen, element=places.name, candidate=places.candidate)
    return is_leaving


def leaving(page: Page) -> asyncio.Event:
    """Tell when the page begins to go elsewhere."""
    begun = asyncio.Event()

    def listen(request: Request) -> None:
        with unless_gone():  # a frame that is only being made has no name yet
            if request.is_navigation_request() and request.frame == page.main_frame:
                begun.set()

    page.on("request", listen)
    return begun
