"""The web role of a test: the real application, served on loopback by the real server, and clients with keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
from sqlalchemy.engine import Engine

from agent.clock import Clock
from agent.observe.redaction import Redaction
from agent.settings.model import Settings
from agent.store.api import api_keys
from agent.store.api.api_keys import ApiKey, Scope
from agent.store.database.engine import writing
from agent.store.vault.keys import Vault
from agent.web.app import web_app
from agent.web.role import WebRole

API = "/api/v1"


@dataclass(slots=True, kw_only=True)
class WebServer:
    """One served application."""

    role: WebRole
    engine: Engine
    url: str
    transport: httpx.ASGITransport | None = None  # None: over the network
    woken: list[None] = field(default_factory=list)
    ready: bool = True

    def key(self, *scopes: Scope, name: str = "platform", days: int | None = None) -> tuple[ApiKey, str]:
        """Make a key with these scopes, all of them when none is named."""
        parts = self.role.parts
        wanted = set(scopes or Scope)
        with writing(self.engine) as conn:
            made, secret = api_keys.create(
                conn, parts.web_key, name=name, scopes=wanted, days=days, now=parts.clock.now()
            )
        return made, secret.get_secret_value()

    def client(self, *scopes: Scope) -> httpx.AsyncClient:
        """A client with a key of its own."""
        return self.bare(headers={"Authorization": f"Bearer {self.key(*scopes)[1]}"})

    def bare(self, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
        """A client without a key."""
        return httpx.AsyncClient(
            base_url=self.url, headers=headers, trust_env=False, timeout=40, transport=self.transport
        )


@asynccontextmanager
async def serving(
    engine: Engine, settings: Settings, vault: Vault | None, *, clock: Clock | None = None, network: bool = True
) -> AsyncIterator[WebServer]:
    """Serve while the block runs.

    Without the network the application is called directly, which takes less time.
    """

    async def metrics() -> bytes:
        return b"sc_agent_accounts 0\n"

    woken: list[None] = []
    role = WebRole.open(
        settings,
        engine=engine,
        vault=vault,
        redaction=Redaction(),
        clock=clock or Clock(),
        metrics=metrics,
        is_ready=lambda: server.ready,
        wake=lambda: woken.append(None),
    )
    server = WebServer(role=role, engine=engine, url="", woken=woken)
    async with role.running():
        if network:
            async with role.serving() as address:
                server.url = f"http://{address}"
                yield server
        else:
            server.url = "http://127.0.0.1:8480"
            app = web_app(role.parts, address="127.0.0.1:8480")
            server.transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            yield server


def once() -> dict[str, str]:
    """A fresh Idempotency-Key."""
    return {"Idempotency-Key": uuid4().hex}
