"""Enrolling an authenticator.

Its secret is kept before it is proven, and two-step verification is on only once that is read.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import SecretStr

from flows.browser.page_errors import PageMovedError
from flows.catalogue.recognise import Recognition
from flows.errors import CodeRejectedError, StuckError, UnknownScreenError
from flows.models import Act, FlowHooks
from flows.registration.errand import Enrolment
from flows.registration.secret_on_page import read_secret
from flows.visit.elements import find
from flows.visit.navigate import Navigator

_CODES = 2  # codes of new secrets in a visit; a second one is for the clock
_READS = 4  # how often a page may show another secret before it is given up


@dataclass(slots=True)
class Enrolling:
    """One visit's enrolment; `proven` is the secret whose code the site took last."""

    walk: Navigator
    hooks: FlowHooks
    enrolment: Enrolment
    proven: SecretStr | None = None
    _codes: int = 0
    _rejected: int = 0
    _reads: int = 0
    _kept: SecretStr | None = None
    _opened: int = 0

    async def act(self, seen: Recognition) -> Recognition | None:
        """Act on a screen of the enrolment; None for another one."""
        match seen.screen:
            case "two_step_off":
                return await self.walk.press(seen, "start")
            case "two_step_enroll":
                return await self._enrol(seen)
            case "two_step_almost_done":
                return await self._switch_on(seen)
            case _:
                return None

    def judge(self, seen: Recognition) -> None:
        """Note what the page after a code means.

        Anywhere but back at the same page it was taken.
        """
        if self._kept is not None and seen.screen != "two_step_enroll":
            self.proven, self._kept = self._kept, None

    async def _enrol(self, seen: Recognition) -> Recognition:
        if self._kept is not None and seen.alert_text:
            self._rejected += 1
            if seen.alert != "code_rejected" or self._rejected >= _CODES:
                raise CodeRejectedError(
                    "expected the site to take a code of the new authenticator, found it refused: check the clock",
                    screen=seen.screen,
                    url=seen.path,
                )
        elif self._kept is not None or self._codes >= _CODES:
            raise StuckError(
                "expected the enrolment to go on after a code, found the same page again: look at the kept page",
                screen=seen.screen,
                url=seen.path,
            )
        if not await find(self.walk.visit, seen.screen, "code"):
            return await self._open(seen)
        return await self._prove(seen)

    async def _open(self, seen: Recognition) -> Recognition:
        """Open the part of the page that is about the authenticator.

        A way by phone is open first.
        """
        row = await self.walk.require(seen, "open")
        self._opened += 1
        if self._opened > _READS:
            raise UnknownScreenError(
                "expected the field for the code of the new authenticator, found none: look at the kept page",
                screen=seen.screen,
                url=seen.path,
            )
        await self.walk.click(row.handle)
        self.walk.visit.tell("pressed", seen, element=row.name, candidate=row.candidate)
        if not await self.walk.find(seen, "code"):
            return await self.walk.settle()
        self.walk.progress()
        return await self.walk.visit.recognise()

    async def _prove(self, seen: Recognition) -> Recognition:
        """Keep the secret, then prove it.

        A page that was loaded anew meanwhile shows another one, which is read again.
        """
        await self.walk.loaded()
        secret = await read_secret(self.walk, seen)
        if secret != self._kept:
            self._reads += 1
            if self._reads > _READS:
                raise StuckError(
                    "expected the page to stay, found another secret on it each time: look at the kept page",
                    screen=seen.screen,
                )
            await self.enrolment.keep_seed(secret)
        self._kept = None
        code = await self.enrolment.code_of(secret)
        self.walk.visit.redactor.register(code)
        if not await self._is_unchanged(seen, secret):
            self.walk.progress()
            return await self.walk.settle()
        self._codes += 1
        await self.hooks.before_act(Act.ENROL)
        field = await self.walk.require(seen, "code")
        await self.walk.visit.guard.type_secret(field.handle, code)
        self.walk.visit.tell("filled", seen, element=field.name, candidate=field.candidate)
        self._kept = secret
        self.walk.progress()
        after = await self.walk.press(seen, "submit")
        await self.hooks.outcome(Act.ENROL, "rejected" if after.alert == "code_rejected" else "answered")
        return after

    async def _is_unchanged(self, seen: Recognition, secret: SecretStr) -> bool:
        try:
            now = await self.walk.visit.recognise()
            same = (now.screen, now.document) == (seen.screen, seen.document)
            return same and await read_secret(self.walk, seen) == secret
        except PageMovedError:
            return False

    async def _switch_on(self, seen: Recognition) -> Recognition:
        """Switch two-step verification on; this browser stays one that needs a code."""
        boxes = await find(self.walk.visit, seen.screen, "trust")
        for box in boxes.handles:
            if await box.is_checked():
                await box.uncheck(force=True)
        await self.hooks.before_act(Act.ENROL)
        after = await self.walk.press(seen, "submit")
        await self.hooks.outcome(Act.ENROL, after.alert or "answered")
        return after
