"""The open request beside a page that is kept.

It tells people of the page, and takes an answer that needs no picture.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from agent.domain.requests import Ending, RequestKind
from agent.store.database.engine import reading, writing
from agent.store.database.handles import Connection, SQLAlchemyError
from agent.store.people import requests
from agent.store.people.requests import PersonAnswer, RequestState
from agent.takeover.parts import TakeoverParts

_KINDS = {"code": RequestKind.SMS_CODE, "approval": RequestKind.APPROVAL}


@dataclass(slots=True, kw_only=True)
class Asking:
    """Of one visit; each page that is kept asks anew."""

    parts: TakeoverParts
    account_id: str
    visit_id: str
    _request: str | None = None

    def open(self, conn: Connection, *, answer: str | None, words: str, until: datetime) -> None:
        """Ask a person.

        `answer` is what would be enough without a picture, `words` the page's own, redacted.
        """
        made = requests.open_request(
            conn,
            account_id=self.account_id,
            kind=_KINDS.get(answer or "", RequestKind.WHEEL),
            words=words,
            visit_id=self.visit_id,
            now=self.parts.clock.now(),
            expires_at=until,
        )
        self._request = made.id

    async def answered(self) -> SecretStr | None:
        """The code that a person gave, once; None as long as there is none."""
        try:
            return await asyncio.to_thread(self._take)
        except SQLAlchemyError:  # away for a while
            return None

    def close(self, conn: Connection, ending: Ending) -> None:
        """Ask no more."""
        if self._request is not None:
            requests.close(conn, self._request, ending, now=self.parts.clock.now())
            self._request = None

    def _take(self) -> SecretStr | None:
        if self._request is None or self.parts.vault is None:
            return None
        with reading(self.parts.engine) as conn:
            found = requests.find(conn, self._request)
        if found is None or found.state is not RequestState.ANSWERED:
            return None
        with writing(self.parts.engine) as conn:
            taken = requests.take(conn, self.parts.vault, self._request, now=self.parts.clock.now())
        return taken.text if isinstance(taken, PersonAnswer) and taken.text.get_secret_value() else None
