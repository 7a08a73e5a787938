"""How the browser reaches the network.

A proxy only where a setting names one, a remote end only where no other program can listen.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

if TYPE_CHECKING:  # settings are read by commands that start no browser
    from playwright.async_api import ProxySettings

_ANSWER = 10.0  # seconds a proxy has to answer
_SCHEMES = ("http", "https", "socks5")
_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy", "ws_proxy", "wss_proxy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """The proxy of a production browser.

    Every request is checked one by one then: it could reach any host.
    """

    scheme: str
    host: str
    port: int
    username: str | None = None
    password: SecretStr | None = field(default=None, repr=False)

    @property
    def server(self) -> str:
        """Scheme, host and port, without the login."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    def settings(self) -> ProxySettings:
        """Return what the browser is started with."""
        told: ProxySettings = {"server": self.server}
        if self.username is not None:
            told["username"] = self.username
        if self.password is not None:
            told["password"] = self.password.get_secret_value()
        return told


def parse_proxy(text: str) -> Proxy:
    """Parse scheme://[user:password@]host:port.

    Raises:
        ValueError: it is not one; the message does not repeat it.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or port is None or parts.scheme not in _SCHEMES or parts.path not in ("", "/") or parts.query:
        raise ValueError("expected scheme://[user:password@]host:port with the scheme http, https or socks5")
    password = None if parts.password is None else SecretStr(unquote(parts.password))
    username = None if parts.username is None else unquote(parts.username)
    return Proxy(scheme=parts.scheme, host=host, port=port, username=username, password=password)


async def proxy_problem(proxy: Proxy, *, host: str) -> str | None:
    """Ask the proxy for a tunnel to a host and say in one line what is wrong.

    None where it gives one.
    """
    try:
        async with asyncio.timeout(_ANSWER):
            reader, writer = await asyncio.open_connection(proxy.host, proxy.port, ssl=proxy.scheme == "https" or None)
            try:
                ask = _ask_socks if proxy.scheme == "socks5" else _ask_http
                said = await ask(proxy, host, reader, writer)
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except TimeoutError:
        return f"the proxy {proxy.server} did not answer within {_ANSWER:g} s"
    except (OSError, asyncio.IncompleteReadError) as err:
        reason = getattr(err, "strerror", None) or type(err).__name__
        return f"the proxy {proxy.server} cannot be reached ({reason})"
    return said and f"the proxy {proxy.server} was asked for {host} and answered {said}"


async def _ask_http(proxy: Proxy, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str | None:
    """What it answers; None where the tunnel is there."""
    writer.write(_connect(proxy, host))
    await writer.drain()
    status = (await reader.readline()).decode("latin-1").split()
    code = status[1] if len(status) > 1 else "nothing"
    return None if code == "200" else code


async def _ask_socks(
    _proxy: Proxy, host: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> str | None:
    """As `_ask_http`, without a login: the browser gives none there (RFC 1928)."""
    writer.write(b"\x05\x01\x00")
    if await reader.readexactly(2) != b"\x05\x00":
        return "that it wants a login, which no browser gives to SOCKS"
    name = host.encode("ascii")
    writer.write(b"\x05\x01\x00\x03" + bytes([len(name)]) + name + (443).to_bytes(2, "big"))
    answer = await reader.readexactly(2)
    return None if answer == b"\x05\x00" else f"error {answer[1]}"


def _connect(proxy: Proxy, host: str) -> bytes:
    lines = [f"CONNECT {host}:443 HTTP/1.1", f"Host: {host}:443"]
    if proxy.username is not None:
        login = f"{proxy.username}:{proxy.password.get_secret_value() if proxy.password else ''}"
        lines.append(f"Proxy-Authorization: Basic {b64encode(login.encode()).decode()}")
    return "\r\n".join([*lines, "", ""]).encode()


def is_safe_endpoint(endpoint: str) -> bool:
    """Whether a browser elsewhere is reached under TLS, or on this machine.

    Passwords go through that connection.
    """
    parts = urlsplit(endpoint)
    return parts.scheme in ("https", "wss") or is_loopback(parts.hostname or "")


def environment_proxies() -> list[str]:
    """Return the names of the variables that would give a program a proxy."""
    return sorted(name for name in os.environ if name.lower() in _VARIABLES and os.environ[name])


@contextmanager
def without_environment_proxies() -> Iterator[None]:
    """Start a program without them: what the environment says is meant for others."""
    kept = {name: os.environ.pop(name) for name in environment_proxies()}
    try:
        yield
    finally:
        os.environ.update(kept)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine by its own text.

    Nothing is looked up.
    """
    text = host.strip("[]").lower()
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text == "localhost"
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
