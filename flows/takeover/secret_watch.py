"""What a page showed for a moment only, between two looks at it.

Told by a script in a world of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import CDPSession, Error

from flows.browser.scripts import source

_WORLD = "sc-watch"
_LONG = 8  # characters that do not stand on a page by chance, also when each comes in an element of its own


@dataclass(slots=True, kw_only=True)
class SecretWatch:
    """Watches every frame of a page from `start` on.

    The page's own scripts neither see nor reach it.
    """

    session: CDPSession
    _contexts: set[int] = field(default_factory=set)
    _held: set[int] = field(default_factory=set)  # those where a field for secrets held a value
    _is_lost: bool = False  # a document went away before it could be asked

    @property
    def was_held(self) -> bool:
        """Whether a field for secrets held a value in a document that is still shown."""
        return bool(self._held)

    async def start(self) -> None:
        """Begin, in the frames that are there and in those that come."""
        self.session.on("Runtime.executionContextCreated", lambda told: self._came(told["context"]))
        self.session.on("Runtime.executionContextDestroyed", lambda told: self._went(told["executionContextId"]))
        self.session.on("Runtime.executionContextsCleared", lambda _: self._all_went())
        await self.session.send("Page.enable")
        await self.session.send("Runtime.enable")
        await self.session.send(
            "Page.addScriptToEvaluateOnNewDocument",
            {"source": source("watch_secrets"), "worldName": _WORLD, "runImmediately": True},
        )

    async def was_shown(self, secrets: Iterable[str]) -> bool:
        """Whether a secret was shown since the last look.

        True as well where that cannot be told.
        """
        wanted, shown, self._is_lost = tuple(secrets), self._is_lost, False
        for context in sorted(self._contexts):
            told = await self._taken(context)
            if told is None:
                shown = True
                continue
            if told["held"]:
                self._held.add(context)
            shown = shown or told["dark"] or _holds(told["texts"], wanted)
        return shown

    async def _taken(self, context: int) -> dict[str, Any] | None:
        with suppress(Error):  # its document is gone
            asked = {"expression": "sc_taken()", "contextId": context, "returnByValue": True}
            answer = await self.session.send("Runtime.evaluate", asked)
            told = answer["result"].get("value")
            return told if isinstance(told, dict) else None
        return None

    def _came(self, context: dict[str, Any]) -> None:
        if context["name"] == _WORLD:
            self._contexts.add(context["id"])

    def _went(self, context: int) -> None:
        if context in self._contexts:
            self._is_lost = True
        self._contexts.discard(context)
        self._held.discard(context)

    def _all_went(self) -> None:
        self._is_lost = self._is_lost or bool(self._contexts)
        self._contexts.clear()
        self._held.clear()


def _holds(texts: list[str], secrets: Iterable[str]) -> bool:
    drawn = "".join("".join(text.split()) for text in texts)
    return any(
        any(secret in text for text in texts) or (len(secret) >= _LONG and secret in drawn) for secret in secrets
    )
