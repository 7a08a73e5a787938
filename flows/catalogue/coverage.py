"""What a run over recorded pages covered of the needed elements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flows.catalogue.check import PageCheck
from flows.catalogue.load import Catalogue
from flows.tables import Table, Text, Texts, load_table


class NeededTable(Table):
    """`guard/needed.toml`."""

    elements: dict[Text, Texts]
    without_a_page: dict[Text, Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementCoverage:
    """One element that a flow asks for.

    On how many recorded pages of its screen it was found.
    """

    screen: str
    element: str
    pages: int  # recorded pages that were read as the screen
    found: int

    @property
    def name(self) -> str:
        """Screen and element."""
        return f"{self.screen}.{self.element}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What the run compared with the pages."""

    missing: tuple[str, ...]  # the catalogue has no such element, or not even the screen
    elements: tuple[ElementCoverage, ...]
    without_a_page: dict[str, str]  # elements that are known to be on no recorded page, and why

    @property
    def covered(self) -> tuple[str, ...]:
        """Elements that some page showed."""
        return tuple(one.name for one in self.elements if one.found)

    @property
    def uncovered(self) -> tuple[str, ...]:
        """Elements that were found on no page, and should have been."""
        return tuple(one.name for one in self.elements if not one.found and one.name not in self.without_a_page)


def needed_elements() -> dict[str, tuple[str, ...]]:
    """The elements that the flows ask for by name, by screen.

    `selectors/guard/needed.toml`.
    """
    return _needed().elements


def _needed() -> NeededTable:
    return load_table("guard/needed", NeededTable)


def coverage_of(checks: Iterable[PageCheck], catalogue: Catalogue) -> Coverage:
    """Compare what the pages have with what flows and interstitials need."""
    read = list(checks)
    wanted = {screen: set(names) for screen, names in needed_elements().items()}
    for screen in catalogue.screens.values():
        if screen.handling.element:
            wanted.setdefault(screen.screen, set()).add(screen.handling.element)
    pairs = [(screen, name) for screen in sorted(wanted) for name in sorted(wanted[screen])]
    missing = [
        f"{screen}.{name}"
        for screen, name in pairs
        if screen not in catalogue.screens or name not in catalogue.screens[screen].elements
    ]
    elements = [
        ElementCoverage(
            screen=screen,
            element=name,
            pages=sum(one.seen.screen == screen for one in read),
            found=sum(one.seen.screen == screen and one.elements.get(name) is not None for one in read),
        )
        for screen, name in pairs
        if f"{screen}.{name}" not in missing
    ]
    return Coverage(missing=tuple(missing), elements=tuple(elements), without_a_page=_needed().without_a_page)
