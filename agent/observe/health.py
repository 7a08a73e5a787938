"""The small HTTP server for monitoring.

/healthz, /readyz, /metrics.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from agent.errors import ConfigurationError

_READ_WITHIN = 5.0
_LONGEST_LINE = 4096
_REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}

Answer = tuple[int, str, bytes]  # status, content type, body
Routes = Mapping[str, Callable[[], Awaitable[Answer]]]


@asynccontextmanager
async def serve_health(address: str | None, routes: Routes) -> AsyncIterator[str | None]:
    """Listen while the block runs.

    Yields the address listened on, None when there is none to listen on.

    Raises:
        ConfigurationError: the address is malformed or taken.
    """
    if address is None:
        yield None
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        raise ConfigurationError("OBSERVE__HTTP_ADDRESS: expected address:port, for example 127.0.0.1:9464")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _answer(reader, writer, routes)

    try:
        server = await asyncio.start_server(answer, host.strip("[]"), int(port), limit=_LONGEST_LINE)
    except OSError as err:
        raise ConfigurationError(f"OBSERVE__HTTP_ADDRESS {address} cannot be listened on ({err.strerror})") from err
    async with server:
        name = server.sockets[0].getsockname()
        yield f"{name[0]}:{name[1]}"


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, routes: Routes) -> None:
    try:
        async with asyncio.timeout(_READ_WITHIN):
            method, _, rest = (await reader.readline()).decode("latin-1").partition(" ")
            while (await reader.readline()).strip():
                pass
        status, kind, body = await _route(method, rest.split(" ")[0].split("?")[0], routes)
        head = (
            f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
            "Connection: close\r\n\r\n"
        )
        writer.write(head.encode() + (b"" if method == "HEAD" else body))
        await writer.drain()
    except (TimeoutError, OSError, ValueError):
        pass  # a client that went away is no news
    finally:
        writer.close()


async def _route(method: str, path: str, routes: Routes) -> Answer:
    if method not in ("GET", "HEAD"):
        return 405, "text/plain", b"only GET\n"
    if path not in routes:
        return 404, "text/plain", b"expected /healthz, /readyz or /metrics\n"
    return await routes[path]()
