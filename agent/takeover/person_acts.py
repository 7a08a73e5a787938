"""What a person does on a page that is kept for them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import assert_never

from agent.domain.takeover import TakeoverState
from agent.takeover import protocol
from agent.takeover.input import perform
from agent.takeover.offered_page import OfferedPage
from agent.takeover.protocol import Mouse, Scroll
from flows import Handed, HandedBack, RefusedInputError

_ACT_WITHIN = 6.0  # seconds


@dataclass(frozen=True, slots=True)
class PersonActs:
    """Takes the acts of the person with the wheel, one after the other."""

    page: OfferedPage

    async def take(self, person: str, act: protocol.FromViewer) -> None:
        """Do it, or tell the person why not."""
        page = self.page
        if isinstance(act, protocol.GiveUp) and person == page.wheel.person:
            await self._do(act)  # leaving touches no page: neither a late token nor the curtain stops a person
            return
        async with page.lock:
            if isinstance(act, protocol.Seen | protocol.Look) or not page.wheel.admits(person, act.token):
                page.tally.refused += 1
                await page.tell.refused("the wheel is not yours now")
                return
            is_pointing = isinstance(act, Scroll) or (isinstance(act, Mouse) and act.act == "move")
            if not is_pointing and not await page.taken.is_clean():
                page.stir.set()
                return
            try:
                async with asyncio.timeout(_ACT_WITHIN):
                    await self._do(act)
            except RefusedInputError as err:
                page.tally.refused += 1
                await page.tell.refused(str(err))
            except TimeoutError:
                await page.tell.refused("the page did not take it")
        if not is_pointing:
            page.stir.set()

    async def _do(self, act: protocol.Act) -> None:
        page = self.page
        if not page.offer.may_act and not isinstance(act, protocol.HandBack | protocol.GiveUp | Scroll):
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
                await page.tell.list(await perform(act, page.taken.hands))
            case protocol.SubmitWithPassword():
                _require(page.offer.with_password)
                page.end(Handed(how=HandedBack.WITH_PASSWORD), TakeoverState.RETURNED)
            case protocol.GivenCode():
                _require(page.offer.answer == "code")
                page.end(Handed(how=HandedBack.WITH_CODE, code=act.code), TakeoverState.RETURNED)
            case protocol.HandBack():
                page.handed_back = page.elapsed()
            case protocol.GiveUp():
                page.end(Handed(how=HandedBack.LEFT, why="the person left it"), TakeoverState.ABANDONED)
            case protocol.Extend():
                _require(not page.is_extended)
                page.is_extended, page.deadline = True, page.deadline + page.longest
                await page.tell_deadline()
            case _:
                assert_never(act)


def _require(is_allowed: bool) -> None:
    if not is_allowed:
        raise RefusedInputError("not on this page")
