"""The web role of one process.

What it is made of, how it is served, and what runs beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass

from anyio.to_thread import current_default_thread_limiter

from agent.clock import Clock
from agent.observe.redaction import Redaction
from agent.outbox.feed import EventFeed
from agent.settings.model import Settings
from agent.store import account_figures
from agent.store.api.web_key import open_web_key
from agent.store.database.engine import reading
from agent.store.database.handles import Engine
from agent.store.vault.keys import Vault
from agent.web.app import web_app
from agent.web.changes import RevisionWatch
from agent.web.http.rates import Rates
from agent.web.looks import Looks
from agent.web.oidc.provider import Provider
from agent.web.parts import Page, WebParts
from agent.web.server import address_of, bind, serve

_THREADS = 8  # calls that work on the database at once: visits have their own
_BURST = 2.0  # seconds of a key's rate


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRole:
    """The parts, wired."""

    parts: WebParts

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        engine: Engine,
        vault: Vault | None,
        redaction: Redaction,
        clock: Clock,
        metrics: Page,
        is_ready: Callable[[], bool],
        wake: Callable[[], None],
    ) -> WebRole:
        """Wire the parts; nothing is listened on yet.

        Raises:
            ConfigurationError: OIDC is set incompletely, or there is no key to derive the role's own keys from.
        """
        rate = settings.web.requests_per_second
        web_key = open_web_key(settings)
        parts = WebParts(
            settings=settings,
            engine=engine,
            web_key=web_key,
            vault=vault,
            redaction=redaction,
            clock=clock,
            rates=Rates(per_second=rate, burst=rate * _BURST, elapsed=clock.elapsed),
            changes=RevisionWatch(revisions=lambda ids: _revisions(engine, ids)),
            looks=Looks(engine=engine, web_key=web_key, clock=clock),
            feed=EventFeed(engine=engine),
            metrics=metrics,
            is_ready=is_ready,
            wake=wake,
            provider=Provider.configured(settings, clock),
        )
        return cls(parts=parts)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str | None]:
        """Listen while the block runs.

        Yields the address, None where the default one is taken.

        Raises:
            ConfigurationError: the address that was asked for, or the certificate, cannot be used.
        """
        listener = bind(self.parts.settings)
        if listener is None:
            yield None
            return
        current_default_thread_limiter().total_tokens = _THREADS
        address = address_of(listener)
        async with serve(web_app(self.parts, address=address), listener, self.parts.settings):
            try:
                yield address
            finally:
                self.parts.stopping.set()  # long-polls and streams end, so that the server can

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """What runs beside the server, while the block does."""
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.run())
            try:
                yield
            finally:
                task.cancel()

    async def run(self) -> None:
        """What runs beside the server, for ever."""
        with self.parts.feed.running(), closing(self.parts.looks):
            await self.parts.changes.run()


def _revisions(engine: Engine, ids: Collection[str]) -> dict[str, int]:
    with reading(engine) as conn:
        return account_figures.revisions_of(conn, ids)
