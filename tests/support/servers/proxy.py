"""A TCP proxy on loopback that stalls, drops, half-closes and splits what passes through."""

from __future__ import annotations

import asyncio
import contextlib
from enum import StrEnum

from fixtures.stand_in.site.background import BackgroundServer

_PIECE = 7  # bytes


class Weather(StrEnum):
    """What happens on the way; it may be changed while connections are open."""

    FAIR = "fair"
    STALLED = "stalled"  # nothing passes, connections stay: a half-open line
    SPLIT = "split"  # what the server sends comes in segments of a few bytes
    REFUSING = "refusing"  # new connections are closed at once, old ones live


class Proxy(BackgroundServer):
    """Passes connections on to a server on loopback; a context manager."""

    def __init__(self, port: int, *, weather: Weather = Weather.FAIR, target: str = "127.0.0.1") -> None:
        super().__init__()
        self.weather = weather
        self.connections = 0
        self._target = (target, port)
        self._writers: set[asyncio.StreamWriter] = set()
        self._fair: asyncio.Event | None = None

    def set(self, weather: Weather) -> None:
        """Change the weather; what was held back by a stall passes when it ends."""
        self.call(self._set(weather))

    def drop(self) -> int:
        """Reset every connection, both ways; return how many there were."""
        return self.call(self._drop())

    def half_close(self) -> None:
        """End the server's side of every connection towards the client, who may still send."""
        self.call(self._half_close())

    async def _listen(self) -> None:
        self._fair = asyncio.Event()
        await self.listen_tcp(self._serve)
        await self._set(self.weather)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.weather is Weather.REFUSING:
            return
        there_reader, there_writer = await asyncio.open_connection(*self._target)
        self._writers.add(writer)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, there_writer, from_server=False))
                group.create_task(self._pump(there_reader, writer, from_server=True))
        finally:
            self._writers.discard(writer)
            there_writer.transport.abort()
            with contextlib.suppress(OSError):
                await there_writer.wait_closed()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, from_server: bool) -> None:
        assert self._fair is not None
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._fair.wait()
                for piece in self._pieces(data, from_server=from_server):
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
            writer.write_eof()

    def _pieces(self, data: bytes, *, from_server: bool) -> list[bytes]:
        if self.weather is Weather.SPLIT and from_server:
            return [data[place : place + _PIECE] for place in range(0, len(data), _PIECE)]
        return [data]

    async def _set(self, weather: Weather) -> None:
        self.weather = weather
        assert self._fair is not None
        if weather is Weather.STALLED:
            self._fair.clear()
        else:
            self._fair.set()

    async def _drop(self) -> int:
        writers = list(self._writers)
        for writer in writers:
            writer.transport.abort()
        return len(writers)

    async def _half_close(self) -> None:
        for writer in self._writers:
            with contextlib.suppress(OSError, RuntimeError):
                writer.write_eof()
