"""A proxy on loopback that gives tunnels to the hosts it was told of, all of them to one port of this machine."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection

from fixtures.stand_in.site.background import BackgroundServer


class ConnectProxy(BackgroundServer):
    """Answers CONNECT with 200 and a tunnel, or with 403; a context manager."""

    def __init__(self, *, hosts: Collection[str], port: int) -> None:
        super().__init__()
        self.asked: list[str] = []
        self._hosts = frozenset(hosts)
        self._target = port

    async def _listen(self) -> None:
        await self.listen_tcp(self._serve)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, address = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split()[:2]
        self.asked.append(f"{method} {address}")
        if address.partition(":")[0] not in self._hosts:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_pump(reader, there_writer))
                group.create_task(_pump(there_reader, writer))
        finally:
            there_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
