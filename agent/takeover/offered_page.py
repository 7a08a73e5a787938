"""A page offered to a person: who acts on it, what is seen, how it comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.domain.takeover import TakeoverState
from agent.takeover import protocol
from agent.takeover.rules import PersonOffer, offer_for
from agent.takeover.tally import Tally
from agent.takeover.viewer_words import ViewerWords
from agent.takeover.wheel import Holder, Wheel, WheelTakenError
from flows import Handed, HandedBack, Picture, Recognition, TakenPage


@dataclass(slots=True, kw_only=True)
class OfferedPage:
    """What the line, the person and the page change, each while it holds `lock`."""

    taken: TakenPage
    first: Recognition
    offer: PersonOffer
    wheel: Wheel
    tally: Tally
    deadline: float  # by `elapsed`
    longest: float  # seconds of one drive
    elapsed: Callable[[], float]
    was_driven: bool = False
    allows_unknown: bool = False
    looks_at: str = "pictures"
    handed_back: float | None = None  # when, by `elapsed`
    is_extended: bool = False
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    stir: asyncio.Event = field(default_factory=asyncio.Event)  # set when the page is worth a look at once
    result: asyncio.Future[tuple[Handed, TakeoverState]] = field(init=False)
    seen: Recognition = field(init=False)
    tell: ViewerWords = field(init=False)

    def __post_init__(self) -> None:
        """Begin without a line to tell of the page."""
        self.result = asyncio.get_running_loop().create_future()
        self.seen = self.first
        self.tell = ViewerWords(redactor=self.taken.visit.redactor)

    def end(self, handed: Handed, state: TakeoverState) -> None:
        """Give the page back; only the first end counts."""
        if not self.result.done():
            self.result.set_result((handed, state))
            self.stir.set()

    async def deliver(self, picture: Picture) -> None:
        """Send a picture to the person who looks."""
        if self.tell.line is None or self.wheel.holder is Holder.AGENT:
            return
        message = protocol.picture(picture.number, width=picture.width, height=picture.height, jpeg=picture.jpeg)
        await self.tell.send(message)

    async def give_to(self, person: str) -> None:
        """Give the wheel to a person who has claimed the page."""
        try:
            self.wheel = self.wheel.given(person, now=self.elapsed())
        except WheelTakenError:
            await self.tell.wheel(self.wheel)
            return
        if not self.was_driven:
            self.was_driven, self.deadline = True, self.elapsed() + self.longest
        await self.offer_anew(self.seen)
        await self.tell_all()
        await self.show()

    async def line_lost(self) -> None:
        """Keep the wheel for the person whose line is gone."""
        self.wheel = self.wheel.line_lost(now=self.elapsed())
        await self.taken.cast.stop()

    async def offer_anew(self, seen: Recognition) -> None:
        """Offer again: on another page, or to another person, other acts may be allowed."""
        found = offer_for(self.taken.visit.catalogue, seen, allows_unknown=self.allows_unknown)
        if found is None:
            self.end(Handed(how=HandedBack.LEFT, why=f"{seen.screen} is not for people here"), TakeoverState.STOPPED)
            return
        self.offer = found
        self.taken.visit.guard.person_acts(found.rules)
        await self.taken.show_pictures()
        await self.tell.page(self.seen, self.offer)

    async def show(self) -> None:
        """Cast, or tell the outline, to the person who has the wheel and looks.

        Both look themselves whether the page is clean, and go on when it is.
        """
        await self.taken.cast.stop()
        self.tell.forget_outline()
        if self.wheel.holder is not Holder.PERSON:
            return
        if self.looks_at == "pictures":
            await self.taken.cast.start()
        elif self.looks_at == "outline":
            await self.tell.outline(await self.taken.outline())

    async def tell_all(self) -> None:
        """Say which page it is, how long it is kept, and who may act."""
        await self.tell.page(self.seen, self.offer)
        await self.tell_deadline()
        await self.tell.wheel(self.wheel)

    async def tell_deadline(self) -> None:
        """Say how long it is kept."""
        await self.tell.deadline(self.deadline - self.elapsed(), extendable=not self.is_extended)
