"""A worker's line to the console: dialled out, opened by a ticket of one use.

The only import of websockets.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from agent.settings.model import Settings
from agent.settings.web_address import noted_address
from agent.takeover.protocol import said

PATH = "/takeover-line/"
_OPEN_WITHIN = 5.0  # seconds
_LARGEST = 16 * 1024  # bytes of one message from the console


class LineError(Exception):
    """The console cannot be reached, or has hung up."""


@dataclass(frozen=True, slots=True)
class Line:
    """An open line."""

    _connection: ClientConnection

    async def send(self, message: str | bytes) -> None:
        """Send one message.

        Raises:
            LineError: the line is gone.
        """
        try:
            await self._connection.send(message)
        except WebSocketException as err:
            raise LineError(str(err)) from err

    async def receive(self) -> str:
        """Wait for the next message.

        Raises:
            LineError: the line is gone.
        """
        try:
            return str(await self._connection.recv(decode=True))
        except (WebSocketException, UnicodeDecodeError) as err:
            raise LineError(str(err)) from err


@asynccontextmanager
async def dial(settings: Settings, takeover_id: str, ticket: str) -> AsyncIterator[Line]:
    """Dial the console and show the ticket.

    Raises:
        LineError: it cannot be reached, or refuses.
    """
    url = f"{console_address(settings)}{PATH}{takeover_id}"
    try:
        connection = await connect(
            url,
            ssl=_trust(settings) if url.startswith("wss:") else None,
            proxy=None,
            compression=None,
            open_timeout=_OPEN_WITHIN,
            close_timeout=1,
            max_size=_LARGEST,
            user_agent_header=None,
        )
    except (OSError, WebSocketException, TimeoutError) as err:
        raise LineError(f"{type(err).__name__}: {err}") from err
    try:
        line = Line(connection)
        await line.send(said("ticket", ticket=ticket))
        yield line
    finally:
        await connection.close()


def console_address(settings: Settings) -> str:
    """Where the console is.

    WEB__PUBLIC_URL, else where this data directory's web role listens.
    """
    web = settings.web
    if web.public_url is not None:
        return web.public_url.rstrip("/").replace("http", "ws", 1)
    scheme = "wss" if web.tls_cert_file is not None else "ws"
    return f"{scheme}://{noted_address(settings) or web.address}"


def _trust(settings: Settings) -> ssl.SSLContext:
    """The public authorities, and the web role's own certificate where we hold it."""
    trusted = ssl.create_default_context()
    if settings.web.tls_cert_file is not None:
        trusted.load_verify_locations(settings.web.tls_cert_file)
    return trusted
