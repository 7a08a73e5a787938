"""A visit that notes how each screen and element was recognised.

The claim of the screen, the candidate of the element.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from flows.browser.page_errors import PageMovedError
from flows.catalogue.elements import find_on
from flows.catalogue.recognise import UNKNOWN_SCREEN, Recognition, nearest
from flows.recording.evidence import scrubbed_html
from flows.recording.visit import RecordedVisit

_MOST = 200  # screens of one survey


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementSight:
    """How one element of a screen was found. `candidate` counts from 1.

    None: no candidate finds it now.
    """

    name: str
    candidate: int | None
    candidates: int
    needed: bool  # it is the one that is pressed on an interstitial

    @property
    def drifted(self) -> tuple[int, ...]:
        """The candidates before the one that matched: they match no longer."""
        return () if self.candidate is None else tuple(range(1, self.candidate))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSight:
    """One screen as it was met.

    `near`: of an unknown one, the claims that come nearest and what each lacks.
    """

    stage: str
    screen: str  # a catalogue name, or "unknown"
    claim: str
    kind: str  # what the catalogue does about it; empty for an unknown one
    url: str  # without query
    title: str
    alert: str
    adopted: bool
    elements: tuple[ElementSight, ...] = ()
    near: tuple[str, ...] = ()
    document: str = ""
    page: str = field(default="", repr=False)  # of an unknown one: as evidence is kept, scrubbed

    @property
    def is_unknown(self) -> bool:
        """Whether no claim is true of it."""
        return self.screen == UNKNOWN_SCREEN

    @property
    def drift(self) -> tuple[ElementSight, ...]:
        """Elements that any but the first candidate found."""
        return tuple(one for one in self.elements if one.drifted)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageEnd:
    """How one part of the survey went.

    `code`: the failure code of a part that did not come to its end.
    """

    stage: str
    said: str
    code: str = ""

    @property
    def is_reached(self) -> bool:
        """Whether the part came to its end."""
        return not self.code


@dataclass(slots=True)
class SurveyedVisit(RecordedVisit):
    """The visit itself, noticing each screen once a document."""

    stage: str = ""
    sights: list[ScreenSight] = field(default_factory=list)
    ends: list[StageEnd] = field(default_factory=list)  # of the parts that are over
    noticed: Callable[[], Awaitable[None]] | None = None  # told of each new sight
    handed_documents: set[str] = field(default_factory=set)  # documents that a person was asked to pass

    async def recognise(self) -> Recognition:
        """Recognise the page, and note what there is to say once it is settled.

        Or unknown.
        """
        seen = await RecordedVisit.recognise(self)
        if seen.url.startswith("https:") and not seen.is_blank and len(self.sights) < _MOST:
            await self._notice(seen)
        return seen

    async def _notice(self, seen: Recognition) -> None:
        """An unknown page may become a screen while it is drawn: then that is what it was."""
        last = self.sights[-1] if self.sights else None
        same = last is not None and last.document == seen.document
        if last is not None and same and last.screen == seen.screen:
            return
        with suppress(PageMovedError):
            sight = await self._sight(seen)
            if last is not None and same and last.is_unknown and seen.document not in self.handed_documents:
                self.sights[-1] = sight
            else:
                self.sights.append(sight)
            if self.noticed is not None:
                await self.noticed()

    async def _sight(self, seen: Recognition) -> ScreenSight:
        known = self.catalogue.screens.get(seen.screen)
        elements = []
        for name, element in known.elements.items() if known else ():
            found = await find_on(self.page, self.catalogue, seen.screen, name)
            place = found.candidate + 1 if found else None
            elements.append(
                ElementSight(
                    name=name,
                    candidate=place,
                    candidates=len(element.candidates),
                    needed=known is not None and known.handling.element == name,
                )
            )
        redact = self.redactor.redact
        return ScreenSight(
            stage=self.stage,
            screen=seen.screen,
            claim=seen.claim,
            kind=known.handling.kind.value if known else "",
            url=redact(seen.path),
            title=redact(seen.title),
            alert=seen.alert or "",
            adopted=seen.screen in self.catalogue.adopted,
            elements=tuple(elements),
            near=() if known else await nearest(self.page, self.catalogue),
            document=seen.document,
            page="" if known else await scrubbed_html(self.page, self.redactor),
        )
