"""The two lines of a take-over.

A worker's, opened by its ticket, and a person's, by ticket, session and role.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from agent.domain.takeover import TakeoverState
from agent.observe import events
from agent.store.console import people, sessions
from agent.store.console.people import Role
from agent.store.database.engine import writing
from agent.store.people import line_tickets, takeovers
from agent.store.people.line_tickets import LinePurpose
from agent.takeover.protocol import LONGEST, PER_SECOND, BadMessageError
from agent.takeover.relay import Send, Viewer
from agent.web.console.entry.access import cookie_name
from agent.web.http.rates import Rates
from agent.web.parts import WebParts

_TICKET_WITHIN = 5.0  # seconds
_SEND_WITHIN = 10.0
_LOOK_AGAIN = 5.0  # seconds between looks whether the person may still come in
_REFUSED, _GOING = 1008, 1001  # of RFC 6455: policy, going away

log = structlog.get_logger(__name__)


async def worker_line(socket: WebSocket) -> None:
    """Join the worker that keeps a page.

    A browser, which always says where its page is from, is none.
    """
    parts, takeover_id = _parts(socket), str(socket.path_params["takeover"])
    if socket.headers.get("origin") is not None:
        await _refuse(socket, "origin")
        return
    await socket.accept()
    ticket = await _first(socket)
    if ticket is None or not await run_in_threadpool(_spend_line, parts, takeover_id, ticket):
        await _refuse(socket, "ticket")
        return
    send = _sender(socket)
    await parts.relay.worker_comes(takeover_id, send)
    try:
        await _until(parts, _listen_to_worker(parts, socket, takeover_id, send))
    finally:
        await parts.relay.worker_goes(takeover_id, send)
        await _close(socket, _GOING)


async def person_line(socket: WebSocket) -> None:
    """Join the person who has claimed the page."""
    parts, takeover_id = _parts(socket), str(socket.path_params["takeover"])
    if socket.headers.get("origin") is None:  # the door has looked at one that is given
        await _refuse(socket, "origin")
        return
    await socket.accept()
    ticket = await _first(socket)
    secret = socket.cookies.get(cookie_name(parts.settings), "")
    person = None if ticket is None else await run_in_threadpool(_spend_view, parts, takeover_id, ticket, secret)
    if person is None:
        await _refuse(socket, "ticket")
        return
    viewer = Viewer(person=person, send=_sender(socket))
    await parts.relay.viewer_comes(takeover_id, viewer)
    try:
        await _until(
            parts, _listen_to_person(parts, socket, takeover_id, viewer), _while_admitted(parts, secret, person)
        )
    finally:
        await parts.relay.viewer_goes(takeover_id, viewer)
        await _close(socket, _REFUSED)


async def _listen_to_worker(parts: WebParts, socket: WebSocket, takeover_id: str, send: Send) -> None:
    with suppress(WebSocketDisconnect, BadMessageError):
        while True:
            await parts.relay.worker_says(takeover_id, send, await _next(socket))


async def _listen_to_person(parts: WebParts, socket: WebSocket, takeover_id: str, viewer: Viewer) -> None:
    rates = Rates(per_second=PER_SECOND, burst=PER_SECOND, elapsed=parts.clock.elapsed)
    with suppress(WebSocketDisconnect):
        while True:
            message = await _next(socket)
            try:
                if len(message) > LONGEST or rates.take("viewer") is not None:
                    raise BadMessageError("too long, or too many")
                await parts.relay.viewer_says(takeover_id, viewer, message)
            except BadMessageError:
                log.warning(events.TAKEOVER_LINE_REFUSED, takeover=takeover_id, why="message")
                return


async def _while_admitted(parts: WebParts, secret: str, person: str) -> None:
    while await run_in_threadpool(_is_driver, parts, secret, person):
        await parts.clock.sleep(_LOOK_AGAIN)


async def _until(parts: WebParts, *works: Awaitable[None]) -> None:
    """Run until one of them ends, or the server does."""
    tasks = [asyncio.ensure_future(work) for work in (*works, _stopped(parts))]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _stopped(parts: WebParts) -> None:
    await parts.stopping.wait()


async def _first(socket: WebSocket) -> str | None:
    """The ticket of the first message."""
    try:
        async with asyncio.timeout(_TICKET_WITHIN):
            told: Any = json.loads(await _next(socket))
    except (TimeoutError, WebSocketDisconnect, ValueError):
        return None
    ticket = told.get("ticket") if isinstance(told, dict) else None
    return ticket if isinstance(ticket, str) and len(ticket) <= 100 else None


async def _next(socket: WebSocket) -> str | bytes:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code") or _GOING)
    text: str | None = message.get("text")
    return text if text is not None else bytes(message["bytes"])


def _sender(socket: WebSocket) -> Send:
    async def send(message: str | bytes) -> None:
        """Send in time, or not at all: a viewer that does not take it is gone."""
        with suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(_SEND_WITHIN):
                await (socket.send_text(message) if isinstance(message, str) else socket.send_bytes(message))

    return send


async def _refuse(socket: WebSocket, why: str) -> None:
    log.warning(events.TAKEOVER_LINE_REFUSED, why=why)
    await _close(socket, _REFUSED)


async def _close(socket: WebSocket, code: int) -> None:
    with suppress(RuntimeError, WebSocketDisconnect):
        await socket.close(code)


def _parts(socket: WebSocket) -> WebParts:
    parts: WebParts = socket.app.state.parts
    return parts


def _spend_line(parts: WebParts, takeover_id: str, ticket: str) -> bool:
    now = parts.clock.now()
    with writing(parts.engine) as conn:
        spent = line_tickets.spend(conn, takeover_id, LinePurpose.LINE, ticket, now=now)
        found = takeovers.find(conn, takeover_id)
    return spent is not None and found is not None and found.is_open


def _spend_view(parts: WebParts, takeover_id: str, ticket: str, secret: str) -> str | None:
    """Whose line it is.

    The ticket's, the session's and the claim's person have to be one.
    """
    now = parts.clock.now()
    with writing(parts.engine) as conn:
        spent = line_tickets.spend(conn, takeover_id, LinePurpose.VIEW, ticket, now=now)
        session = sessions.find(conn, parts.web_key, secret, now=now) if secret else None
        person = people.find(conn, session.person) if session else None
        found = takeovers.find(conn, takeover_id)
    if spent is None or session is None or person is None or found is None:
        return None
    is_one = spent.session == session.id and spent.person == person.name == found.person
    return person.name if is_one and person.role.holds(Role.DRIVER) and found.state is TakeoverState.CLAIMED else None


def _is_driver(parts: WebParts, secret: str, name: str) -> bool:
    now = parts.clock.now()
    with writing(parts.engine) as conn:
        session = sessions.find(conn, parts.web_key, secret, now=now)
        person = people.find(conn, name)
        if session is None or session.person != name or person is None or not person.role.holds(Role.DRIVER):
            return False
        sessions.seen(conn, session, now=now)
    return True
