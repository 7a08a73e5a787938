"""Finding elements of a recognised screen by the catalogue's candidates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from playwright.async_api import ElementHandle, Page

from flows.browser.scripts import elements_and_told, script
from flows.catalogue.load import Catalogue
from flows.catalogue.schema import Candidate, Element


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundElement:
    """The elements one candidate found; `candidate` above 0 is drift."""

    name: str
    handles: tuple[ElementHandle, ...]
    candidate: int
    counts: tuple[int, ...]  # what each candidate saw, as far as they were asked
    document: str = ""  # where it was looked for

    @property
    def handle(self) -> ElementHandle:
        """The one element."""
        return self.handles[0]

    def __bool__(self) -> bool:
        return bool(self.handles)


async def find_on(page: Page, catalogue: Catalogue, screen: str, name: str) -> FoundElement:
    """Look for an element of a screen on a page now; see `flows.visit.elements.find`."""
    element = catalogue.element(screen, name)
    asked = {
        "candidates": [_asked(catalogue, screen, element, one) for one in element.candidates],
        "many": element.many,
        "decoys": ", ".join(catalogue.shared.decoys),
    }
    handles, told = await elements_and_told(page, _resolve(), asked)
    return FoundElement(
        name=name,
        handles=tuple(handles),
        candidate=max(told["index"], 0),
        counts=tuple(told["seen"]),
        document=told["document"],
    )


def _asked(catalogue: Catalogue, screen: str, element: Element, candidate: Candidate) -> dict[str, Any]:
    owner = catalogue.screens[screen]
    return {
        "css": candidate.css,
        "role": candidate.role,
        "submit_of": candidate.submit_of,
        "within": candidate.within,
        "hidden": candidate.hidden,
        "match": candidate.match,
        "names": list(catalogue.words(owner, candidate.names).phrases) if candidate.names else [],
        "avoid": list(catalogue.words(owner, element.avoid).phrases) if element.avoid else [],
    }


@cache
def _resolve() -> str:
    """The script, answering with the elements and, beside them, what it tells."""
    return f"asked => {{ const {{ elements, ...told }} = ({script('resolve')})(asked); return [elements, told]; }}"
