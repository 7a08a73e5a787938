"""The server itself: it rests while nobody asks, and its answers say when they were given."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any

import pytest

from agent.settings.model import Settings
from agent.web import server
from tests.support.web.web_server import WebServer

_WINDOW = 1.0  # seconds; a server that looks whether it is to end does so in each
_TRIES = 10  # windows: what runs beside it looks each five seconds


async def test_a_server_that_nobody_asks_sets_no_timer(served: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    set_timer, seen = loop.call_at, list[object]()

    def call_at(when: float, callback: Any, *arguments: Any, **more: Any) -> asyncio.TimerHandle:
        seen.append(callback)
        return set_timer(when, callback, *arguments, **more)

    monkeypatch.setattr(loop, "call_at", call_at)
    for _ in range(_TRIES):
        seen.clear()
        await asyncio.to_thread(time.sleep, _WINDOW)  # a sleep of the loop's would be a timer
        if not seen:
            break
    assert not seen
    async with served.bare() as client:
        assert (await client.get("/healthz")).status_code == 200


_UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
_GOING_AWAY = b"\x88\x82\x00\x00\x00\x00\x03\xe9"  # a closing message with code 1001, under a mask of zeros


@pytest.mark.parametrize("sent", [0, 8_000_000], ids=["nothing was on its way", "a picture was on its way"])
async def test_a_server_ends_well_while_a_client_closes_its_socket(web_settings: Settings, sent: int) -> None:
    closing = asyncio.Event()

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        if sent:
            await send({"type": "websocket.send", "bytes": bytes(sent)})
        if (await receive())["type"] == "websocket.disconnect":
            closing.set()

    listener = server.bind(web_settings)
    assert listener is not None
    async with server.serve(app, listener, web_settings):
        reader, writer = await asyncio.open_connection(*listener.getsockname()[:2])
        writer.write(_UPGRADE)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(_GOING_AWAY)
        await closing.wait()
    writer.close()


async def test_an_answer_says_when_it_was_given(served: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = [datetime(2031, 5, 1, 10, 0, second, tzinfo=UTC) for second in (0, 1, 1, 9)]
    told = []
    async with served.bare() as client:  # one connection for all
        for moment in moments:
            clock = SimpleNamespace(time=lambda now=moment: now.timestamp() + 0.9)
            monkeypatch.setattr(server, "time", clock)
            answer = await client.get("/healthz")
            told.append(parsedate_to_datetime(answer.headers["date"]))
            assert len(answer.headers.get_list("date")) == 1
    assert told == moments
