"""Recording a visit: every exchange, hop by hop, and the page at every step, kept in memory until somebody wants it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Error, Request, Response

from flows.recognise import Recognition
from flows.recording_exchange import Captured, capture_request, capture_response
from flows.recording_files import RecordingParts, Snapshot, write_recording
from flows.visit import Visit

_LARGEST = 64 * 1024 * 1024  # bytes of bodies held for one visit


@asynccontextmanager
async def recording(visit: Visit, *, now: Callable[[], datetime]) -> AsyncIterator[Recorder]:
    """Record a visit from here on. Run the flow with `recorder.visit`; nothing is written unless `recorder.save` is awaited."""
    recorder = Recorder(visit=_RecordedVisit.over(visit), now=now, recorded_at=now())
    try:
        recorder.session = dict(await visit.context.storage_state())
        visit.context.on("request", recorder.on_request)
        visit.context.on("response", recorder.on_response)
        yield recorder
    finally:
        visit.context.remove_listener("request", recorder.on_request)
        visit.context.remove_listener("response", recorder.on_response)
        await recorder.stop()


@dataclass(slots=True)
class _RecordedVisit(Visit):
    """The visit itself, keeping the page whenever another screen is recognised."""

    snapshots: list[Snapshot] = field(default_factory=list)

    @classmethod
    def over(cls, visit: Visit) -> _RecordedVisit:
        """Take over a visit: same context, page, guard and story."""
        return cls(**{one.name: getattr(visit, one.name) for one in fields(Visit) if one.init})

    async def recognise(self) -> Recognition:
        """Recognise the page, and keep it if the last one kept looks different."""
        seen = await Visit.recognise(self)
        last = self.snapshots[-1] if self.snapshots else None
        if last is None or (last.screen, last.document, last.alert) != (seen.screen, seen.document, seen.alert or ""):
            html = await self._html()
            self.snapshots.append(Snapshot(screen=seen.screen, document=seen.document, alert=seen.alert or "", url=seen.url, html=html))
        return seen

    async def _html(self) -> str:
        try:
            return await self.page.content()
        except Error:  # it went on to the next page meanwhile; that one is kept when it is recognised
            return ""


@dataclass(slots=True, kw_only=True)
class Recorder:
    """What one visit exchanged and looked like so far."""

    visit: _RecordedVisit
    now: Callable[[], datetime]
    recorded_at: datetime
    session: dict[str, Any] = field(default_factory=dict)
    exchanges: list[Captured] = field(default_factory=list)
    _by_request: dict[Request, asyncio.Task[Captured]] = field(default_factory=dict)
    _order: list[Request] = field(default_factory=list)
    _answers: list[asyncio.Task[None]] = field(default_factory=list)
    _held: int = 0

    def on_request(self, request: Request) -> None:
        """Note a request in the order it was sent."""
        if request.url.startswith("https:"):
            self._order.append(request)
            self._by_request[request] = asyncio.create_task(capture_request(request))

    def on_response(self, response: Response) -> None:
        """Fetch an answer's body at once: the browser drops it soon."""
        if response.request in self._by_request:
            self._answers.append(asyncio.create_task(self._answer(response)))

    async def stop(self) -> None:
        """Wait for what is still being fetched, and put the exchanges in order."""
        if self.visit.page.is_closed():
            for task in (*self._by_request.values(), *self._answers):
                task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)
        done = await asyncio.gather(*(self._by_request[request] for request in self._order), return_exceptions=True)
        self.exchanges = [one for one in done if isinstance(one, Captured)]
        self._by_request, self._order, self._answers = {}, [], []

    async def save(
        self,
        directory: Path,
        *,
        flow: str,
        inputs: Mapping[str, Any],
        outcome: Mapping[str, Any],
        mail: bytes | None = None,
        version: str = "",
    ) -> Path:
        """Write the recording, scrubbed, as a directory of readable files (mode 0700, files 0600). Call it after the visit has ended.

        `inputs` is what the flow was called with, secrets in clear: they are replaced like everywhere else, and the replay calls the
        flow with the placeholders. `outcome` is what the flow returned or raised.
        """
        parts = RecordingParts(
            flow=flow,
            recorded_at=self.recorded_at,
            browser=self._browser(),
            inputs=inputs,
            outcome=outcome,
            story=tuple(self.visit.story),
            snapshots=tuple(self.visit.snapshots),
            exchanges=tuple(self.exchanges),
            session=self.session,
            mail=mail,
            version=version,
        )
        return await asyncio.to_thread(write_recording, directory, parts, self.visit.redactor, self.visit.catalogue)

    async def _answer(self, response: Response) -> None:
        received_at = self.now()
        captured = await self._by_request[response.request]
        captured.received_at = received_at
        await capture_response(captured, response)
        if self._held + len(captured.body) > _LARGEST:
            captured.body, captured.lost = b"", "the visit's bodies were larger than a recording holds"
        self._held += len(captured.body)

    def _browser(self) -> str:
        browser = self.visit.context.browser
        return f"{browser.browser_type.name} {browser.version}" if browser else "unknown"
