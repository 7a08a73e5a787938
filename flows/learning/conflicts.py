"""Whether an adopted screen would claim a page that is another screen's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from playwright.async_api import Browser, Page

from flows.catalogue.check import by_host, read_recorded, showing
from flows.catalogue.load import Catalogue
from flows.catalogue.recognise import UNKNOWN_SCREEN
from flows.catalogue.recorded_page import KeptPage, RecordedPage, find_pages, shipped_pages
from flows.words import squeeze


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersPage:
    """A page that another adopted screen, or another draft, was made from."""

    name: str
    page: KeptPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflicts:
    """What was looked at, and which other screens' pages the screen claims."""

    looked_at: int
    claimed: tuple[str, ...]
    unknown: tuple[str, ...] = ()  # recorded pages of no screen that it claims; for people to look at


async def conflicts_of(
    browser: Browser,
    name: str,
    *,
    catalogue: Catalogue,
    others: Iterable[OthersPage] = (),
    places: Sequence[Path] = (),
) -> Conflicts:
    """Show every other recorded and adopted page, and ask whether it is claimed.

    `catalogue` holds the screen already; `places` are where the recorded pages are, by default those that ship.

    Raises:
        ValueError: the recorded pages are not there, or one cannot be read.
    """
    where = places or [shipped_pages()]
    recorded = find_pages(where)
    if not recorded:
        raise ValueError(f"recorded pages were expected in {where[0]}, there are none")
    beside = list(others)
    words = _needed(name, catalogue)
    async with showing(browser) as show:
        hit = [
            page
            for page in by_host(recorded)
            if _may_hold(page, words) and await _claims(name, await show(page), page, catalogue)
        ]
        taken = [other.name for other in beside if await _claims(name, await show(other.page), None, catalogue)]
    hit.sort(key=lambda page: page.html)
    claimed = [page.name for page in hit if page.screen != UNKNOWN_SCREEN]
    unknown = [page.name for page in hit if page.screen == UNKNOWN_SCREEN]
    return Conflicts(looked_at=len(recorded) + len(beside), claimed=(*claimed, *taken), unknown=tuple(unknown))


def _needed(name: str, catalogue: Catalogue) -> frozenset[str]:
    """The words that every page claimed by the screen holds.

    Those of the control's name.
    """
    screen = catalogue.screens[name]
    names = [one.names for element in screen.elements.values() for one in element.candidates if one.names]
    phrases = [set(phrase.split()) for each in names for phrase in catalogue.words(screen, each).phrases]
    return frozenset(set.intersection(*phrases)) if phrases else frozenset()


def _may_hold(page: RecordedPage, words: frozenset[str]) -> bool:
    """Whether a page is worth showing.

    One whose source lacks a word of the name cannot have a control of that name.
    """
    source = squeeze(unescape(page.body))
    return all(word in source for word in words)


async def _claims(name: str, shown: Page, page: RecordedPage | None, catalogue: Catalogue) -> bool:
    seen = await read_recorded(shown, catalogue, page.screen if page else UNKNOWN_SCREEN)
    return name == seen.screen or name in seen.also
