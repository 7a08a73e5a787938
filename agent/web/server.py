"""uvicorn inside the daemon's own loop; signals stay the daemon's.

The only import of uvicorn.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from wsgiref.handlers import format_date_time

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from agent.errors import ConfigurationError
from agent.observe import events
from agent.settings.hints import env_name
from agent.settings.model import Settings

_CONNECTIONS = 512
_KEEP_ALIVE = 15  # seconds
_GRACE = 1  # second for answers that are being written
_LARGEST_MESSAGE = 2_100_000  # bytes of a socket's: a picture of a page
_LONGEST_HEAD = 16 * 1024  # bytes

log = structlog.get_logger(__name__)


class _State(ServerState):
    """What a server's connections share; an answer's Date is made when there is one."""

    def __init__(self, config: uvicorn.Config) -> None:
        self._config = config
        self._second = 0
        super().__init__()

    @property
    def default_headers(self) -> list[tuple[bytes, bytes]]:
        """The headers of every answer."""
        if (second := int(time.time())) != self._second:
            self._second = second
            self._headers = [(b"date", format_date_time(second).encode()), *self._config.encoded_headers]
        return self._headers

    @default_headers.setter
    def default_headers(self, headers: list[tuple[bytes, bytes]]) -> None:
        self._headers = headers


class _SocketProtocol(WebSocketsSansIOProtocol):
    """A socket that may be closed by both ends in one moment."""

    def shutdown(self) -> None:
        """Close it, unless its client is doing so.

        A second closing message is an error of the library, and would end the server before its other connections
        were closed.
        """
        if self.conn.close_sent is None or self.close_sent:
            super().shutdown()
        else:
            self.stop_keepalive()
            self.transport.close()


class _Server(uvicorn.Server):
    """A server that leaves signals alone, and does not wake between requests."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.server_state = _State(config)
        self._ending = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing: the daemon owns SIGTERM and SIGINT."""
        yield

    async def main_loop(self) -> None:
        """Wait for the end; uvicorn's own loop looks ten times a second."""
        await self._ending.wait()

    def end(self) -> None:
        """Begin to stop."""
        self.should_exit = True
        self._ending.set()


def bind(settings: Settings) -> socket.socket | None:
    """Take WEB__ADDRESS.

    None when another program has the default one, which is only warned of.

    Raises:
        ConfigurationError: the address was asked for and cannot be had.
    """
    host, port = settings.web.host_and_port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_CONNECTIONS)
    except OSError as err:
        listener.close()
        if "address" in settings.web.model_fields_set:
            raise ConfigurationError(
                f"{env_name('web', 'address')} {settings.web.address} cannot be listened on ({err.strerror}); "
                "free it, or choose another (port 0 takes any)"
            ) from err
        log.warning(events.WEB_ADDRESS_TAKEN, address=settings.web.address, error=err.strerror)
        return None
    listener.setblocking(False)
    return listener


def address_of(listener: socket.socket) -> str:
    """The address listened on, as `host:port`."""
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@asynccontextmanager
async def serve(app: ASGIApp, listener: socket.socket, settings: Settings) -> AsyncIterator[None]:
    """Serve while the block runs; answers that are being written then get a moment."""
    web = settings.web
    config = uvicorn.Config(
        app,
        lifespan="off",
        http="h11",
        ws=_SocketProtocol,
        ws_max_size=_LARGEST_MESSAGE,
        ws_max_queue=8,
        ws_per_message_deflate=False,  # pictures are small already
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=web.behind_proxy,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
        h11_max_incomplete_event_size=_LONGEST_HEAD,
        ssl_certfile=web.tls_cert_file,
        ssl_keyfile=web.tls_key_file,
    )
    try:
        config.load()
    except OSError as err:  # ssl.SSLError is one
        raise ConfigurationError(
            f"{env_name('web', 'tls_cert_file')} and {env_name('web', 'tls_key_file')} cannot be used ({err.strerror})"
        ) from err
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.end()
        await serving
