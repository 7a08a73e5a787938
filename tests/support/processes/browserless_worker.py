"""A worker process without a browser.

The real engine, dispatcher, running visits, leases and books; only the site is a table of clicks.

Usage: python -m tests.support.processes.browserless_worker URL DIRECTORY NAME [accept|read].
It looks before it clicks, as the flow does, and every click is one row. With `read` it looks at accounts that are
complete, which takes a moment, and they are due again in a day.
"""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from agent.clock import utc_now
from agent.domain.authorization import Event
from agent.domain.policy.load import load_policy
from agent.observe.logs import configure_logs
from agent.observe.metrics import Metrics
from agent.observe.notify import Alarms
from agent.observe.redaction import Redaction
from agent.settings.groups.visits import BrowserSettings, SignInSettings, WorkSettings
from agent.settings.model import Settings
from agent.store.database.engine import connect, writing
from agent.store.transitions import Facts
from agent.store.vault.keys import Vault
from agent.visits import run as visits_run
from agent.visits.hooks import hooks_for
from agent.visits.kept.pictured import Pictured
from agent.visits.outcome import Conclusion
from agent.visits.plan import Plan
from agent.visits.shared.browser_pool import BrowserPool, browser_options
from agent.visits.shared.context import WorkerContext
from agent.worker.dispatcher import Dispatcher
from agent.worker.engine import VisitEngine
from agent.worker.heartbeat import Heartbeat
from agent.worker.running import RunningVisits
from flows.models import Act
from flows.redaction.redact import Redactor

KEY = b"k" * 32
LEASE = 4.0
CLICKS = sa.Table("clicks", sa.MetaData(), sa.Column("invitation_id", sa.Text), sa.Column("worker", sa.Text))
_WORK = WorkSettings(lease=LEASE, tick=0.3, max_deaths=50, visits_per_minute=10_000, visits_per_host_minute=10_000)


def context_for(
    url: str, directory: Path, name: str, work: WorkSettings = _WORK, *, contexts: int = 4
) -> WorkerContext:
    """A worker on this database."""
    signs_in = SignInSettings(per_egress_minute=10_000)
    settings = Settings(data_dir=directory, work=work, sign_in=signs_in, browser=BrowserSettings(contexts=contexts))
    pool = BrowserPool(options=browser_options(settings), replace_after=10)
    return WorkerContext(
        settings=settings,
        engine=connect(url),
        vault=Vault(KEY),
        pool=pool,
        policy=load_policy(),
        redaction=Redaction(),
        worker=name,
    )


async def accept_by_table(context: WorkerContext, plan: Plan, redactor: Redactor, _pictured: Pictured) -> Conclusion:
    """Stands where the browser is.

    Looks, asks for permission, clicks, and takes its time in between.
    """
    assert plan.invitation is not None
    hooks = hooks_for(plan, context, redactor=redactor)
    await asyncio.sleep(random.uniform(0.05, 0.4))
    if not await asyncio.to_thread(_clicked, context, plan.invitation.link.invitation_id):
        await hooks.before_act(Act.ACCEPT_INVITATION)
        await asyncio.to_thread(_click, context, plan.invitation.link.invitation_id)
    await asyncio.sleep(random.uniform(0.05, 0.4))
    facts = Facts(accepted_at=utc_now())
    return Conclusion(
        outcome="accepted", event=Event.CONFIRMATION_ASKED, why="by table", facts=facts, invitation_state="accepted"
    )


async def read_by_table(_context: WorkerContext, _plan: Plan, _redactor: Redactor, _pictured: Pictured) -> Conclusion:
    """An audit that brings nothing home."""
    await asyncio.sleep(random.uniform(0.02, 0.1))
    later = utc_now() + timedelta(days=1)
    return Conclusion(outcome="interrupted", event=Event.INTERRUPTED, why="by table", due=later)


def _clicked(context: WorkerContext, invitation_id: str) -> bool:
    with writing(context.engine) as conn:
        return conn.execute(sa.select(CLICKS).where(CLICKS.c.invitation_id == invitation_id)).first() is not None


def _click(context: WorkerContext, invitation_id: str) -> None:
    with writing(context.engine) as conn:
        conn.execute(CLICKS.insert().values(invitation_id=invitation_id, worker=context.worker))


async def work(url: str, directory: Path, name: str, *, contexts: int) -> None:
    """Work until killed."""
    context = context_for(url, directory, name, contexts=contexts)
    visiting = VisitEngine(context.settings, database=context.engine.url, executor_id=name)
    heart, tick = (
        Heartbeat(context=context, roles="work", engine=visiting),
        Dispatcher(context=context, engine=visiting),
    )
    alarms = Alarms(send=lambda _title, _body: True, now=utc_now)
    running = RunningVisits(context=context, metrics=Metrics(), alarms=alarms, ended=tick.ended)
    await heart.start()
    await visiting.run(running.handle)
    async with asyncio.TaskGroup() as group:
        group.create_task(heart.run())
        while True:
            await tick.once()
            await asyncio.sleep(context.settings.work.tick)


def main(url: str, directory: str, name: str, what: str = "accept") -> None:
    """Replace the browser, and work."""
    browse: Any = {"accept": accept_by_table, "read": read_by_table}[what]
    vars(visits_run)["browse"] = browse
    configure_logs(level="WARNING", style="text")
    asyncio.run(work(url, Path(directory), name, contexts={"accept": 4, "read": 12}[what]))


if __name__ == "__main__":
    main(*sys.argv[1:])
