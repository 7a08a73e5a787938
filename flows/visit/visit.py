"""One visit: a fresh browser context with its page, guard, catalogue and story."""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field
from datetime import UTC, datetime
from typing import Any

from playwright.async_api import BrowserContext, Page

from flows.browser.guard import Guard
from flows.catalogue.load import Catalogue
from flows.catalogue.recognise import Recognition, recognise
from flows.errors import SiteRefusedError
from flows.redaction.redact import Redactor
from flows.visit.hand_over import Handed, HandOver
from flows.visit.requests import OpenRequests
from flows.visit.switcher_answers import SwitcherAnswers
from flows.visit.visit_time import VisitTime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryStep:
    """One thing the visit saw or did; holds no secret."""

    at: datetime
    screen: str
    act: str  # "seen", "pressed", "filled", "opened", "heard"
    element: str = ""
    candidate: int = 0  # which candidate found the element; above 0 is drift
    alert: str = ""
    url: str = ""  # without query
    seconds: float = 0.0


@dataclass(slots=True)
class Visit:
    """What a flow works on. Made by `flows.visit.open_visit.open_visit`."""

    context: BrowserContext
    page: Page
    guard: Guard
    catalogue: Catalogue
    redactor: Redactor
    rehearsal: bool
    story: list[StoryStep] = field(default_factory=list)
    hand_over: HandOver | None = None  # is asked where a person is wanted; None: no person can be
    handed: Handed | None = None  # how the page came back last, until a flow has taken what came with it
    person_acted: bool = False  # a person has used the page
    time: VisitTime = field(default_factory=VisitTime)
    requests: OpenRequests = field(init=False)
    switcher: SwitcherAnswers = field(init=False)
    heard_by: InitVar[Visit | None] = None  # another visit of the same page, which listens to it already

    def __post_init__(self, heard_by: Visit | None) -> None:
        """Listen to the page's requests from its beginning."""
        self.requests = OpenRequests(self.page) if heard_by is None else heard_by.requests
        self.switcher = SwitcherAnswers(self.page) if heard_by is None else heard_by.switcher

    async def storage_state(self) -> dict[str, Any]:
        """Return cookies and local storage, to be stored encrypted for the next visit."""
        return dict(await self.context.storage_state())

    async def recognise(self) -> Recognition:
        """Recognise the page as it is now, without waiting.

        Raises:
            PageMovedError: the document went away meanwhile; look again.
            BrowserLostError: the page died.
        """
        return await recognise(self.page, self.catalogue)

    def lost_sheets(self, seen: Recognition) -> bool:
        """Whether a style sheet of the site's is missing (yet).

        What can be seen is not what is meant to be.
        """
        return any(self.guard.policy.is_resource(host) for host in seen.unstyled)

    def tell(self, act: str, seen: Recognition, *, element: str = "", candidate: int = 0, seconds: float = 0.0) -> None:
        """Add a step to the story."""
        step = StoryStep(
            at=datetime.now(UTC),
            screen=seen.screen,
            act=act,
            element=element,
            candidate=candidate,
            alert=seen.alert or "",
            url=self.redactor.redact(seen.path),
            seconds=round(seconds, 3),
        )
        self.story.append(step)

    def note(self, of: str, what: str) -> None:
        """Add to the story what was heard beside the page; no word of the site's own."""
        self.story.append(StoryStep(at=datetime.now(UTC), screen=of, act="heard", element=what))

    @property
    def drift(self) -> list[StoryStep]:
        """The steps that needed any but the first candidate."""
        return [step for step in self.story if step.candidate > 0]


def sheets_missing(seen: Recognition) -> SiteRefusedError:
    """Build the error for a page whose style sheets did not come."""
    return SiteRefusedError(
        f"expected the page's style sheets, found none from {', '.join(seen.unstyled)}: see that the "
        "network lets it through",
        screen=seen.screen,
        url=seen.path,
    )
