"""Proxies: only the one that a setting names, and never by the environment."""

from __future__ import annotations

import asyncio
import os

import pytest
from pydantic import SecretStr

from flows.browser.network import Proxy, parse_proxy, proxy_problem, without_environment_proxies
from flows.browser.options import BrowserOptions, require_browser, resolver_rules
from flows.errors import BrowserMissingError


def test_a_proxy_is_read_with_its_login_which_is_shown_nowhere() -> None:
    proxy = parse_proxy("http://agent:s%40cret@proxy.example:3128")
    assert proxy.settings() == {"server": "http://proxy.example:3128", "username": "agent", "password": "s@cret"}
    assert "s@cret" not in f"{proxy!r} {BrowserOptions(proxy=proxy)!r}"


@pytest.mark.parametrize(
    "text",
    ["proxy.example:3128", "ftp://proxy.example:21", "http://proxy.example", "http://p:x@h:1/path", "http://[::1"],
)
def test_what_is_no_proxy_is_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="expected scheme") as caught:
        parse_proxy(text)
    assert text not in str(caught.value)


def test_the_proxy_s_own_name_has_an_address_and_no_unlisted_one_has() -> None:
    rules = resolver_rules(BrowserOptions(proxy=parse_proxy("http://proxy.corp.example:3128"))).split(" , ")
    assert rules[0] == "MAP * ~NOTFOUND"
    assert "EXCLUDE proxy.corp.example" in rules


def test_a_browser_through_a_proxy_is_guarded_like_one_elsewhere_and_a_rehearsal_takes_none() -> None:
    proxy = parse_proxy("socks5://proxy.example:1080")
    assert BrowserOptions(proxy=proxy).is_elsewhere
    assert not BrowserOptions(proxy=proxy, host_resolver_rules="MAP * 127.0.0.1:1").is_elsewhere
    with pytest.raises(BrowserMissingError, match="no proxy was expected"):
        require_browser(BrowserOptions(proxy=proxy, endpoint="wss://browser.example/x"))


def test_programs_are_started_without_the_environment_s_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.corp.example:3128")
    monkeypatch.setenv("all_proxy", "socks5://proxy.corp.example:1080")
    with without_environment_proxies():
        assert not {"HTTPS_PROXY", "all_proxy"} & {*os.environ}
    assert os.environ["HTTPS_PROXY"] == "http://proxy.corp.example:3128"


@pytest.mark.parametrize(
    ("answer", "problem"), [("200 OK", None), ("407 Login", "answered 407"), ("", "answered nothing")]
)
async def test_a_proxy_is_asked_for_a_tunnel(answer: str, problem: str | None) -> None:
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(f"HTTP/1.1 {answer}\r\n\r\n".encode() if answer else b"")
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        proxy = Proxy(scheme="http", host="127.0.0.1", port=port, username="agent", password=SecretStr("word"))
        told = await proxy_problem(proxy, host="sellercentral.amazon.com")
    assert heard[0].startswith(b"CONNECT sellercentral.amazon.com:443 ")
    assert b"Proxy-Authorization: Basic " in heard[0]
    assert told is None if problem is None else problem in (told or "")


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ((b"\x05\x00", b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"), None),
        ((b"\x05\x00", b"\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"), "answered error 2"),
        ((b"\x05\xff", b""), "wants a login"),
        ((b"", b""), "cannot be reached"),
    ],
    ids=["lets through", "refuses the host", "wants a login", "hangs up"],
)
async def test_a_proxy_of_the_other_kind_is_asked_for_the_host_by_its_name(
    answers: tuple[bytes, bytes], problem: str | None
) -> None:
    heard: list[bytes] = []
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            heard.append(await reader.read(100))
            writer.write(answer)
            if not answer:
                break
        writer.close()
        await writer.wait_closed()
        ended.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        told = await proxy_problem(parse_proxy(f"socks5://127.0.0.1:{port}"), host="sellercentral.amazon.com")
        await ended.wait()
    assert heard[0] == b"\x05\x01\x00"
    assert told is None if problem is None else problem in (told or "")
    if answers[0] == b"\x05\x00":
        assert heard[1] == b"\x05\x01\x00\x03\x18sellercentral.amazon.com\x01\xbb"


async def test_a_proxy_that_is_not_there_is_one_line(unused_tcp_port: int) -> None:
    told = await proxy_problem(parse_proxy(f"http://127.0.0.1:{unused_tcp_port}"), host="sellercentral.amazon.com")
    assert told is not None
    assert "cannot be reached" in told


def test_a_window_needs_a_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(BrowserMissingError, match="DISPLAY is not set"):
        require_browser(BrowserOptions(headless=False, no_sandbox=True))
