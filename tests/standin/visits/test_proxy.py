"""A proxy stands in the way only where a setting put it, and what goes through it is guarded request by request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Error

from flows.browser.launch import BrowserOptions, open_browser
from flows.browser.network import parse_proxy
from flows.errors import ForeignHostError
from flows.visit.open_visit import open_visit
from tests.support.sites.shown_site import shown_rig


@dataclass(slots=True)
class Recorder:
    """Says no to everything, and remembers what it was asked for."""

    port: int = 0
    asked: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split()[1])
        writer.write(b"HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n")
        writer.close()


@pytest.fixture
async def recorder() -> AsyncIterator[Recorder]:
    made = Recorder()
    async with await asyncio.start_server(made.serve, "127.0.0.1", 0) as server:
        made.port = server.sockets[0].getsockname()[1]
        yield made


async def test_a_rehearsal_goes_past_a_proxy_of_the_environment(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{recorder.port}")
    async with shown_rig() as rig:
        ended = await rig.sign_in({})
    assert (ended.outcome, recorder.asked) == ("arrived", [])


async def test_production_without_the_setting_goes_past_it_too(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{recorder.port}")
    options = BrowserOptions(no_sandbox=True)
    async with open_browser(options) as browser, open_visit(browser, options=options) as visit:
        with pytest.raises(Error):
            await visit.page.goto("https://nowhere.example/")
    assert recorder.asked == []


async def test_production_goes_through_the_one_that_is_set_to_listed_hosts_alone(recorder: Recorder) -> None:
    options = BrowserOptions(no_sandbox=True, proxy=parse_proxy(f"http://127.0.0.1:{recorder.port}"))
    async with open_browser(options) as browser:
        async with open_visit(browser, options=options) as visit:
            with pytest.raises(Error):
                await visit.page.goto("https://sellercentral.amazon.com/home")
        async with open_visit(browser, options=options) as visit:
            with pytest.raises(Error):
                await visit.page.goto("https://evil.example/")
            with pytest.raises(ForeignHostError):
                visit.guard.check()
        async with open_visit(browser, options=options) as visit:
            await visit.page.goto("data:text/html,<script src='https://evil.example/x.js'></script><p>x</p>")
    assert {*recorder.asked} == {"sellercentral.amazon.com:443"}
