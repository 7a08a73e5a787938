"""What the handlers of the web role are given."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from agent.clock import Clock
from agent.observe.redaction import Redaction
from agent.outbox.feed import EventFeed
from agent.settings.model import Settings
from agent.store.api.web_key import WebKey
from agent.store.database.handles import Engine
from agent.store.vault.keys import Vault
from agent.store.vault.sealed_box import public_key
from agent.takeover.relay import Relay
from agent.web.changes import RevisionWatch
from agent.web.http.rates import Rates
from agent.web.looks import Looks
from agent.web.oidc.provider import Provider

MOST_STREAMS = 100  # readers that follow events at once

Page = Callable[[], Awaitable[bytes]]


def _nothing() -> None:
    """Tell no listener."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebParts:
    """One for the application.

    `vault` is None where the web role runs without the vault key.
    """

    settings: Settings
    engine: Engine
    web_key: WebKey
    vault: Vault | None
    redaction: Redaction
    clock: Clock
    rates: Rates
    changes: RevisionWatch
    looks: Looks
    feed: EventFeed
    metrics: Page  # raises SQLAlchemyError when the database is away
    is_ready: Callable[[], bool]
    wake: Callable[[], None] = _nothing  # something is due now
    streams: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_STREAMS))
    provider: Provider | None = None  # where people sign in; None: by addresses of `sc-agent console` alone
    relay: Relay = field(default_factory=Relay)  # of pages that people have taken over
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def sealing_key(self) -> str | None:
        """The vault's public key, for what only a worker may open.

        None where it is not known.
        """
        return self.settings.vault_public_key if self.vault is None else public_key(self.vault)
