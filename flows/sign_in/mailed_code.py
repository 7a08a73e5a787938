"""The page that asks for a code sent by mail.

One code is tried, one sending again asked for, then it is for a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import SecretStr

from flows.catalogue.recognise import Recognition
from flows.errors import ChallengeError
from flows.models import FlowHooks
from flows.sign_in.code_fields import type_code
from flows.visit.elements import find
from flows.visit.navigate import Navigator


class CodePurpose(StrEnum):
    """What a page wants a mailed code for.

    One of another purpose is never given to it.
    """

    REGISTRATION = "registration"  # a new login's address is proven
    SIGN_IN = "sign_in"
    ACCOUNT_DATA = "account_data"  # settings of the login


@dataclass(slots=True)
class MailedCodeStep:
    """Gives codes that came by mail."""

    walk: Navigator
    hooks: FlowHooks
    _acted_at: datetime | None = None  # when whatever led to the page was done
    _typed: frozenset[str] = frozenset()  # the purposes a code was tried for
    _sent_again: frozenset[str] = frozenset()

    def note_act(self) -> None:
        """Remember the moment: whatever a page asks for now was not sent before."""
        self._acted_at = self.hooks.now()

    async def give(self, seen: Recognition, *, purpose: CodePurpose) -> Recognition:
        """Wait for the code and type it.

        Raises:
            ChallengeError: none came, or it was refused; the page is for a person.
        """
        if purpose in self._typed:
            raise _for_a_person(
                seen, "expected the page to take the code of the mail, found that it asks again: no code is guessed"
            )
        code = await self._wait(seen, purpose)
        if code is None:
            seen_again = await self._send_again(seen, purpose)
            if seen_again is None:
                raise _for_a_person(
                    seen, f"expected a code by mail ({purpose}), found none that could be told from others"
                )
            return seen_again
        self._typed |= {purpose}
        after = await type_code(self.walk, seen, code)
        if not (after.screen == seen.screen and after.alert_text):
            self._typed -= {purpose}  # taken: another page may ask for another one
            self.walk.progress()
        return after

    async def _wait(self, seen: Recognition, purpose: CodePurpose) -> SecretStr | None:
        if self.hooks.mail_code is None:
            raise _for_a_person(
                seen, "expected the visit to go on, found that the site wants a code that it sent by mail"
            )
        return await self.hooks.mail_code(purpose, self._acted_at or self.hooks.now())

    async def _send_again(self, seen: Recognition, purpose: CodePurpose) -> Recognition | None:
        """Have the code sent once more, once a purpose.

        None where that was done or is not offered.
        """
        again = await find(self.walk.visit, seen.screen, "resend")
        if purpose in self._sent_again or not again:
            return None
        self._sent_again |= {purpose}
        self.note_act()
        await self.walk.click(again.handle)
        self.walk.visit.tell("pressed", seen, element=again.name, candidate=again.candidate)
        self.walk.progress()
        return await self.walk.settle()


def _for_a_person(seen: Recognition, message: str) -> ChallengeError:
    return ChallengeError(message, kind="mail_code", screen=seen.screen, url=seen.path)
