"""The resources of the API, in the order of the contract."""

from __future__ import annotations

from agent.web.api import root, tasks
from agent.web.api.account import accounts, authorization, operations, pauses, reading, secrets
from agent.web.api.delivery import embed_tokens, events, webhooks

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
