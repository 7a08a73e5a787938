"""The pages that ask for a one-time code, and the picker of where it comes from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import ElementHandle
from pydantic import SecretStr

from flows.catalogue.elements import FoundElement
from flows.catalogue.recognise import Recognition
from flows.errors import ChallengeError, StepTimeoutError, StuckError
from flows.models import FlowHooks
from flows.sign_in.code_fields import code_places, fill_code, places_for, type_code
from flows.sign_in.submitted_secrets import SubmittedSecrets
from flows.visit.elements import find
from flows.visit.navigate import Navigator

_CODES = 3


@dataclass(slots=True)
class OneTimeCode:
    """Gives codes of the authenticator.

    Never has one sent by message, but takes one that a person was sent.
    """

    walk: Navigator
    hooks: FlowHooks
    typed: SubmittedSecrets
    _asked_other_way: bool = False

    async def give(self, seen: Recognition) -> Recognition:
        """Type a fresh code, or leave one sent by message for the picker."""
        if not is_by_message(seen):
            return await self._type(seen, self.hooks.next_code)
        if (other := await self._other_way(seen)) is not None:
            self._asked_other_way = True
            return await self.walk.press_found(seen, other)
        return await self._type(seen, lambda: self._ask_person(seen))

    async def _type(self, seen: Recognition, next_code: Callable[[], Awaitable[SecretStr]]) -> Recognition:
        if self.typed.codes >= _CODES:
            raise StuckError(
                "expected the site to take the code, found that it asks again without rejecting it: look at the kept "
                "page, then release the account",
                screen=seen.screen,
                url=seen.path,
            )
        await code_places(self.walk, seen)  # before a code is spent
        code = await next_code()
        places = await places_for(self.walk, seen, code)
        await self._forget_device(seen)
        await self.typed.before_code()
        is_leaving = await fill_code(self.walk, seen, places, code)
        if is_leaving.is_set():  # the page sends a whole code by itself; pressing would send it twice
            return await self.walk.settle(after=seen)
        return await self.walk.press(seen, "submit")

    async def give_told(self, seen: Recognition, code: SecretStr) -> Recognition:
        """Type a code that a person was sent, once."""
        return await type_code(self.walk, seen, code)

    async def choose_authenticator(self, seen: Recognition) -> Recognition:
        """Mark the authenticator among the methods and go on."""
        found = await self.walk.find(seen, "authenticator")
        if not found:
            raise ChallengeError(
                "expected the authenticator app among the methods, found it not offered, and no message is "
                "asked for: enrol it",
                kind=seen.screen,
                screen=seen.screen,
                url=seen.path,
            )
        await _check(found.handle)
        self._asked_other_way = True
        self.walk.progress()
        self.walk.visit.tell("checked", seen, element=found.name, candidate=found.candidate)
        return await self.walk.press(seen, "submit")

    async def _forget_device(self, seen: Recognition) -> None:
        """Clear the box that would let this browser in without a code."""
        box = await find(self.walk.visit, seen.screen, "remember_device")
        if box and await box.handle.is_checked():
            await box.handle.uncheck(force=True)

    async def _other_way(self, seen: Recognition) -> FoundElement | None:
        """The way to the picker, which sends nothing by itself.

        None when it was taken before, or there is none.
        """
        return None if self._asked_other_way else await self.walk.find(seen, "other_way") or None

    async def _ask_person(self, seen: Recognition) -> SecretStr:
        """Ask for the code that the site sent somewhere.

        Raises:
            ChallengeError: none was given.
        """
        code = None
        if self.hooks.ask_code is not None:
            code = await self.hooks.ask_code(seen.alert_text or "The site sent a one-time code by message.")
        if code is None:
            raise ChallengeError(
                "expected to be asked for a code of the authenticator, found one sent by message: make "
                "the app the first method",
                kind=seen.screen,
                screen=seen.screen,
                url=seen.path,
            )
        return code


def is_by_message(seen: Recognition) -> bool:
    """Whether the code was sent somewhere.

    A phone is named, or something was sent and no authenticator is spoken of.
    """
    return "phone" in seen.variants or ("sent" in seen.variants and "app" not in seen.variants)


async def _check(radio: ElementHandle) -> None:
    """Mark a radio.

    A drawn one covers the real one, so the click is forced and then proven.
    """
    if not await radio.evaluate("e => e.checked ?? e.getAttribute('aria-checked') === 'true'"):
        await radio.click(force=True)
    if not await radio.evaluate("e => e.checked ?? e.getAttribute('aria-checked') === 'true'"):
        raise StepTimeoutError(
            "expected the authenticator to be marked after the click, found it unmarked: try again later"
        )
