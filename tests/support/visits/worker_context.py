"""A context without a browser, for what happens before and after the browser opens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine

from agent.clock import Clock
from agent.domain.policy.load import load_policy
from agent.observe.redaction import Redaction
from agent.settings.groups.visits import WorkSettings
from agent.settings.model import Settings
from agent.store.vault.keys import Vault
from agent.visits.shared.browser_pool import BrowserPool, browser_options
from agent.visits.shared.context import WorkerContext


def make_context(
    engine: Engine,
    vault: Vault,
    directory: Path,
    *,
    worker: str = "w1",
    lease: float = 15,
    retries: int = 3,
    clock: Clock | None = None,
    **work: Any,
) -> WorkerContext:
    """A worker on this database; its browser starts only when a visit opens it."""
    settings = Settings(data_dir=directory, work=WorkSettings(lease=lease, max_retries=retries, max_deaths=3, **work))
    return WorkerContext(
        settings=settings,
        engine=engine,
        vault=vault,
        pool=BrowserPool(options=browser_options(settings), replace_after=10),
        policy=load_policy(),
        redaction=Redaction(),
        worker=worker,
        clock=clock or Clock(),
    )
