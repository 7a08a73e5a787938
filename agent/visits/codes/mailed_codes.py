"""Waiting, in the middle of a visit, for the code that the site sent by mail."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import SecretStr

from agent.domain.requests import RequestKind
from agent.store import accounts
from agent.store.database.engine import writing
from agent.store.processes import switches
from agent.store.sign_in import code_permits
from agent.store.vault import received_codes
from agent.store.vault.received_codes import ReceivedCode
from agent.visits.people.requests import Answered, ask_person
from agent.visits.plan import Plan
from agent.visits.shared.context import WorkerContext
from flows import Redactor

_LOOK_EVERY = 1.0  # seconds
_SHORT = 20.0  # seconds that a command waits: it ends within 30
_SKEW_AGE = timedelta(hours=1)

_FOR = {
    "registration": "the new login's address",
    "sign_in": "a sign-in",
    "account_data": "access to account data",
}


@dataclass(slots=True, kw_only=True)
class MailedCodes:
    """The codes by mail of one visit."""

    plan: Plan
    context: WorkerContext
    redactor: Redactor
    _waited: set[str] = field(default_factory=set)

    async def next_code(self, purpose: str, asked_at: datetime) -> SecretStr | None:
        """Wait for the code of this purpose that came after `asked_at`, and spend it.

        A mail that leaves a doubt is for a person, who is asked; so is a second wait in vain. None where none was
        given.
        """
        waits = self.context.settings.registration.code_wait
        within = waits if self.context.asks_people else min(waits, _SHORT)
        ends = self.context.clock.elapsed() + within
        found = ReceivedCode()
        while self.context.clock.elapsed() < ends:
            found = await asyncio.to_thread(self._take, purpose, asked_at)
            if found.code is not None:
                self.redactor.register(found.code)
                return found.code
            if found.problem is not None:
                return await self._ask(found.problem, purpose)
            await self.context.clock.sleep(_LOOK_EVERY)
        if (unclear := await asyncio.to_thread(self._unclear, asked_at)) is not None:
            return await self._ask(unclear, purpose)
        if purpose in self._waited:
            return await self._ask("no code came by mail, twice", purpose)
        self._waited.add(purpose)
        return None

    async def _ask(self, problem: str, purpose: str) -> SecretStr | None:
        words = f"{problem}; the page wants the newest code for {_FOR.get(purpose, purpose)}"
        within = timedelta(seconds=self.context.settings.registration.person_wait)
        found = await ask_person(
            self.context, self.plan, kind=RequestKind.MAIL_CODE, words=words, within=within, redactor=self.redactor
        )
        return found.text if isinstance(found, Answered) else None

    def _take(self, purpose: str, asked_at: datetime) -> ReceivedCode:
        mine, now = self.plan.signs_in.id, self.context.clock.now()
        with writing(self.context.engine) as conn:
            if not code_permits.may_use(conn, accounts.get(conn, mine)):
                return ReceivedCode()
            known = switches.clock_skew(conn)
            skew = known[0] if known is not None and abs(now - known[1]) < _SKEW_AGE else timedelta(0)
            return received_codes.take(
                conn, self.context.vault, mine, purpose=purpose, asked_at=asked_at, skew=skew, now=now
            )

    def _unclear(self, asked_at: datetime) -> str | None:
        with writing(self.context.engine) as conn:
            return received_codes.unclear_since(conn, self.plan.signs_in.id, asked_at=asked_at)
