"""The worker's half of one take-over.

The page, the wheel, the line to the console, and how it ends.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, assert_never

import structlog
from pydantic import SecretStr

from agent.domain.takeover import TakeoverState
from agent.observe import events
from agent.takeover import protocol
from agent.takeover.input import perform
from agent.takeover.line import Line, LineError
from agent.takeover.protocol import Mouse, Scroll, said
from agent.takeover.rules import PersonOffer, is_passed, offer_for
from agent.takeover.tally import Tally
from agent.takeover.viewer_words import ViewerWords
from agent.takeover.wheel import Holder, Wheel, WheelTakenError
from flows import Handed, HandedBack, Picture, Recognition, RefusedInputError, TakenPage

_LOOK_EVERY = 0.3  # seconds
_ASK_EVERY = 1.0
_CLEAR_TRIES = 10
_ACT_WITHIN = 6.0  # seconds
_SETTLE = 3.0  # seconds in which a page that was handed back may still become another

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What the database says of who claims it."""

    person: str | None
    allows_unknown: bool


@dataclass(slots=True, kw_only=True)
class TakeoverSession:
    """One page in a person's hands, until it comes back.

    `dialled` opens a line; `claimed` asks who has claimed the take-over; `moved` writes its state; `answered` gives a
    code that a person entered elsewhere.
    """

    taken: TakenPage
    first: Recognition
    offer: PersonOffer
    wheel: Wheel
    tally: Tally
    deadline: float  # by `elapsed`
    longest: float  # seconds of one drive
    elapsed: Callable[[], float]
    dialled: Callable[[], Any]
    claimed: Callable[[], Awaitable[Claimed]]
    moved: Callable[[TakeoverState], Awaitable[None]]
    answered: Callable[[], Awaitable[SecretStr | None]]
    was_driven: bool = False
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _stir: asyncio.Event = field(default_factory=asyncio.Event)
    _result: asyncio.Future[tuple[Handed, TakeoverState]] = field(init=False)
    _seen: Recognition = field(init=False)
    _tell: ViewerWords = field(init=False)
    _last: Recognition | None = None
    _allows_unknown: bool = False
    _looks_at: str = "pictures"
    _dark_for: int = 0
    _handed_back: float | None = None
    _still: int = 0
    _extended: bool = False
    _dialogs: int = 0
    _asked_at: float = 0.0

    def __post_init__(self) -> None:
        """Begin without a line to tell of the page."""
        self._seen = self.first
        self._tell = ViewerWords(redactor=self.taken.visit.redactor)

    async def run(self) -> tuple[Handed, TakeoverState]:
        """Keep the page until it is passed, left or out of time.

        How it came back, and what the row says then.
        """
        self._result = asyncio.get_running_loop().create_future()
        work = [asyncio.create_task(self._watch()), asyncio.create_task(self._keep_line())]
        waited: set[asyncio.Future[Any]] = {*work, self._result}
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            for task in work:
                if task.done():
                    task.result()
            return self._result.result()
        finally:
            self.wheel = self.wheel.taken_back()
            await self.say_last()
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)

    async def deliver(self, picture: Picture) -> None:
        """Send a picture to the person who looks."""
        if self._tell.line is None or self.wheel.holder is Holder.AGENT:
            return
        message = protocol.picture(picture.number, width=picture.width, height=picture.height, jpeg=picture.jpeg)
        await self._tell.send(message)

    async def say_last(self) -> None:
        """Tell the viewer that the agent has the wheel, and why."""
        told = self._result.result()[1] if self._result.done() and not self._result.cancelled() else None
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._tell.wheel(self.wheel)
                await self._tell.send(said("over", state=str(told) if told else "stopped"))

    # --- The line ---

    async def _keep_line(self) -> None:
        pause = 0.2
        while True:
            try:
                async with self.dialled() as line:
                    pause = 0.2
                    await self._talk(line)
            except LineError as err:
                log.info(events.TAKEOVER_LINE_LOST, error=str(err)[:200])
            finally:
                self._tell.line = None
                await self._viewer_gone()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def _talk(self, line: Line) -> None:
        self._tell.line = line
        await self._tell_all()
        while True:
            told = json.loads(await line.receive())
            match told["type"]:
                case "here":
                    await self._viewer_here(told["person"])
                case "gone":
                    await self._viewer_gone()
                case "seen":
                    await self.taken.cast.drawn()
                case "look":
                    self._looks_at = told["at"]
                    async with self._lock:
                        await self._show()
                case "act":
                    await self._act(told["person"], protocol.parse(told["message"]))

    async def _viewer_here(self, person: str) -> None:
        claimed = await self.claimed()
        if claimed.person != person:
            return
        self._allows_unknown = claimed.allows_unknown
        async with self._lock:
            try:
                self.wheel = self.wheel.given(person, now=self.elapsed())
            except WheelTakenError:
                await self._tell.wheel(self.wheel)
                return
            if not self.was_driven:
                self.was_driven, self.deadline = True, self.elapsed() + self.longest
            await self._offer_anew(self._seen)
            await self._tell_all()
            await self._show()

    async def _viewer_gone(self) -> None:
        self.wheel = self.wheel.line_lost(now=self.elapsed())
        await self.taken.cast.stop()

    async def _show(self) -> None:
        """Cast, or tell the outline, to the person who has the wheel and looks.

        Both look themselves whether the page is clean, and go on when it is.
        """
        await self.taken.cast.stop()
        self._tell.forget_outline()
        if self.wheel.holder is not Holder.PERSON:
            return
        if self._looks_at == "pictures":
            await self.taken.cast.start()
        elif self._looks_at == "outline":
            await self._tell.outline(await self.taken.outline())

    # --- What a person does ---

    async def _act(self, person: str, act: protocol.FromViewer) -> None:
        if isinstance(act, protocol.GiveUp) and person == self.wheel.person:
            await self._do(act)  # leaving touches no page: neither a late token nor the curtain stops a person
            return
        async with self._lock:
            if isinstance(act, protocol.Seen | protocol.Look) or not self.wheel.admits(person, act.token):
                self.tally.refused += 1
                await self._tell.refused("the wheel is not yours now")
                return
            is_pointing = isinstance(act, Scroll) or (isinstance(act, Mouse) and act.act == "move")
            if not is_pointing and not await self.taken.is_clean():
                self._stir.set()
                return
            try:
                async with asyncio.timeout(_ACT_WITHIN):
                    await self._do(act)
            except RefusedInputError as err:
                self.tally.refused += 1
                await self._tell.refused(str(err))
            except TimeoutError:
                await self._tell.refused("the page did not take it")
        if not is_pointing:
            self._stir.set()

    async def _do(self, act: protocol.Act) -> None:
        if not self.offer.may_act and not isinstance(act, protocol.HandBack | protocol.GiveUp | Scroll):
            raise RefusedInputError("this page may only be looked at")
        match act:
            case (
                Mouse()
                | Scroll()
                | protocol.PressKey()
                | protocol.Text()
                | protocol.Choose()
                | protocol.Use()
                | protocol.Fill()
            ):
                await self._tell.list(await perform(act, self.taken.hands))
            case protocol.SubmitWithPassword():
                self._require(self.offer.with_password)
                self._end(Handed(how=HandedBack.WITH_PASSWORD), TakeoverState.RETURNED)
            case protocol.GivenCode():
                self._require(self.offer.answer == "code")
                self._end(Handed(how=HandedBack.WITH_CODE, code=act.code), TakeoverState.RETURNED)
            case protocol.HandBack():
                self._handed_back = self.elapsed()
            case protocol.GiveUp():
                self._end(Handed(how=HandedBack.LEFT, why="the person left it"), TakeoverState.ABANDONED)
            case protocol.Extend():
                self._require(not self._extended)
                self._extended, self.deadline = True, self.deadline + self.longest
                await self._tell_deadline()
            case _:
                assert_never(act)

    def _require(self, is_allowed: bool) -> None:
        if not is_allowed:
            raise RefusedInputError("not on this page")

    # --- What the page does ---

    async def _watch(self) -> None:
        while not self._result.done():
            self._stir.clear()
            async with self._lock:
                await self._look()
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY):
                    await self._stir.wait()

    async def _look(self) -> None:
        if not await self._is_lifted():
            return
        now = self.elapsed()
        lapsed = self.wheel.lapsed(now=now)
        if lapsed is not self.wheel:
            self.wheel = lapsed
            await self.moved(TakeoverState.OFFERED)
            await self._tell.wheel(self.wheel)
        if now >= self.deadline:
            state = TakeoverState.ABANDONED if self.was_driven else TakeoverState.EXPIRED
            self._end(Handed(how=HandedBack.LEFT, why="the time was over"), state)
            return
        if self.offer.answer == "code" and now - self._asked_at >= _ASK_EVERY:
            self._asked_at = now
            if (code := await self.answered()) is not None:
                self._end(Handed(how=HandedBack.WITH_CODE, code=code), TakeoverState.RETURNED)
                return
        for words in self.taken.dialogs[self._dialogs :]:
            await self._tell.send(said("dialog", words=words))
        self._dialogs = len(self.taken.dialogs)
        seen = await self.taken.look()
        if seen is not None:
            await self._judge(seen, now)
        if self._looks_at == "outline" and self.wheel.holder is Holder.PERSON:
            await self._tell.outline(await self.taken.outline())

    async def _is_lifted(self) -> bool:
        """Draw the curtain while a secret is on the page, and lift it once it is not.

        False while it is drawn.
        """
        if await self.taken.is_clean():
            if self._dark_for:
                await self._lift()
            return True
        if not self._dark_for:
            self.wheel = self.wheel.curtained()
            self.tally.curtains += 1
            await self.taken.cast.stop()
            await self._tell.wheel(self.wheel)
            await self._tell.send(said("curtain", dark=True))
        self._dark_for += 1
        if self._dark_for > _CLEAR_TRIES:
            self._end(Handed(how=HandedBack.LEFT, why="a secret stayed on the page"), TakeoverState.STOPPED)
            return False
        if await self.taken.clear():
            await self._lift()
        return not self._dark_for

    async def _lift(self) -> None:
        self._dark_for = 0
        person = self.wheel.person
        self.wheel = self.wheel.lifted(now=self.elapsed())
        if person is not None and self._tell.line is not None:
            self.wheel = self.wheel.given(person, now=self.elapsed())
        await self._tell.send(said("curtain", dark=False))
        await self._tell.wheel(self.wheel)
        await self._show()

    async def _judge(self, seen: Recognition, now: float) -> None:
        catalogue = self.taken.visit.catalogue
        last, self._last = self._last, seen
        is_same = last is not None and last.is_same(seen)
        if is_passed(catalogue, seen) and (seen.is_settled or is_same):
            self._end(Handed(how=HandedBack.PASSED), TakeoverState.RETURNED)
            return
        if seen.differs(self._seen) and is_same:
            self._seen, self._handed_back = seen, None
            await self._offer_anew(seen)
        if self._handed_back is not None and now - self._handed_back > _SETTLE:
            await self._still_there()

    async def _offer_anew(self, seen: Recognition) -> None:
        """Offer again: on another page, or to another person, other acts may be allowed."""
        found = offer_for(self.taken.visit.catalogue, seen, allows_unknown=self._allows_unknown)
        if found is None:
            self._end(Handed(how=HandedBack.LEFT, why=f"{seen.screen} is not for people here"), TakeoverState.STOPPED)
            return
        self.offer = found
        self.taken.visit.guard.person_acts(found.rules)
        await self.taken.show_pictures()
        await self._tell.page(self._seen, self.offer)

    async def _still_there(self) -> None:
        """It was handed back, and asks for a person still: offered once more, then left."""
        self._handed_back = None
        self._still += 1
        is_new = self.first.screen == "unknown"  # the flow looks at it again in any case
        if self._still > 1 or is_new:
            how = HandedBack.PASSED if is_new else HandedBack.LEFT
            state = TakeoverState.RETURNED if is_new else TakeoverState.ABANDONED
            self._end(Handed(how=how, why="it still asks for a person"), state)
        else:
            await self._tell.send(said("still"))

    def _end(self, handed: Handed, state: TakeoverState) -> None:
        if not self._result.done():
            self._result.set_result((handed, state))
            self._stir.set()

    async def _tell_all(self) -> None:
        await self._tell.page(self._seen, self.offer)
        await self._tell_deadline()
        await self._tell.wheel(self.wheel)

    async def _tell_deadline(self) -> None:
        await self._tell.deadline(self.deadline - self.elapsed(), extendable=not self._extended)
