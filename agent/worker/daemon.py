"""The daemon: every part of one process, started and stopped together.

Mail watchers, engine, tick, heartbeat and housekeeping.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Collection, Coroutine, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import structlog

from agent.clock import Clock
from agent.domain.policy.load import load_configured_policy
from agent.errors import ConfigurationError
from agent.mail.context import mailboxes_of
from agent.mail.imap.connection.auth import require_secret
from agent.observe import events
from agent.observe.alarm_pages import page_of
from agent.observe.health import serve_health
from agent.observe.memory_board import MemoryBoard
from agent.observe.metrics import Metrics
from agent.observe.notify import AlarmBoard, Alarms, apprise_sender
from agent.observe.redaction import Redaction
from agent.observe.watchdog import sd_notify
from agent.outbox.publisher import Publisher
from agent.settings.model import Settings
from agent.settings.text_forms import parse_hours
from agent.store.database.engine import database_url
from agent.store.database.handles import Engine
from agent.store.outbox.wake import Signal
from agent.store.processes.alarms import AlarmPolicy, TableBoard
from agent.store.vault.keys import NoVault, Vault
from agent.takeover.parts import Places, TakeoverParts
from agent.visits.shared.browser_pool import pool_of
from agent.visits.shared.context import WorkerContext
from agent.worker.data_lock import only_daemon
from agent.worker.engine import ALONE, VisitEngine
from agent.worker.health_routes import health_routes
from agent.worker.heartbeat import Heartbeat
from agent.worker.loops.housekeeping import Housekeeping
from agent.worker.loops.insights import InsightsSchedule
from agent.worker.loops.operations import Operations
from agent.worker.loops.takeovers import Takeovers
from agent.worker.parts import start_mail, start_work
from agent.worker.tasks import on_signal, setting, together, until
from agent.worker.traces import require_tracer, traced
from agent.worker.vault_check import require_right_key
from agent.worker.web_role import deliver_webhooks, start_web

ROLES = ("mail", "work", "web")

log = structlog.get_logger(__name__)


async def run_daemon(
    settings: Settings,
    *,
    engine: Engine,
    vault: Vault | None,
    stop: asyncio.Event,
    roles: Collection[str] = ROLES,
    redaction: Redaction | None = None,
    clock: Clock | None = None,
) -> None:
    """Work until `stop` is set, then end everything within the grace of the settings.

    `vault` None: for the role `web` alone, which needs none.

    Raises:
        ConfigurationError: no mailbox is set, another daemon has the data, or the vault key, policy or an address is
        wrong.
    """
    require_sense(settings, roles)
    redaction = redaction or Redaction()
    with only_daemon(engine.url), traced(settings, redaction):
        if vault is not None:
            await asyncio.to_thread(require_right_key, engine, vault)
        context = _context(settings, engine, vault or NoVault(), redaction, clock or Clock())
        metrics, wake = Metrics(), asyncio.Event()
        alarms, own = _alarms(context, TableBoard(engine)), _alarms(context, MemoryBoard())
        visiting = VisitEngine(settings, database=engine.url, executor_id=context.worker) if "work" in roles else None
        heartbeat = Heartbeat(context=context, roles=",".join(sorted(roles)), engine=visiting)
        operations, takeovers = Operations(context=context), Takeovers(context=context)
        loops = [heartbeat.run(), *_upkeep(context, alarms, own, visiting)]
        async with serve_health(settings.observe.http_address, health_routes(context, metrics, heartbeat)) as address:
            await heartbeat.start()
            web, asked = None, (operations.asked, takeovers.asked)
            async with together() as stops, on_signal(Signal.ASKED, setting(*asked)):
                if "web" in roles:
                    web, watching = await start_web(context, vault, metrics, heartbeat, (wake, *asked), stops)
                    loops += [watching, deliver_webhooks(context, alarms)]
                if visiting is not None:
                    insights = InsightsSchedule(context=context, metrics=metrics, alarms=alarms)
                    loops += [operations.run(), takeovers.run(), insights.run()]
                    loops.append(await start_work(context, visiting, metrics, alarms, own, wake, stops))
                if "mail" in roles:
                    await start_mail(context, metrics, alarms, wake, stops)
                log.info(events.DAEMON_STARTED, worker=context.worker, roles=sorted(roles), health=address, web=web)
                sd_notify("READY=1")
                await until(stop, *loops)
                sd_notify("STOPPING=1")
                log.info(events.DAEMON_STOPPING, worker=context.worker)
            await heartbeat.stop()
        log.info(events.DAEMON_STOPPED, worker=context.worker)


def _upkeep(
    context: WorkerContext, alarms: Alarms, own: Alarms, visiting: VisitEngine | None
) -> Iterator[Coroutine[Any, Any, None]]:
    """The loops that a process of any role runs."""
    yield alarms.run()
    yield own.run()
    yield Housekeeping(context=context, alarms=alarms, own=own, engine=visiting).run()
    yield Publisher(engine=context.engine).run()


def require_sense(settings: Settings, roles: Collection[str]) -> None:
    """Refuse settings that a daemon of these roles cannot work with.

    Nothing is opened.

    Raises:
        ConfigurationError: no mailbox is set or it has no password, the quiet hours are none, or what sends traces is
            not installed.
    """
    if set(roles) == {"web"} and not database_url(settings).startswith("postgresql"):
        raise ConfigurationError(
            "--roles web alone needs PostgreSQL, because another process does the work: set SC_AGENT_DATABASE_URL, "
            "or run mail, work and web together"
        )
    if "mail" in roles and not mailboxes_of(settings):
        raise ConfigurationError(
            "no mailbox is set; set SC_AGENT_IMAP__HOST, __USERNAME and __PASSWORD, or run with --roles work"
        )
    if "mail" in roles:
        for box in mailboxes_of(settings):
            require_secret(box)
    require_tracer(settings)
    if (hours := settings.work.quiet_hours) is not None:
        try:
            parse_hours(hours)
        except ValueError as err:
            raise ConfigurationError(
                f'SC_AGENT_WORK__QUIET_HOURS {hours!r} is not two times of day (UTC), for example "22:00-06:00"'
            ) from err


def worker_name(engine: Engine) -> str:
    """This worker's name: one fixed name on SQLite, else a new one at each start."""
    if engine.dialect.name == "sqlite":
        return ALONE
    return f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}"


def _context(settings: Settings, engine: Engine, vault: Vault, redaction: Redaction, clock: Clock) -> WorkerContext:
    worker, pictures, takeovers = worker_name(engine), None, None
    if settings.takeover.enabled:
        pictures = pool_of(settings, pictures=True)
        places = Places(limit=settings.takeover.places)
        takeovers = TakeoverParts(
            settings=settings, engine=engine, worker=worker, clock=clock, places=places, vault=vault
        )
    return WorkerContext.of(
        settings,
        engine=engine,
        vault=vault,
        policy=load_configured_policy(settings.audit.policy_file),
        redaction=redaction,
        worker=worker,
        clock=clock,
        picture_pool=pictures,
        takeovers=takeovers,
        asks_people=True,
    )


def _alarms(context: WorkerContext, board: AlarmBoard) -> Alarms:
    observe = context.settings.observe
    return Alarms(
        send=apprise_sender(observe.notify_urls),
        now=context.clock.now,
        policy=AlarmPolicy(
            after=observe.notify_after,
            repeat=timedelta(seconds=observe.notify_repeat),
            pause=timedelta(seconds=observe.notify_gather),
        ),
        redaction=context.redaction,
        board=board,
        page_of=lambda key: page_of(context.settings, key),
    )
