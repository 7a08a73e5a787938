"""A receiver of webhooks on loopback.

Keeps what it got, and answers as it is told.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.support.servers.certificates import ServerCertificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request as it came."""

    headers: Mapping[str, str]
    body: bytes
    event: dict[str, Any]

    @property
    def id(self) -> str:
        """The event's id by the header."""
        return self.headers["webhook-id"]


Answering = Callable[[Received], web.StreamResponse | int | Awaitable[web.StreamResponse | int]]


@dataclass(slots=True)
class Receiver:
    """A running receiver; `answering` says what each request is answered with."""

    url: str = ""
    answering: Answering = lambda _received: 204
    received: list[Received] = field(default_factory=list)
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def taken(self) -> list[dict[str, Any]]:
        """The events that came, pings left out, in order."""
        return [each.event for each in self.received if not each.event["type"].endswith("ping.v1")]

    async def wait_for(self, count: int) -> None:
        """Wait until so many requests came, pings included."""
        async with asyncio.timeout(60), self._came:
            await self._came.wait_for(lambda: len(self.received) >= count)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Keep it and answer."""
        body = await request.read()
        received = Received(
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            event=json.loads(body),
        )
        async with self._came:
            self.received.append(received)
            self._came.notify_all()
        answer = self.answering(received)
        if isinstance(answer, Awaitable):
            answer = await answer
        return web.Response(status=answer) if isinstance(answer, int) else answer


@asynccontextmanager
async def receiving(
    answering: Answering | None = None, *, certificate: ServerCertificate | None = None
) -> AsyncIterator[Receiver]:
    """A receiver on a free port of loopback, over TLS where it has a certificate."""
    receiver = Receiver()
    if answering is not None:
        receiver.answering = answering
    app = web.Application(client_max_size=2**20)
    app.router.add_post("/{path:.*}", receiver.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    tls = None
    if certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(certificate.certificate_file, certificate.key_file)
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    port = runner.addresses[0][1]
    receiver.url = f"https://receiver.example:{port}/hooks" if tls else f"http://127.0.0.1:{port}/hooks"
    try:
        yield receiver
    finally:
        await runner.cleanup()
