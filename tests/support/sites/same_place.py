"""Sites of a process at one address with one key: a browser that was started for one reaches the next."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import cache
from typing import Any

from aiohttp import web

from fixtures.player.server import Player
from fixtures.stand_in.site.certificate import Identity, make_identity
from fixtures.stand_in.site.places import ALL_HOSTS
from fixtures.stand_in.site.server import SiteServer, end

__all__ = ["SamePlayer", "SameSite", "end", "listen_there", "same_identity"]

_PORTS = 4  # of a kind of site; several may run at once
_used: dict[str, list[int]] = {}


class SameSite(SiteServer):
    """A stand-in's site where one was, unless somebody listens there."""

    async def start(self) -> None:
        """Listen."""
        self.identity = same_identity()
        for self.port in _candidates("stand-in"):
            try:
                await super().start()
            except OSError:
                await self.stop()
                continue
            return _remember("stand-in", self.port)


class SamePlayer(Player):
    """A player where one was, unless somebody listens there."""

    async def __aenter__(self) -> Player:
        self._identity, context = same_identity(), same_identity().context
        for port in _candidates("player"):
            try:
                self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, ssl=context, limit=1 << 20)
            except OSError:
                continue
            _remember("player", self.port)
            break
        return self


async def listen_there(runner: web.BaseRunner) -> int:
    """Listen where another site of the tests did, unless somebody does; the port."""
    for port in _candidates("other"):
        site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=same_identity().context)
        try:
            await site.start()
        except OSError:
            await site.stop()
            continue
        break
    addresses: list[Any] = runner.addresses
    _remember("other", port := int(addresses[0][1]))
    return port


def _candidates(kind: str) -> Iterator[int]:
    yield from _used.get(kind, ())
    yield 0  # any free one


def _remember(kind: str, port: int) -> None:
    ports = _used.setdefault(kind, [])
    if port not in ports:
        _used[kind] = [*ports, port][-_PORTS:]


@cache
def same_identity() -> Identity:
    """The key of this process's sites; browsers are told its pin, and look at nothing else of a certificate."""
    return make_identity(ALL_HOSTS)
