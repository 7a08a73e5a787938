"""Recording a visit: every exchange and the page at every step.

Kept in memory until it is written or dropped.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Request, Response

from flows.recording.bodies import KeptBodies
from flows.recording.exchange import Captured, answered, asked_for, read_body, read_headers, tell_failure
from flows.recording.files import RecordingParts, write_recording
from flows.recording.visit import RecordedVisit
from flows.visit.visit import Visit

_REDIRECTS = range(300, 400)
_LARGEST = 64 * 1024 * 1024  # bytes of bodies kept for a visit that is recorded for its own sake
_LARGEST_ASIDE = 24 * 1024 * 1024  # and for one that is recorded in case it fails
_PATIENCE = 2.0  # seconds, once for bodies and once for headers that have not come yet
_STATIC = ("script", "stylesheet")


@asynccontextmanager
async def recording_visit(
    visit: Visit, *, now: Callable[[], datetime], patient: bool = False, kind: type[RecordedVisit] = RecordedVisit
) -> AsyncIterator[Recorder]:
    """Record a visit from here on.

    Run the flow with `recorder.visit`; nothing is written unless `recorder.save` is awaited.

    Each answer is paused for the moment it takes to read it, so that no body is lost. `patient` also waits until each
    page stands still, so that the same visit always gives the same recording. `kind`: a recorded visit that does
    something more.
    """
    recorder = Recorder(visit=kind.over(visit, patient=patient), now=now, recorded_at=now())
    recorder.session = await visit.storage_state()
    await recorder.kept.watch(visit.context, visit.page)
    with _listening(recorder):
        try:
            yield recorder
        finally:
            await recorder.stop()


@asynccontextmanager
async def recording_aside(
    visit: Visit, *, now: Callable[[], datetime], session: Mapping[str, Any] | None
) -> AsyncIterator[Recorder]:
    """Record a visit in case it fails.

    Only listen, pause nothing, ask the browser for little while all goes well.

    `session` is the storage state the visit was opened with. A body is lost if its page was left before it could be
    read.
    """
    recorder = Recorder(visit=RecordedVisit.over(visit, aside=True), now=now, recorded_at=now(), largest=_LARGEST_ASIDE)
    recorder.session = dict(session or {"cookies": [], "origins": []})
    with _listening(recorder):
        try:
            yield recorder
        finally:
            await recorder.let_go()


@contextmanager
def _listening(recorder: Recorder) -> Iterator[None]:
    context = recorder.visit.context
    listeners: dict[
        Any, Callable[[Any], None]
    ] = {  # plain functions: the library keeps notes on its listeners, which slots forbid
        "request": lambda request: recorder.on_request(request),
        "response": lambda response: recorder.on_response(response),
        "requestfailed": lambda request: recorder.on_failed(request),
    }
    for event, listener in listeners.items():
        context.on(event, listener)
    try:
        yield
    finally:
        for event, listener in listeners.items():
            context.remove_listener(event, listener)


@dataclass(slots=True, kw_only=True)
class Recorder:
    """What one visit exchanged and looked like so far."""

    visit: RecordedVisit
    now: Callable[[], datetime]
    recorded_at: datetime
    largest: int = _LARGEST
    session: dict[str, Any] = field(default_factory=dict)
    exchanges: list[Captured] = field(default_factory=list)
    kept: KeptBodies = field(default_factory=KeptBodies)
    _by_request: dict[Request, Captured] = field(default_factory=dict)
    _answers: list[tuple[Captured, Response]] = field(default_factory=list)
    _bodies: list[asyncio.Task[None]] = field(default_factory=list)
    _kept_bytes: int = 0
    _seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    _stopped: bool = False

    def on_request(self, request: Request) -> None:
        """Note a request in the order it was sent.

        The site's own measurements are no part of a visit.
        """
        if request.url.startswith("https:") and not self._stopped and not self._is_measurement(request):
            self._by_request[request] = captured = asked_for(request)
            self.exchanges.append(captured)

    def _is_measurement(self, request: Request) -> bool:
        return self.visit.guard.policy.is_telemetry(urlsplit(request.url).hostname or "")

    def on_response(self, response: Response) -> None:
        """Note an answer, and fetch its body at once: the browser drops it soon."""
        captured = self._by_request.get(response.request)
        if captured is None or self._stopped:
            return
        answered(captured, response)
        captured.received_at = self.now()
        self._answers.append((captured, response))
        key = (captured.method, captured.address)
        place = self._seen[key]
        self._seen[key] += response.status not in _REDIRECTS
        if captured.has_body and not (captured.kind in _STATIC and place):  # the same script comes the same again
            self._bodies.append(asyncio.create_task(self._read_body(captured, response, place)))

    def on_failed(self, request: Request) -> None:
        """Note that a request got no answer, and why."""
        if (captured := self._by_request.get(request)) is not None:
            tell_failure(captured, request)

    async def stop(self) -> None:
        """Record nothing from here on.

        Wait for what is being fetched, then ask for what the browser still knows.
        """
        if self._stopped:
            return
        self._stopped = True
        within = 0.0 if self.visit.page.is_closed() else _PATIENCE
        await self.visit.kept(within=within)
        await _within(within, self._bodies)
        answers = {id(captured): response for captured, response in self._answers}
        asked = [(captured, request, answers.get(id(captured))) for request, captured in self._by_request.items()]
        await _within(within, [asyncio.create_task(read_headers(*one)) for one in asked])
        self._by_request, self._answers, self._bodies = {}, [], []
        _recover(self.exchanges)
        await self.kept.close()

    async def let_go(self) -> None:
        """Drop the recording, without asking the browser for anything more."""
        self._stopped = True
        await self.visit.drop()
        await _within(0, self._bodies)

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
        """Write the recording, scrubbed, as a directory of files, whole or not at all.

        Mode 0700, files 0600.

        `inputs` is what the flow was called with, secrets in clear: they are replaced like everywhere else, and the
        replay calls the flow with the placeholders. `outcome` is what the flow returned or raised. `volatile` are the
        rules of `find_volatile`, if the visit was recorded twice.

        Raises:
            FileExistsError: there is something in the directory already.
        """
        await self.stop()
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

    async def _read_body(self, captured: Captured, response: Response, place: int) -> None:
        await read_body(captured, response)
        if captured.lost and (body := self.kept.body(captured.method, captured.address, place)) is not None:
            captured.body, captured.lost = body, ""
        if self._kept_bytes + len(captured.body) > self.largest:
            captured.body, captured.lost = b"", "the visit's bodies were larger than a recording holds"
        self._kept_bytes += len(captured.body)

    def _browser(self) -> str:
        browser = self.visit.context.browser
        return f"{browser.browser_type.name} {browser.version}" if browser else "unknown"


async def _within(seconds: float, tasks: Sequence[asyncio.Task[None]]) -> None:
    """Wait for tasks, not longer than this.

    A page may hang, and one that is closed answers nothing.
    """
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _recover(exchanges: Sequence[Captured]) -> None:
    """Take an unread script for the same script.

    A script whose body was not read, because it was read before or because its page was left, is the same script
    another time.
    """
    known = {
        captured.url: captured
        for captured in exchanges
        if captured.method == "GET" and captured.body and captured.kind != "document"
    }
    for captured in exchanges:
        if not captured.body and captured.has_body and captured.kind in _STATIC and (same := known.get(captured.url)):
            captured.body, captured.lost = same.body, ""
