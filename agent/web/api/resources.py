"""The resources of the API, in the order of the contract."""

from __future__ import annotations

from agent.web.api import (
    accounts,
    authorization,
    embed_tokens,
    events,
    operations,
    pauses,
    reading,
    root,
    secrets,
    tasks,
    webhooks,
)

ROUTERS = (
    root.router,
    accounts.router,
    authorization.router,
    secrets.router,
    operations.router,
    reading.router,
    pauses.router,
    tasks.router,
    events.router,
    webhooks.router,
    embed_tokens.router,
)
