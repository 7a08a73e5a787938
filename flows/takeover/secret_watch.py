"""What a page showed for a moment only, between two looks at it.

Told by a script in a world of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import CDPSession

from flows.browser.page_errors import unless_gone
from flows.browser.scripts import source

_WORLD = "sc-watch"
_DRAWN_WITHIN = 3.0  # seconds; then the view stays dark until the next look
_LONG = 8  # characters that do not stand on a page by chance, also when each comes in an element of its own


@dataclass(slots=True, kw_only=True)
class SecretWatch:
    """Watches every frame of a page from `start` on.

    The page's own scripts neither see nor reach it.
    """

    session: CDPSession
    _contexts: dict[int, str] = field(default_factory=dict)  # the frame of each
    _filled: set[int] = field(default_factory=set)  # those where a field for secrets had a value
    _followed: set[int] = field(default_factory=set)  # closed shadow roots, by the browser's number
    _is_lost: bool = False  # a part of the page could not be asked

    @property
    def was_filled(self) -> bool:
        """Whether a field for secrets had a value in a document that is still shown."""
        return bool(self._filled)

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
            if told["filled"]:
                self._filled.add(context)
            shown = shown or told["dark"] or _holds(told["texts"], wanted)
        return shown

    async def drawn_anew(self) -> bool:
        """Wait until the browser has drawn the page as it is now; False where it does not.

        What it shows lags behind the document, on a busy machine by more than a moment.
        """
        asked = {"expression": "sc_drawn().then(() => true)", "awaitPromise": True, "returnByValue": True}
        with unless_gone(), suppress(TimeoutError):
            async with asyncio.timeout(_DRAWN_WITHIN):
                tree = await self.session.send("Page.getFrameTree")
                page = tree["frameTree"]["frame"]["id"]  # a frame of it that is hidden is never drawn
                for context in [each for each, frame in self._contexts.items() if frame == page]:
                    answer = await self.session.send("Runtime.evaluate", {**asked, "contextId": context})
                    return answer["result"].get("value") is True
        return False

    async def follow(self, closed: Iterable[int]) -> None:
        """Watch closed shadow roots too, by the browser's numbers of their nodes.

        What one showed before it was followed is not known.
        """
        for node in closed:
            if node in self._followed:
                continue
            self._followed.add(node)
            self._is_lost = True
            for context in sorted(self._contexts):
                with unless_gone():  # it belongs to another document
                    await self._follow(node, context)
                    break

    async def _follow(self, node: int, context: int) -> None:
        found = await self.session.send("DOM.resolveNode", {"backendNodeId": node, "executionContextId": context})
        asked = {
            "functionDeclaration": "function () { sc_watch(this.getRootNode()); }",
            "objectId": found["object"]["objectId"],
        }
        await self.session.send("Runtime.callFunctionOn", asked)

    async def _taken(self, context: int) -> dict[str, Any] | None:
        with unless_gone():  # its document is gone
            asked = {"expression": "sc_taken()", "contextId": context, "returnByValue": True}
            answer = await self.session.send("Runtime.evaluate", asked)
            told = answer["result"].get("value")
            return told if isinstance(told, dict) else None
        return None

    def _came(self, context: dict[str, Any]) -> None:
        if context["name"] == _WORLD:
            self._contexts[context["id"]] = context["auxData"]["frameId"]

    def _went(self, context: int) -> None:
        if context in self._contexts:
            self._is_lost = True
        self._contexts.pop(context, None)
        self._filled.discard(context)

    def _all_went(self) -> None:
        self._is_lost = self._is_lost or bool(self._contexts)
        self._contexts.clear()
        self._filled.clear()


def _holds(texts: list[str], secrets: Iterable[str]) -> bool:
    drawn = "".join("".join(text.split()) for text in texts)
    return any(
        any(secret in text for text in texts) or (len(secret) >= _LONG and secret in drawn) for secret in secrets
    )
