"""Alarms to people through apprise: after N in a row, repeated until fixed, and one "recovered"."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from agent.observe import events
from agent.observe.redaction import Redaction
from agent.store.alarms import Trouble

log = structlog.get_logger(__name__)
Send = Callable[[str, str], bool]  # title, body -> whether it went out


class Board(Protocol):
    """Where open alarms are kept: in memory for what concerns one process, in the database for what concerns all."""

    def note(self, key: str, text: str, *, now: datetime) -> Trouble:
        """It went wrong once more."""

    def claim(self, key: str, *, now: datetime, repeat: timedelta) -> bool:
        """Whether it is ours to tell people now."""

    def unclaim(self, key: str, *, sent_at: datetime | None) -> None:
        """Telling did not work."""

    def clear(self, key: str) -> Trouble | None:
        """It is over; what it was."""

    def list_open(self, prefix: str = "") -> list[Trouble]:
        """What is wrong now."""


@dataclass(slots=True)
class MemoryBoard:
    """Open alarms of this process."""

    _open: dict[str, Trouble] = field(default_factory=dict)

    def note(self, key: str, text: str, *, now: datetime) -> Trouble:
        """It went wrong once more."""
        known = self._open.get(key, Trouble(key=key, times=0, text=text))
        self._open[key] = replace(known, times=known.times + 1, text=text)
        return self._open[key]

    def claim(self, key: str, *, now: datetime, repeat: timedelta) -> bool:
        """Whether it is time to tell people."""
        known = self._open.get(key)
        if known is None or (known.sent_at is not None and known.sent_at <= now < known.sent_at + repeat):
            return False
        self._open[key] = replace(known, sent_at=now)
        return True

    def unclaim(self, key: str, *, sent_at: datetime | None) -> None:
        """Telling did not work."""
        if known := self._open.get(key):
            self._open[key] = replace(known, sent_at=sent_at)

    def clear(self, key: str) -> Trouble | None:
        """It is over; what it was."""
        return self._open.pop(key, None)

    def list_open(self, prefix: str = "") -> list[Trouble]:
        """What is wrong now."""
        return [trouble for key, trouble in self._open.items() if key.startswith(prefix)]


@dataclass(slots=True, kw_only=True)
class Alarms:
    """Counts troubles by key and tells people, not too soon and not too often."""

    send: Send
    now: Callable[[], datetime]
    after: int = 3
    repeat: timedelta = timedelta(hours=6)
    redaction: Redaction = field(default_factory=Redaction)
    board: Board = field(default_factory=MemoryBoard)
    _news: MemoryBoard = field(default_factory=MemoryBoard)

    async def trouble(self, key: str, text: str, *, at_once: bool = False) -> None:
        """Something went wrong (again); `at_once` does not wait for N in a row."""
        try:
            trouble = await asyncio.to_thread(self.board.note, key, self.redaction.redact(text), now=self.now())
            if trouble.times >= self.after or at_once:
                await self._tell(self.board, trouble)
        except SQLAlchemyError as err:
            log.warning(events.ALARM_UNSENT, title=key, error=type(err).__name__)

    async def fine(self, key: str) -> None:
        """It works again; people who were told of the trouble are told of this."""
        try:
            trouble = await asyncio.to_thread(self.board.clear, key)
        except SQLAlchemyError as err:
            log.warning(events.ALARM_UNSENT, title=key, error=type(err).__name__)
            return
        if trouble is not None and trouble.sent_at is not None:
            log.info(events.ALARM_RECOVERED, key=key)
            await self._send(f"Recovered: {key}", f"{key} is fine again; it was: {trouble.text}")

    async def news(self, key: str, text: str) -> None:
        """Something happened that is over already; told at once, and the like of it not again for a while."""
        await self._tell(self._news, self._news.note(key, self.redaction.redact(text), now=self.now()))

    async def remind(self) -> None:
        """Repeat what has been wrong for long."""
        for trouble in await asyncio.to_thread(self.board.list_open):
            if trouble.sent_at is not None:
                await self._tell(self.board, trouble)

    async def list_open(self, prefix: str) -> set[str]:
        """The keys of what is wrong now."""
        return {trouble.key for trouble in await asyncio.to_thread(self.board.list_open, prefix)}

    async def _tell(self, board: Board, trouble: Trouble) -> None:
        if not await asyncio.to_thread(board.claim, trouble.key, now=self.now(), repeat=self.repeat):
            return
        log.warning(events.ALARM_RAISED, key=trouble.key, times=trouble.times, text=trouble.text)
        if not await self._send(f"Trouble: {trouble.key}", f"{trouble.text}\n({trouble.times} times in a row)"):
            await asyncio.to_thread(board.unclaim, trouble.key, sent_at=trouble.sent_at)

    async def _send(self, title: str, body: str) -> bool:
        sent = await asyncio.to_thread(self.send, title, body)
        if not sent:
            log.warning(events.ALARM_UNSENT, title=title)
        return sent


def apprise_sender(urls: Sequence[SecretStr]) -> Send:
    """Send through every address; with none, the log is all there is."""
    if not urls:
        return lambda _title, _body: True
    import apprise  # it reads a hundred plug-ins

    target = apprise.Apprise()
    for url in urls:
        target.add(url.get_secret_value())
    return lambda title, body: bool(target.notify(title=title, body=body))
