"""`/changes`: one stream of events a browser, for all its pages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from agent.store.database.engine import reading
from agent.store.outbox.sequence import last_sequence
from agent.web.console.entry.access import NobodySignedInError, visitor
from agent.web.console.handle import note_seen
from agent.web.parts import WebParts

_QUIET = 15.0  # seconds
_NOTED_EVERY = 30.0


async def changes(request: Request) -> Response:
    """Tell each numbered event's sequence and account, and nothing else of it."""
    parts: WebParts = request.app.state.parts
    try:
        last = await run_in_threadpool(_newest, request, parts)
    except NobodySignedInError:
        return Response(status_code=401)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_told(request, parts, last), media_type="text/event-stream", headers=headers)


def _newest(request: Request, parts: WebParts) -> int:
    with reading(parts.engine) as conn:
        visitor(request, parts, conn)
        return last_sequence(conn)


async def _told(request: Request, parts: WebParts, last: int) -> AsyncIterator[bytes]:
    door = request.scope["state"]["door"]
    door.step_aside()
    noted = parts.clock.elapsed()
    try:
        async for event in parts.feed.follow(after=last, quiet=_QUIET):
            if parts.stopping.is_set() or await request.is_disconnected():
                return
            if parts.clock.elapsed() - noted >= _NOTED_EVERY:
                noted = parts.clock.elapsed()
                await run_in_threadpool(note_seen, parts, request)  # a person with the console open is there
            if event is None:
                yield b": still here\n\n"
            else:
                told = {"sequence": event["sequence"], "account": event["data"].get("account")}
                yield f"data: {json.dumps(told)}\n\n".encode()
    finally:
        door.step_back()
