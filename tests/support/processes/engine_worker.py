"""A worker process for crash tests.

The real engine and heartbeat, a handler that only writes down when it runs.

Usage: python -m tests.support.processes.engine_worker URL LOG NAME MODE [TICKETS]; MODE is `hang` (visits never end) or
`work`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from agent.domain.policy.model import Policy
from agent.observe.redaction import Redaction
from agent.settings.groups.visits import BrowserSettings, WorkSettings
from agent.settings.model import Settings
from agent.store.database.engine import connect
from agent.store.vault.keys import Vault
from agent.visits.shared.browser_pool import BrowserPool, browser_options
from agent.visits.shared.context import WorkerContext
from agent.worker.engine import VisitEngine
from agent.worker.heartbeat import Heartbeat
from tests.support.processes.unfinished_visits import unfinished_visits

LEASE = 5.0  # seconds


def context_for(url: str, directory: Path, name: str) -> WorkerContext:
    settings = Settings(data_dir=directory, work=WorkSettings(lease=LEASE), browser=BrowserSettings(contexts=4))
    return WorkerContext(
        settings=settings,
        engine=connect(url),
        vault=Vault(os.urandom(32)),
        pool=BrowserPool(options=browser_options(settings), replace_after=10),
        policy=Policy(),
        redaction=Redaction(),
        worker=name,
    )


async def work(url: str, log: Path, name: str, mode: str, tickets: int) -> None:
    context = context_for(url, log.parent, name)
    done = 0

    def tell(word: str, account_id: str) -> None:
        with log.open("a") as file:
            file.write(f"{name} {word} {account_id}\n")

    async def handle(account_id: str) -> str:
        nonlocal done
        tell("began", account_id)
        if mode == "hang":
            await asyncio.Event().wait()
        await asyncio.sleep(0.05)
        tell("ended", account_id)
        done += 1
        return "done"

    visiting = VisitEngine(context.settings, database=context.engine.url, executor_id=name)
    heart = Heartbeat(context=context, roles="work", engine=visiting)
    await heart.start()
    await visiting.run(handle)
    beating = asyncio.create_task(heart.run())
    for number in range(tickets):
        await visiting.start(f"A{number}")
    tell("ready", "-")
    while mode == "hang" or not await _all_done(visiting):  # noqa: ASYNC110 - the end is in another process's hands
        await asyncio.sleep(0.1)
    beating.cancel()
    await visiting.stop()
    context.engine.dispose()


async def _all_done(visiting: VisitEngine) -> bool:
    try:
        return not await unfinished_visits()
    except SQLAlchemyError:
        return False  # the database is away


if __name__ == "__main__":
    _, url, log, name, mode, *rest = sys.argv
    asyncio.run(work(url, Path(log), name, mode, int(rest[0]) if rest else 0))
