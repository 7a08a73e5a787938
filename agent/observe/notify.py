"""Alarms to people through apprise: after N in a row, repeated until fixed, and one "recovered"."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from pydantic import SecretStr

from agent.observe import events
from agent.observe.redaction import Redaction

log = structlog.get_logger(__name__)
Send = Callable[[str, str], bool]  # title, body -> whether it went out


@dataclass(slots=True)
class _Trouble:
    """One thing that is wrong."""

    times: int = 0
    text: str = ""
    sent_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Alarms:
    """Counts troubles by key and tells people, not too soon and not too often."""

    send: Send
    now: Callable[[], datetime]
    after: int = 3
    repeat: timedelta = timedelta(hours=6)
    redaction: Redaction = field(default_factory=Redaction)
    _open: dict[str, _Trouble] = field(default_factory=dict)

    async def trouble(self, key: str, text: str, *, at_once: bool = False) -> None:
        """Something went wrong (again); `at_once` does not wait for N in a row."""
        trouble = self._open.setdefault(key, _Trouble())
        trouble.times += 1
        trouble.text = self.redaction.redact(text)
        if trouble.times >= self.after or at_once:
            await self._tell(key, trouble)

    async def fine(self, key: str) -> None:
        """It works again; people who were told of the trouble are told of this."""
        trouble = self._open.pop(key, None)
        if trouble is not None and trouble.sent_at is not None:
            log.info(events.ALARM_RECOVERED, key=key)
            await self._send(f"Recovered: {key}", f"{key} is fine again; it was: {trouble.text}")

    async def remind(self) -> None:
        """Repeat what has been wrong for long."""
        for key, trouble in list(self._open.items()):
            if trouble.sent_at is not None:
                await self._tell(key, trouble)

    async def _tell(self, key: str, trouble: _Trouble) -> None:
        now = self.now()
        if trouble.sent_at is not None and now - trouble.sent_at < self.repeat:
            return
        log.warning(events.ALARM_RAISED, key=key, times=trouble.times, text=trouble.text)
        if await self._send(f"Trouble: {key}", f"{trouble.text}\n({trouble.times} times in a row)"):
            trouble.sent_at = now

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
