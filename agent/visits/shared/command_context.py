"""What one-off commands lend their visits.

The worker's context with one browser, which ends with the command.
"""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agent.domain.audit.memory import Confirmation
from agent.domain.policy.model import Policy
from agent.observe.logs import configure_logs
from agent.observe.redaction import Redaction
from agent.settings.model import Settings
from agent.settings.own_secrets import secret_values
from agent.store.database.handles import Engine
from agent.store.vault.keys import Vault
from agent.visits.shared.browser_pool import require_browser
from agent.visits.shared.context import WorkerContext

# seconds a late page or silent challenge gets: first paint may take that long, and a command has 30
_CHALLENGE_WITHIN = 15.0


@asynccontextmanager
async def command_context(
    settings: Settings,
    engine: Engine,
    vault: Vault,
    policy: Policy,
    *,
    asked: Policy | None = None,
    confirmed: Confirmation | None = None,
    explains: bool = False,
    patient: bool = False,
) -> AsyncIterator[WorkerContext]:
    """Lend the context of a command.

    A challenge is waited out for 15 s at most, unless it is `patient`.

    Raises:
        ConfigurationError: there is no browser.
    """
    require_browser(settings)
    redaction = Redaction(secret_values(settings))
    configure_logs(level="ERROR", style="text", redaction=redaction)  # how the visit ended is the command's own line
    context = WorkerContext.of(
        settings if patient else _hurried(settings),
        engine=engine,
        vault=vault,
        policy=policy,
        redaction=redaction,
        worker=f"command:{socket.gethostname()}-{os.getpid()}",
        asked_policy=asked,
        confirmed=confirmed,
        explains=explains,
    )
    try:
        yield context
    finally:
        await context.pool.close()


def _hurried(settings: Settings) -> Settings:
    challenge = min(settings.flow.challenge_timeout, _CHALLENGE_WITHIN)
    return settings.model_copy(update={"flow": settings.flow.model_copy(update={"challenge_timeout": challenge})})
