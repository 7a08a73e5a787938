"""Recording a visit: every exchange, hop by hop, and the page at every step, kept in memory until somebody wants it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.async_api import Request, Response

from flows.recorded_visit import RecordedVisit
from flows.recording_bodies import KeptBodies
from flows.recording_exchange import Captured, capture_request, capture_response
from flows.recording_files import RecordingParts, write_recording
from flows.visit import Visit

_REDIRECTS = range(300, 400)
_LARGEST = 64 * 1024 * 1024  # bytes of bodies held for one visit


@asynccontextmanager
async def recording(visit: Visit, *, now: Callable[[], datetime], patient: bool = False) -> AsyncIterator[Recorder]:
    """Record a visit from here on. Run the flow with `recorder.visit`; nothing is written unless `recorder.save` is awaited.

    `patient` waits until each page stands still, so that the same visit always gives the same recording.
    """
    recorder = Recorder(visit=RecordedVisit.over(visit, patient=patient), now=now, recorded_at=now())
    recorder.session = dict(await visit.context.storage_state())

    def asked(request: Request) -> None:  # plain functions: the library keeps notes on its listeners, which slots forbid
        recorder.on_request(request)

    def answered(response: Response) -> None:
        recorder.on_response(response)

    await recorder.kept.watch(visit.context, visit.page)
    visit.context.on("request", asked)
    visit.context.on("response", answered)
    try:
        yield recorder
    finally:
        visit.context.remove_listener("request", asked)
        visit.context.remove_listener("response", answered)
        await recorder.stop()
        await recorder.kept.close()


@dataclass(slots=True, kw_only=True)
class Recorder:
    """What one visit exchanged and looked like so far."""

    visit: RecordedVisit
    now: Callable[[], datetime]
    recorded_at: datetime
    session: dict[str, Any] = field(default_factory=dict)
    exchanges: list[Captured] = field(default_factory=list)
    kept: KeptBodies = field(default_factory=KeptBodies)
    _by_request: dict[Request, asyncio.Task[Captured]] = field(default_factory=dict)
    _order: list[Request] = field(default_factory=list)
    _answers: list[asyncio.Task[None]] = field(default_factory=list)
    _held: int = 0
    _seen: Counter[tuple[str, str]] = field(default_factory=Counter)

    def on_request(self, request: Request) -> None:
        """Note a request in the order it was sent."""
        if request.url.startswith("https:"):
            self._order.append(request)
            self._by_request[request] = asyncio.create_task(capture_request(request))

    def on_response(self, response: Response) -> None:
        """Fetch an answer's body at once: the browser drops it soon."""
        if response.request in self._by_request:
            key = (response.request.method, response.url.split("#")[0])
            self._answers.append(asyncio.create_task(self._answer(response, self._seen[key])))
            self._seen[key] += response.status not in _REDIRECTS

    async def stop(self) -> None:
        """Wait for what is still being fetched, and put the exchanges in order."""
        if self.visit.page.is_closed():
            for task in (*self._by_request.values(), *self._answers):
                task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)
        done = await asyncio.gather(*(self._by_request[request] for request in self._order), return_exceptions=True)
        self.exchanges = [one for one in done if isinstance(one, Captured)]
        self._by_request, self._order, self._answers = {}, [], []
        _recover(self.exchanges)

    async def save(
        self,
        directory: Path,
        *,
        flow: str,
        inputs: Mapping[str, Any],
        outcome: Mapping[str, Any],
        mail: bytes | None = None,
        version: str = "",
        volatile: Sequence[str] = (),
    ) -> Path:
        """Write the recording, scrubbed, as a directory of readable files (mode 0700, files 0600). Call it after the visit has ended.

        `inputs` is what the flow was called with, secrets in clear: they are replaced like everywhere else, and the replay calls the
        flow with the placeholders. `outcome` is what the flow returned or raised. `volatile` are the rules of `find_volatile`, if the visit
        was recorded twice.

        Raises:
            FileExistsError: there is something in the directory already.
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
            volatile=volatile,
        )
        return await asyncio.to_thread(write_recording, directory, parts, self.visit.redactor, self.visit.catalogue)

    async def _answer(self, response: Response, place: int) -> None:
        received_at = self.now()
        captured = await self._by_request[response.request]
        captured.received_at = received_at
        await capture_response(captured, response)
        if captured.lost and (body := self.kept.body(captured.method, captured.url.split("#")[0], place)) is not None:
            captured.body, captured.lost = body, ""
        if self._held + len(captured.body) > _LARGEST:
            captured.body, captured.lost = b"", "the visit's bodies were larger than a recording holds"
        self._held += len(captured.body)

    def _browser(self) -> str:
        browser = self.visit.context.browser
        return f"{browser.browser_type.name} {browser.version}" if browser else "unknown"


def _recover(exchanges: Sequence[Captured]) -> None:
    """A script that was lost because its page was left is the same script another time."""
    known = {captured.url: captured for captured in exchanges if captured.method == "GET" and captured.body and captured.kind != "document"}
    for captured in exchanges:
        if captured.lost and captured.kind in ("script", "stylesheet") and (same := known.get(captured.url)):
            captured.body, captured.lost = same.body, ""
