"""The page of a visit as the permissions are read from it.

Its clock, what can be handled on it, and the last look.
"""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from playwright.async_api import Page

from flows.browser.scripts import clock
from flows.catalogue.grids import grid_data
from flows.catalogue.recognise import Recognition
from flows.models import PageGap
from flows.permissions.rows.interpret import Interpretation
from flows.permissions.rows.tokens import DomSnapshot, Moment
from flows.permissions.rows.vocabulary import generic, level_words
from flows.permissions.scripts import part, script
from flows.permissions.snapshot.dom import asked_of_reading, reading_script, snapshot_of
from flows.recording.evidence import masked_screenshot
from flows.redaction.redact import Redactor
from flows.visit.page_acts import Handle, PageActs

QUIET = 200  # ms without any change
# ms after a press or a step of a scroll; what these set off is known to the page's clock, so this is for drawing only
PRESSED = 80
LIMIT = 1500  # ms a page may go on moving before it is looked at all the same
_SLICE = 250  # ms until a page at rest is looked at again although it did not change
_STEP = 0.6  # of a list's height: windows overlap


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """How a page stands: `moment` changes with every change of it.

    At rest, nothing has changed for a while and nothing is under way.
    """

    moment: Moment
    is_rested: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """How many of each there are to handle."""

    tabs: int
    pickers: int
    closed: int
    more: int
    pagers: int
    lists: int
    narrow: int  # tables that draw only some of their columns
    away: int  # boxes that stand scrolled and could be scrolled back


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeReading:
    """What one scope was read as: rows, the last look, the gaps of getting there."""

    read: Interpretation
    snapshot: DomSnapshot
    missing: tuple[PageGap | str, ...]


