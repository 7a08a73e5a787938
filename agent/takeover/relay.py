"""The console's half of a take-over.

Joins a worker's line and one viewer, and lets no event through without the wheel.

Holds no page and no secret; what it knows of the wheel is what the worker told last.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from agent.takeover.protocol import GiveUp, Look, Seen, is_act, parse, picture_number, said

Send = Callable[[str | bytes], Awaitable[None]]
_KEPT = ("wheel", "page", "deadline", "curtain", "still")  # what a viewer that comes later is told


@dataclass(eq=False, slots=True, kw_only=True)
class Viewer:
    """One window of one person."""

    person: str
    send: Send


@dataclass(slots=True)
class RelayedTakeover:
    """One take-over, as the relay knows it."""

    line: Send | None = None
    viewer: Viewer | None = None
    token: int = -1
    driver: str | None = None  # who holds the wheel, as the worker told
    is_dark: bool = False
    refused: int = 0  # events without the wheel
    passed: int = 0
    told: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Relay:
    """One for a process of the web role."""

    takeovers: dict[str, RelayedTakeover] = field(default_factory=dict)

    async def worker_comes(self, takeover_id: str, line: Send) -> None:
        """A worker's line is there; an older one counts no more."""
        relayed = self.takeovers.setdefault(takeover_id, RelayedTakeover())
        relayed.line, relayed.token, relayed.driver, relayed.is_dark = line, -1, None, False
        if relayed.viewer is not None:
            await line(said("here", person=relayed.viewer.person))

    async def worker_goes(self, takeover_id: str, line: Send) -> None:
        """Note that the worker's line is gone: no person drives."""
        relayed = self.takeovers.get(takeover_id)
        if relayed is None or relayed.line is not line:
            return
        relayed.line, relayed.token, relayed.driver = None, -1, None
        relayed.told.clear()
        if relayed.viewer is not None:
            await relayed.viewer.send(said("away"))
        self._clear(takeover_id, relayed)

    async def worker_says(self, takeover_id: str, line: Send, message: str | bytes) -> None:
        """Pass a picture or a word on to the viewer.

        Raises:
            BadMessageError: a picture that is none.
        """
        relayed = self.takeovers.get(takeover_id)
        if relayed is None or relayed.line is not line:
            return
        if isinstance(message, bytes):
            picture_number(message)
            if relayed.viewer is not None and not relayed.is_dark:
                await relayed.viewer.send(message)
            return
        told: dict[str, Any] = json.loads(message)
        if told["type"] == "wheel":
            relayed.token, relayed.driver = int(told["token"]), told["person"] if told["holder"] == "person" else None
        if told["type"] == "curtain":
            relayed.is_dark = bool(told["dark"])
        if told["type"] in _KEPT:
            relayed.told[told["type"]] = message
        if relayed.viewer is not None:
            await relayed.viewer.send(message)

    async def viewer_comes(self, takeover_id: str, viewer: Viewer) -> None:
        """A person's window is there; an older one is told that it counts no more."""
        relayed = self.takeovers.setdefault(takeover_id, RelayedTakeover())
        before, relayed.viewer = relayed.viewer, viewer
        if before is not None:
            await before.send(said("replaced"))
        if relayed.line is None:
            await viewer.send(said("away"))
            return
        for message in relayed.told.values():
            await viewer.send(message)
        await relayed.line(said("here", person=viewer.person))

    async def viewer_goes(self, takeover_id: str, viewer: Viewer) -> None:
        """The window is closed or its line lost."""
        relayed = self.takeovers.get(takeover_id)
        if relayed is None or relayed.viewer is not viewer:
            return
        relayed.viewer = None
        if relayed.line is not None:
            await relayed.line(said("gone", person=viewer.person))
        self._clear(takeover_id, relayed)

    async def viewer_says(self, takeover_id: str, viewer: Viewer, text: str | bytes) -> bool:
        """Let an event through if it holds the wheel.

        Else refuse and count it, and never keep it for later.

        Raises:
            BadMessageError: it is none of the messages.
        """
        message = parse(text)
        relayed = self.takeovers.get(takeover_id)
        if relayed is None or relayed.line is None or relayed.viewer is not viewer:
            return self._refused(relayed)
        if isinstance(message, Seen | Look):
            await relayed.line(message.model_dump_json())
            return True
        has_wheel = is_act(message) and relayed.driver == viewer.person and relayed.token == message.token
        leaves = isinstance(message, GiveUp) and relayed.driver in (
            None,
            viewer.person,
        )  # the worker knows whose page it is
        if not leaves and (not has_wheel or relayed.is_dark):
            await viewer.send(said("refused", why="the wheel is not yours now"))
            return self._refused(relayed)
        relayed.passed += 1
        raw = text.decode() if isinstance(text, bytes) else text
        await relayed.line(said("act", person=viewer.person, message=raw))
        return True

    def _refused(self, relayed: RelayedTakeover | None) -> bool:
        if relayed is not None:
            relayed.refused += 1
        return False

    def _clear(self, takeover_id: str, relayed: RelayedTakeover) -> None:
        if relayed.line is None and relayed.viewer is None:
            self.takeovers.pop(takeover_id, None)
