"""Alarms to people through apprise.

After N in a row, what happens at once in one notice, repeated until fixed, and one "recovered".
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import structlog
from pydantic import SecretStr

from agent.errors import ConfigurationError
from agent.observe import events
from agent.observe.memory_board import MemoryBoard
from agent.observe.notices import RECOVERED, Notice, PageOf, notices_of
from agent.observe.redaction import Redaction
from agent.store.database.handles import SQLAlchemyError
from agent.store.processes.alarms import AlarmPolicy, OpenAlarm

_TOGETHER = 5.0  # seconds: what happens within them belongs to one notice
_LOOK_EVERY = 60.0  # seconds: for what other processes left, what is to be repeated, and what could not be sent

log = structlog.get_logger(__name__)
Send = Callable[[str, str], bool]  # title, body -> whether it went out


class AlarmBoard(Protocol):
    """Where open alarms are kept.

    In memory for what concerns one process, in the database for what concerns all.
    """

    def note(self, key: str, text: str, *, now: datetime, times: int) -> None:
        """It went wrong once more, which counts so many times."""

    def clear(self, key: str) -> bool:
        """It is over; whether people have to be told so."""

    def take(self, policy: AlarmPolicy, *, now: datetime) -> list[OpenAlarm]:
        """What people have to be told of now, and are from now on taken to be told of."""

    def put_back(self, troubles: Sequence[OpenAlarm]) -> None:
        """Telling did not work."""

    def list_open(self, prefix: str = "") -> list[OpenAlarm]:
        """What is wrong now."""


@dataclass(slots=True, kw_only=True)
class Alarms:
    """Counts troubles by key and tells people.

    Not too soon, not too often, and in one notice what happens at the same time.
    """

    send: Send
    now: Callable[[], datetime]
    policy: AlarmPolicy = field(default_factory=AlarmPolicy)
    redaction: Redaction = field(default_factory=Redaction)
    board: AlarmBoard = field(default_factory=MemoryBoard)
    page_of: PageOf = lambda _key: None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _news: dict[str, OpenAlarm] = field(default_factory=dict)  # the last of each kind, told or not
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def trouble(self, key: str, text: str, *, at_once: bool = False) -> None:
        """Something went wrong (again); `at_once` does not wait for N in a row."""
        times = self.policy.after if at_once else 1
        try:
            await asyncio.to_thread(self.board.note, key, self.redaction.redact(text), now=self.now(), times=times)
        except SQLAlchemyError as err:
            log.warning(events.ALARM_UNSENT, title=key, error=type(err).__name__)
        self._wake.set()

    async def fine(self, key: str) -> None:
        """It works again; people who were told of the trouble are told of this."""
        try:
            if await asyncio.to_thread(self.board.clear, key):
                self._wake.set()
        except SQLAlchemyError as err:
            log.warning(events.ALARM_UNSENT, title=key, error=type(err).__name__)

    async def news(self, key: str, text: str) -> None:
        """Something happened that is over already.

        Told once, and the like of it not again for a while.
        """
        known, now = self._news.get(key), self.now()
        if known is None or not self._is_kept(known, now):
            self._news[key] = OpenAlarm(key=key, times=1, text=self.redaction.redact(text), since=now)
            self._wake.set()

    async def list_open(self, prefix: str) -> set[str]:
        """The keys of what is wrong now."""
        return {trouble.key for trouble in await asyncio.to_thread(self.board.list_open, prefix)}

    async def run(self) -> None:
        """Tell people for ever: soon after something happened, then after a pause."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY):
                    await self._wake.wait()
            pause = self.policy.pause.total_seconds()
            await self.sleep(min(_TOGETHER, pause))
            self._wake.clear()
            if await self.tell():
                await self.sleep(pause)

    async def tell(self) -> bool:
        """Tell people what they have to know now, if there is anything; whether there was."""
        now = self.now()
        self._news = {key: news for key, news in self._news.items() if self._is_kept(news, now)}
        fresh = [replace(news, sent_at=None) for news in self._news.values() if news.sent_at is None]
        self._news.update({news.key: replace(news, sent_at=now) for news in fresh})
        try:
            lasting = await asyncio.to_thread(self.board.take, self.policy, now=now)
        except SQLAlchemyError as err:
            log.warning(events.ALARM_UNSENT, error=type(err).__name__)
            lasting = []
        kept = {trouble.key for trouble in lasting}
        for notice in notices_of([*lasting, *fresh], page_of=self.page_of):
            for each in notice.about:
                log.warning(
                    events.ALARM_RECOVERED if each.is_over else events.ALARM_RAISED, key=each.key, text=each.text
                )
            if not await self._send(notice):
                await self._keep(
                    [each for each in notice.about if each.key in kept],
                    [each for each in notice.about if each.key not in kept],
                )
        return bool(kept or fresh)

    def _is_kept(self, news: OpenAlarm, now: datetime) -> bool:
        """Whether the like of it is no news now."""
        return news.sent_at is None or news.sent_at <= now < news.sent_at + self.policy.repeat

    async def _send(self, notice: Notice) -> bool:
        try:
            sent, error = await asyncio.to_thread(self.send, notice.title, notice.body), None
        except Exception as err:  # noqa: BLE001 - a plug-in: an alarm that is not sent is bad, no work being done is worse
            sent, error = False, type(err).__name__
        if not sent:
            log.warning(events.ALARM_UNSENT, title=notice.title, error=error)
        return sent

    async def _keep(self, lasting: Sequence[OpenAlarm], fresh: Sequence[OpenAlarm]) -> None:
        """What could not be sent is sent the next time."""
        self._news.update({news.key: news for news in fresh})
        try:
            await asyncio.to_thread(self.board.put_back, lasting)
        except SQLAlchemyError as err:
            log.warning(events.ALARM_UNSENT, error=type(err).__name__)


def apprise_sender(urls: Sequence[SecretStr]) -> Send:
    """Send through every address; with none, the log is all there is.

    Raises:
        ConfigurationError: an address is of no kind that apprise knows; it is named by its place, because it may hold a
        secret.
    """
    if not urls:
        return lambda _title, _body: True
    import apprise  # it reads a hundred plug-ins

    target = apprise.Apprise()
    for place, url in enumerate(urls, start=1):
        if not target.add(url.get_secret_value()):
            raise ConfigurationError(
                f"SC_AGENT_OBSERVE__NOTIFY_URLS: address {place} of {len(urls)} is none that apprise knows; "
                "see its list of services"
            )

    def send(title: str, body: str) -> bool:
        kind = apprise.NotifyType.SUCCESS if title.startswith(RECOVERED) else apprise.NotifyType.FAILURE
        return bool(target.notify(title=title, body=body, notify_type=kind))

    return send