class PageReader(PageActs):
    """Looks at a page, and remembers its last look.

    A look holds for as long as the page's clock shows the same moment.

    What an act may have changed is forgotten with the act.
    """

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._last: DomSnapshot | None = None
        self._settled: DomSnapshot | None = None  # the look at which the page had come to rest
        self._early: ScopeReading | None = None
        self.recognised: Recognition | None = None  # what the page is, where it is at rest and nothing was done since

    @property
    def last(self) -> DomSnapshot | None:
        """The last look, if nothing was done since; the page may have changed by itself."""
        return self._last

    def acted(self) -> None:
        """Forget every look."""
        self._last = self._settled = self._early = self.recognised = None

    def begin(self) -> ScopeReading | None:
        """Begin to read: what had come to rest has to do so again.

        Returns what was read while the page came to rest, for a caller that finds the page still at that moment.
        """
        early, self._early, self._settled = self._early, None, None
        return early

    def keep_early(self, reading: ScopeReading | None) -> None:
        """Keep what was read of a page that may still be loading; None: nothing.

        Until something is done or read.
        """
        self._early = reading

    async def look(self) -> DomSnapshot:
        """Look at the page once; nothing is opened, scrolled or waited for."""
        self._last = snapshot_of(await self.value(reading_script(), asked_of_reading()))
        return self._last

    async def seen(self) -> DomSnapshot:
        """The last look where nothing changed since, else another; always one call."""
        if self._last is None:
            return await self.look()
        found = await self.value(reading_script(), {**asked_of_reading(), "unless": self._last.moment})
        if found is not None:
            self._last = snapshot_of(found)
        return self._last

    async def look_explained(self) -> tuple[DomSnapshot, dict[str, Any]]:
        """The same look, and where everything stands.

        `found`, boxes as `js/account/explain.js` gives them, and the page's `size`.

        Pixels of the page. A box names its token, or its piece of what is left, by number; -1 for none.
        """
        asked = {**asked_of_reading(), "explain": {"chrome": []}}
        found = await self.value(reading_script(explains=True), asked)
        return snapshot_of(found), found["pieces"]

    async def row(self, index: int) -> list[Handle]:
        """The elements of one row of the page as it stands.

        Its box where it has one of its own, its label, its controls.
        """
        return await self.elements(reading_script(), {**asked_of_reading(), "row": index})

    async def settle(self, *, within: timedelta, ready: Callable[[DomSnapshot], bool]) -> tuple[DomSnapshot, bool]:
        """Look until the page is at rest.

        Two looks in a row see the same, nothing says it is loading, and `ready` agrees.

        False when time ran out first. A look is not taken again at the moment it was taken of, and a page that had
        come to rest is not waited for again while nothing is done to it.
        """
        if self._settled is not None and ready(self._settled):
            return self._settled, True
        loop = get_running_loop()
        end, before = loop.time() + within.total_seconds(), self._last or await self.look()
        while True:
            now = await self.rest()
            snapshot = before if now.is_rested and now.moment == before.moment else await self.look()
            if snapshot.tokens == before.tokens and not snapshot.busy and ready(snapshot):
                self._settled = snapshot
                return snapshot, True
            if loop.time() >= end:
                return snapshot, False
            if snapshot is before:
                await self.change(now)
            before = snapshot

    async def rest(self, *, calm: int = QUIET) -> Rest:
        """Let the page run until nothing changes and nothing is under way."""
        now = await self.ask("quiet", quiet=calm, limit=LIMIT)
        return Rest(moment=tuple(now["moment"]), is_rested=now["rested"])

    async def moment(self) -> Moment:
        """The moment of the page's clock."""
        return tuple((await self.ask("now"))["moment"])

    async def change(self, now: Rest) -> None:
        """Wait for another moment, or a short while."""
        await self.ask("other", moment=now.moment, limit=_SLICE)

    async def survey(self) -> Survey:
        """Count what there is to handle, in one call."""
        return Survey(**await self.ask("survey"))

    async def to_beginning(self, box: Handle) -> bool:
        """Scroll a box to where it begins; False when it does not stay there."""
        moved = await self.ask("begin", target=box, quiet=PRESSED, limit=LIMIT)
        if moved is not None and moved["moves"]:
            self.acted()  # a look says where everything stands
        return moved is None or bool(moved["back"])

    async def step(self, scroller: Handle) -> dict[str, bool]:
        """Scroll a list on to what is not as before, or to its end.

        Tells `changed`, `end` and `stuck`.
        """
        return await self._moved("step", scroller)

    async def aside(self, scroller: Handle, *, back: bool = False) -> dict[str, bool]:
        """Scroll a box sideways, as `step`; with `back`, to where it began."""
        return await self._moved("aside", scroller, **({"listed": [True]} if back else {}))

    async def widen(self) -> None:
        """Make room for every column of the tables that draw only some."""
        self.acted()
        await self.ask("widen")

    async def _moved(self, what: str, scroller: Handle, **more: Any) -> dict[str, bool]:
        moved: dict[str, bool] = await self.ask(what, target=scroller, quiet=PRESSED, limit=LIMIT, step=_STEP, **more)
        if moved["changed"]:
            self.acted()
        return moved

    async def ask(self, what: str, **more: Any) -> Any:
        """Call one of the helpers in the page and take its answer as a value."""
        return await self.value(_helpers(), {**_asked(what), **more})

    async def find(self, what: str, **more: Any) -> list[Handle]:
        """Call one of the helpers in the page and take the elements it finds."""
        return await self.elements(_helpers(), {**_asked(what), **more})

    async def masked(
        self,
        redactor: Redactor,
        *,
        boxes: Sequence[tuple[int, int, int, int]],
        also: str,
        part: tuple[int, int, int, int],
    ) -> bytes:
        """A picture (PNG) of a part of the page; what is private is covered."""
        return await masked_screenshot(self._page, redactor, boxes=boxes, also=also, part=part)


def _asked(what: str) -> dict[str, Any]:
    phrases = grid_data("words")["generic"]
    return {
        "css": grid_data("walk"),
        "what": what,
        "more": phrases["more"],
        "next": sorted(generic("next")),
        "levels": level_words(),
    }


def _helpers() -> str:
    return script("handle", clock(), part("lists"))
