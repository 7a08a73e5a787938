"""The door every request comes through.

Request-Id, Host, Origin, size, type and time of the body, how many at once.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.observe import events
from agent.web.http.handlers import internal
from agent.web.http.problems import Code, Problem

LONGEST_BODY = 64 * 1024  # bytes
_BODY_WITHIN = 10.0  # seconds
_AT_ONCE = 64  # requests that are worked on; those that wait (long-polls, streams) count apart
_API = "/api/"
_ANY_NAME = frozenset({"/healthz", "/readyz"})  # probes ask by address
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_JSON = re.compile(r"application/(json|merge-patch\+json)\s*(;.*)?", re.IGNORECASE)
_OWN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Door:
    """ASGI middleware around the whole application.

    `hosts`: what the Host header may say, `name:port` or a name alone. `origins`: whose pages may change anything.
    """

    app: ASGIApp
    hosts: Collection[str]
    origins: Collection[str]
    _inside: int = field(default=0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["type"] == "websocket":
            await self._socket(headers, scope, receive, send)
            return
        given = headers.get("request-id", "")
        request_id = given if _OWN_ID.fullmatch(given) else uuid4().hex
        reply = _Reply(send=send, request_id=request_id, is_api=scope["path"].startswith(_API))
        try:
            await self._request(headers, scope, receive, reply)
        except Problem as problem:
            await _answer(problem, scope, receive, reply)
        except Exception as err:  # the supervisor: one request must not end the others
            log.exception(events.WEB_UNEXPECTED, request=request_id, error=type(err).__name__)
            await _answer(internal(), scope, receive, reply)

    async def _socket(self, headers: Headers, scope: Scope, receive: Receive, send: Send) -> None:
        """A socket is opened by our own pages or by a program that has no Origin."""
        if self._is_host(headers) and headers.get("origin", "") in {"", *self.origins}:
            await self.app(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    async def _request(self, headers: Headers, scope: Scope, receive: Receive, reply: _Reply) -> None:
        if not self._is_host(headers) and scope["path"] not in _ANY_NAME:
            raise Problem(400, Code.HOST_REFUSED, "This server has another name; see WEB__PUBLIC_URL.")
        if scope["method"] not in _SAFE and headers.get("origin", "") not in {"", *self.origins}:
            raise Problem(403, Code.ORIGIN_REFUSED, "Pages of another origin may not change anything here.")
        body = await _body(headers, receive)
        if body and scope["path"].startswith(_API) and not _JSON.fullmatch(headers.get("content-type", "")):
            raise Problem(
                415, Code.TYPE_REFUSED, "Expected a body of the type application/json, found another type or none."
            )
        if self._inside >= _AT_ONCE:
            raise Problem(503, Code.BUSY, "Too many requests at once; try again.", headers={"Retry-After": "1"})
        scope.setdefault("state", {}).update(body=body, request_id=reply.request_id, door=self)
        self._inside += 1
        try:
            await self.app(scope, _replayed(body, receive), reply)
        finally:
            self._inside -= 1

    def _is_host(self, headers: Headers) -> bool:
        host = headers.get("host", "").lower()
        return host in self.hosts

    def step_aside(self) -> None:
        """This request only waits from now on."""
        self._inside -= 1

    def step_back(self) -> None:
        """It is at work again."""
        self._inside += 1


@dataclass(slots=True, kw_only=True)
class _Reply:
    """Adds what every answer has, and knows whether one was begun."""

    send: Send
    request_id: str
    is_api: bool
    begun: bool = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            headers["request-id"] = self.request_id
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if self.is_api:
                headers.setdefault("cache-control", "no-store")
        await self.send(message)


async def _answer(problem: Problem, scope: Scope, receive: Receive, reply: _Reply) -> None:
    if not reply.begun:
        await problem.response()(scope, receive, reply)


async def _body(headers: Headers, receive: Receive) -> bytes:
    """The whole body, within its limits of size and time."""
    too_large = Problem(413, Code.TOO_LARGE, f"A body may have {LONGEST_BODY} bytes.", headers={"Connection": "close"})
    length = headers.get("content-length")
    if length is None and "transfer-encoding" not in headers:
        return b""
    if length is not None and (not length.isdigit() or int(length) > LONGEST_BODY):
        raise too_large
    parts, size = [], 0
    try:
        async with asyncio.timeout(_BODY_WITHIN):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return b""
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > LONGEST_BODY:
                    raise too_large
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError as err:
        raise Problem(408, Code.TOO_SLOW, "The body did not arrive in time.", headers={"Connection": "close"}) from err


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body once more, then whatever comes after it."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def own_names(address: str, public_url: str | None) -> tuple[set[str], set[str]]:
    """The Host headers and the origins that are ours.

    Of the address listened on, and of the public URL.
    """
    host, _, port = address.rpartition(":")
    names = {address, f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}"} if _is_local(host) else {address}
    origins = {f"http://{name}" for name in names} | {f"https://{name}" for name in names}
    if public_url:
        split = urlsplit(public_url)
        names |= {split.netloc.lower(), (split.hostname or "").lower()}
        origins.add(f"{split.scheme}://{split.netloc.lower()}")
    return names, origins


def _is_local(host: str) -> bool:
    return host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::]")  # noqa: S104
