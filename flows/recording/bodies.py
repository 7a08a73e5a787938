"""The bodies of answers, read before the browser forgets them.

Each is read while its answer is paused: the browser forgets them when it leaves the page.
"""

from __future__ import annotations

import asyncio
import base64
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import BrowserContext, CDPSession, Page

from flows.browser.page_errors import unless_gone

_PAUSED = ("Document", "XHR", "Fetch")  # scripts and styles can be asked for again
_REDIRECTS = range(300, 400)


@dataclass(slots=True)
class KeptBodies:
    """The bodies of one page's documents and calls, by method and address.

    In the order they came.
    """

    _bodies: dict[tuple[str, str], list[bytes | None]] = field(default_factory=lambda: defaultdict(list))
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _session: CDPSession | None = None

    async def watch(self, context: BrowserContext, page: Page) -> None:
        """Pause every answer for the moment it takes to read it."""
        session = await context.new_cdp_session(page)
        session.on("Fetch.requestPaused", lambda paused: self._own(self._on_paused(session, paused)))
        await session.send(
            "Fetch.enable", {"patterns": [{"resourceType": kind, "requestStage": "Response"} for kind in _PAUSED]}
        )
        self._session = session

    async def close(self) -> None:
        """Let go of the page."""
        if self._session is not None:
            with unless_gone():
                await self._session.detach()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def body(self, method: str, url: str, place: int) -> bytes | None:
        """The body of the n-th answer (from 0) to these; None if it was not read."""
        bodies = self._bodies.get((method, url), [])
        return bodies[place] if place < len(bodies) else None

    def _own(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _on_paused(self, session: CDPSession, paused: dict[str, Any]) -> None:
        request, status = paused["request"], paused.get("responseStatusCode", 0)
        bodies = self._bodies[request["method"], request["url"].split("#")[0]]
        if status not in _REDIRECTS:
            place = len(bodies)
            bodies.append(None)
            with unless_gone():
                answer = await session.send("Fetch.getResponseBody", {"requestId": paused["requestId"]})
                text = answer["body"]
                bodies[place] = base64.b64decode(text) if answer["base64Encoded"] else text.encode()
        with unless_gone():
            await session.send("Fetch.continueRequest", {"requestId": paused["requestId"]})
