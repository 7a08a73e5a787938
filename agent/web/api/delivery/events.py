"""/events: a list after a number, and a stream (Server-Sent Events)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

from agent.domain.published.event_types import OPERATOR_TYPES, EventType, UnknownEventTypeError, parse_type
from agent.store.api import api_keys
from agent.store.api.api_keys import Scope
from agent.store.database.engine import reading
from agent.store.database.handles import SQLAlchemyError
from agent.store.outbox.read import ForgottenError, list_events
from agent.store.outbox.sequence import last_sequence
from agent.web.api.headers import STREAM, needs
from agent.web.http.calls import Call, parts_of, read
from agent.web.http.problems import Code, Problem, invalid, unknown_type
from agent.web.parts import WebParts

router = APIRouter()

After = Annotated[int | None, Query(ge=0, le=2**53)]
Types = Annotated[str, Query(max_length=2000, description="comma-separated, with or without prefix; all when empty")]
_QUIET = 15.0  # seconds: a comment tells both ends that the other is there


class Events(BaseModel):
    """CloudEvents in the order of their numbers; go on after `last`."""

    events: list[dict[str, Any]]
    last: int


@router.get("/events", response_model=Events, openapi_extra=needs(Scope.EVENTS_READ))
def get_events(
    request: Request, after: After = None, types: Types = "", limit: Annotated[int, Query(ge=1, le=200)] = 100
) -> Response:
    """List what comes after a number.

    410: some of it is forgotten; read all accounts, then go on after `last`.
    """
    with read(request) as call:
        wanted = _types(request, call)
        try:
            page = list_events(call.conn, after=after, types=wanted, limit=limit)
        except ForgottenError as err:
            raise _forgotten(err) from err
    return JSONResponse({"events": page.events, "last": page.last})


@router.get(
    "/events/stream",
    response_class=Response,
    openapi_extra=needs(Scope.EVENTS_READ, also=STREAM),
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream_events(request: Request, after: After = None, types: Types = "") -> Response:
    """Follow events. `id:` is the number.

    A reader that comes back says the last one in `Last-Event-ID`.

    Without a number it begins with what happens from now on.
    """
    parts = parts_of(request)

    def begin() -> tuple[str, int, frozenset[EventType]]:
        with read(request) as call:
            start = _last_event_id(request) if after is None else after
            wanted = _types(request, call)
            start = last_sequence(call.conn) if start is None else start
            try:
                list_events(call.conn, after=start, limit=1)
            except ForgottenError as err:
                raise _forgotten(err) from err
            return call.key.id, start, wanted

    key_id, start, wanted = await run_in_threadpool(begin)
    if parts.streams.locked():
        raise Problem(503, Code.BUSY, "Too many streams are open; try again.", headers={"Retry-After": "5"})
    body = _stream(request, key_id, start, wanted)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(body, media_type="text/event-stream", headers=headers)


async def _stream(request: Request, key_id: str, after: int, types: frozenset[EventType]) -> AsyncIterator[bytes]:
    """Until the role ends, the key does, or the reader goes."""
    parts, door = parts_of(request), request.scope["state"]["door"]
    stop = asyncio.create_task(parts.stopping.wait())
    events = parts.feed.follow(after=after, types=types, quiet=_QUIET)
    door.step_aside()
    try:
        async with parts.streams:
            yield b": follows\n\n"
            while not parts.stopping.is_set():
                coming = asyncio.ensure_future(anext(events))
                await asyncio.wait({coming, stop}, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    coming.cancel()
                    await asyncio.wait({coming})
                    return
                event = coming.result()
                if event is not None:
                    yield _frame(event)
                elif await run_in_threadpool(_is_live, parts, key_id):
                    yield b": still here\n\n"
                else:
                    return
    except (ForgottenError, SQLAlchemyError):
        return  # the reader comes back, and is told then
    finally:
        stop.cancel()
        door.step_back()
        with suppress(RuntimeError):
            await events.aclose()


def _frame(event: dict[str, Any]) -> bytes:
    return f"id: {event['sequence']}\nevent: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()


def _is_live(parts: WebParts, key_id: str) -> bool:
    with reading(parts.engine) as conn:
        key = api_keys.find(conn, key_id)
    return key is not None and key.is_live(parts.clock.now())


def _types(request: Request, call: Call) -> frozenset[EventType]:
    """What is asked for, by one `types` or several, and may be read.

    Some types are for people who run the agent.
    """
    text = ",".join(request.query_params.getlist("types"))
    readable = frozenset(EventType) if call.may(Scope.OPERATOR_READ) else frozenset(EventType) - OPERATOR_TYPES
    try:
        asked = {parse_type(part) for part in text.split(",") if part.strip()}
    except UnknownEventTypeError as err:
        raise unknown_type("/query/types") from err
    if asked - readable:
        call.require(Scope.OPERATOR_READ)
    return frozenset(asked) or readable


def _last_event_id(request: Request) -> int | None:
    text = request.headers.get("last-event-id", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise invalid(
            "Expected in Last-Event-ID the id of an event, found something else.", pointer="/header/Last-Event-ID"
        )
    return int(text)


def _forgotten(err: ForgottenError) -> Problem:
    detail = f"Some of these events are forgotten; read every account's status, then go on after {err.forgotten}."
    return Problem(410, Code.FORGOTTEN, detail)
