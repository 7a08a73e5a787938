"""A proxy stands in the way only where a setting put it, and what goes through it is guarded request by request."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Error
from pydantic import SecretStr

from agent.cli.operation.doctor.health import Health
from agent.cli.operation.doctor.machine import see_browser
from agent.settings.groups.visits import BrowserSettings
from agent.settings.model import Settings
from flows.browser.launch import BrowserOptions, open_browser, process_of
from flows.browser.network import parse_proxy
from flows.errors import ForeignHostError
from flows.visit.open_visit import open_visit
from tests.support.servers.connect_proxy import ConnectProxy
from tests.support.servers.proxy import Proxy, Weather
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
    await goes_straight()
    assert recorder.asked == []


async def goes_straight() -> None:
    """A production without a proxy, in a page that no guard of ours watches."""
    async with open_browser(BrowserOptions(no_sandbox=True)) as browser:
        page = await browser.new_page()
        with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):  # of a proxy it would be another error
            await page.goto("https://nowhere.example/")


@pytest.fixture
def desktop(recorder: Recorder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A desktop whose settings name a proxy, which the browser would take by itself."""
    folder = tmp_path / "share" / "config"
    folder.mkdir(parents=True)
    named = "".join(f"{kind}Proxy=http://127.0.0.1 {recorder.port}\n" for kind in ("http", "https", "socks"))
    (folder / "kioslaverc").write_text(f"[Proxy Settings]\nProxyType=1\n{named}")
    for name, value in {"KDEHOME": str(tmp_path), "XDG_CURRENT_DESKTOP": "KDE", "KDE_SESSION_VERSION": "5"}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("desktop")
async def test_a_proxy_of_the_desktop_is_not_taken(recorder: Recorder) -> None:
    async with shown_rig() as rig:
        ended = await rig.sign_in({})
    assert (ended.outcome, recorder.asked) == ("arrived", []), ended.error
    await goes_straight()
    assert recorder.asked == []


def arguments_of(process: int | None) -> set[str]:
    return {*Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8").split("\0")}


async def test_each_kind_of_browser_is_told_in_its_own_way_to_take_none() -> None:
    """A whole browser by the first, the headless shell by the second; only one of them is on this machine."""
    async with open_browser(BrowserOptions(no_sandbox=True)) as browser:
        told = arguments_of(process_of(browser))
    assert {"--no-proxy-server", "--no-system-proxy-config-service"} <= told


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


SITE = "sellercentral.amazon.com"


def seen_through(port: int) -> tuple[Health, str]:
    """What the doctor says of a production that goes through a proxy."""
    named = SecretStr(f"http://127.0.0.1:{port}")
    return see_browser(Settings(browser=BrowserSettings(proxy=named, no_sandbox=True)))


def test_the_doctor_tries_the_proxy_that_is_set() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as site,
        ConnectProxy(hosts=[SITE], port=site.getsockname()[1]) as tunnels,
        Proxy(tunnels.port) as line,
    ):
        health, told = seen_through(line.port)
        assert health is Health.OK
        assert told.endswith(f"through http://127.0.0.1:{line.port})")
        assert tunnels.asked == [f"CONNECT {SITE}:443"]
        line.set(Weather.REFUSING)
        health, told = seen_through(line.port)
        assert (health, "SC_AGENT_BROWSER__PROXY" in told) == (Health.FAIL, True)
        line.close()
        health, told = seen_through(line.port)
        assert (health, "cannot be reached" in told) == (Health.FAIL, True)
    assert tunnels.asked == [f"CONNECT {SITE}:443"]


def test_the_doctor_tells_that_the_proxy_lets_nobody_through_to_the_site() -> None:
    with ConnectProxy(hosts=["example.org"], port=0) as tunnels:
        health, told = seen_through(tunnels.port)
    assert health is Health.FAIL
    assert f"was asked for {SITE} and answered 403; correct SC_AGENT_BROWSER__PROXY" in told
