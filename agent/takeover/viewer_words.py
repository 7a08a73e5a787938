"""What a worker tells the viewer of a page that it keeps."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from agent.takeover.line import Line, LineError
from agent.takeover.protocol import said
from agent.takeover.rules import PersonOffer
from agent.takeover.wheel import Wheel
from flows import NativeList, OutlineEntry, Recognition, Redactor


@dataclass(slots=True, kw_only=True)
class ViewerWords:
    """Sends on the line, if there is one; everything of the page is redacted."""

    redactor: Redactor
    line: Line | None = None
    _outline: list[dict[str, Any]] = field(default_factory=list)

    async def send(self, message: str | bytes) -> None:
        """Send one message; a line that is gone takes none."""
        if self.line is not None:
            with suppress(LineError):
                await self.line.send(message)

    async def refused(self, why: str) -> None:
        """Say that an event was not taken."""
        await self.send(said("refused", why=why))

    async def page(self, seen: Recognition, offer: PersonOffer) -> None:
        """Say which page it is, and what may be done there."""
        redact = self.redactor.redact
        told: dict[str, Any] = {"url": redact(seen.path), "title": redact(seen.title)[:200], "screen": seen.screen}
        told |= {"words": redact(seen.alert_text)[:300], "may_act": offer.may_act, "with_password": offer.with_password}
        await self.send(said("page", **told, answer=offer.answer))

    async def deadline(self, seconds: float, *, extendable: bool) -> None:
        """Say how long it is kept."""
        await self.send(said("deadline", seconds=max(0, round(seconds)), extendable=extendable))

    async def wheel(self, wheel: Wheel) -> None:
        """Say who may act, and with which token."""
        await self.send(said("wheel", token=wheel.token, holder=str(wheel.holder), person=wheel.person))

    async def list(self, told: NativeList | None) -> None:
        """Tell a native list that was pressed."""
        if told is not None:
            await self.send(said("list", list=told.number, name=told.name, options=[*told.options]))

    def forget_outline(self) -> None:
        """Tell the next outline whatever it says."""
        self._outline = []

    async def outline(self, entries: tuple[OutlineEntry, ...]) -> None:
        """Tell the page in words, where it has changed."""
        plain = [asdict(entry) for entry in entries]
        if plain and plain != self._outline:
            self._outline = plain
            await self.send(said("outline", entries=plain))
