"""The daemon: every part of one process, started and stopped together.

Mail watchers, engine, tick, heartbeat and housekeeping.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy.engine import Engine

from agent.clock import Clock
from agent.domain.policy.load import load_configured_policy
from agent.errors import ConfigurationError
from agent.mail.context import mailboxes_of, name_of
from agent.mail.service import MailService
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
from agent.store.database.engine import database_url
from agent.store.outbox.wake import Signal, listening
from agent.store.processes.alarms import AlarmPolicy, TableBoard
from agent.store.vault.keys import NoVault, Vault
from agent.takeover.parts import Places, TakeoverParts
from agent.visits.shared.browser_pool import BrowserPool, browser_options
from agent.visits.shared.context import WorkerContext
from agent.worker.data_lock import only_daemon
from agent.worker.dispatcher import Dispatcher, parse_hours
from agent.worker.engine import ALONE, VisitEngine
from agent.worker.health_routes import health_routes
from agent.worker.heartbeat import Heartbeat
from agent.worker.loops.housekeeping import Housekeeping
from agent.worker.loops.insights import InsightsSchedule
from agent.worker.loops.operations import Operations
from agent.worker.loops.takeovers import Takeovers
from agent.worker.running import RunningVisits
from agent.worker.traces import require_tracer, traced
from agent.worker.vault_check import require_right_key
from agent.worker.web_role import deliver_webhooks, start_web

Stop = Callable[[], Awaitable[Any]]
ROLES = ("mail", "work", "web")
_LASTING = "mailbox:"  # the mail room says when these are over; its other alarms are news
_TICK_WITHIN = 60.0  # seconds
_HALF = 0.5  # of the grace is for the visits, the other half for browser and engine

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
        operations = Operations(context=context)
        loops = [
            heartbeat.run(),
            alarms.run(),
            own.run(),
            Housekeeping(context=context, alarms=alarms, own=own, engine=visiting).run(),
            Publisher(engine=engine).run(),
        ]
        async with serve_health(settings.observe.http_address, health_routes(context, metrics, heartbeat)) as address:
            await heartbeat.start()
            web, takeovers = None, Takeovers(context=context)

            def wake_the_asked() -> None:
                operations.asked.set()
                takeovers.asked.set()

            async with _together() as stops, _on_signal(Signal.ASKED, wake_the_asked):
                if "web" in roles:
                    asked = (wake, operations.asked, takeovers.asked)
                    web, watching = await start_web(context, vault, metrics, heartbeat, asked, stops)
                    loops += [watching, deliver_webhooks(context, alarms)]
                if visiting is not None:
                    insights = InsightsSchedule(context=context, metrics=metrics, alarms=alarms)
                    loops += [operations.run(), takeovers.run(), insights.run()]
                    loops.append(await _start_work(context, visiting, metrics, alarms, own, wake, stops))
                if "mail" in roles:
                    await _start_mail(context, metrics, alarms, wake, stops)
                log.info(events.DAEMON_STARTED, worker=context.worker, roles=sorted(roles), health=address, web=web)
                sd_notify("READY=1")
                await _until(stop, *loops)
                sd_notify("STOPPING=1")
                log.info(events.DAEMON_STOPPING, worker=context.worker)
            await heartbeat.stop()
        log.info(events.DAEMON_STOPPED, worker=context.worker)


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
            if box.password is None and box.oauth is None:
                raise ConfigurationError(
                    f"mailbox {name_of(box)} has neither a password nor oauth; set SC_AGENT_IMAP__PASSWORD"
                )
    require_tracer(settings)
    if (hours := settings.work.quiet_hours) is not None:
        try:
            parse_hours(hours)
        except ValueError as err:
            raise ConfigurationError(
                f'SC_AGENT_WORK__QUIET_HOURS {hours!r} is not two times of day (UTC), for example "22:00-06:00"'
            ) from err


def worker_name(engine: Engine) -> str:
    """Our name: the same for ever where we are alone, else new at each start."""
    if engine.dialect.name == "sqlite":
        return ALONE
    return f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:6]}"


def _context(settings: Settings, engine: Engine, vault: Vault, redaction: Redaction, clock: Clock) -> WorkerContext:
    worker, pictures, holds = worker_name(engine), None, None
    if settings.takeover.enabled:
        options = replace(browser_options(settings), pictures=True)
        pictures = BrowserPool(options=options, replace_after=settings.browser.replace_after)
        places = Places(limit=settings.takeover.places)
        holds = TakeoverParts(settings=settings, engine=engine, worker=worker, clock=clock, places=places, vault=vault)
    return WorkerContext(
        settings=settings,
        engine=engine,
        vault=vault,
        pool=BrowserPool(options=browser_options(settings), replace_after=settings.browser.replace_after),
        policy=load_configured_policy(settings.audit.policy_file),
        redaction=redaction,
        worker=worker,
        clock=clock,
        picture_pool=pictures,
        takeovers=holds,
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


async def _until(stop: asyncio.Event, *loops: Coroutine[Any, Any, None]) -> None:
    """Run the loops until `stop`.

    One that ends by an error ends them all, and the process.
    """
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(loop) for loop in loops]
        await stop.wait()
        for task in tasks:
            task.cancel()


@asynccontextmanager
async def _on_signal(wanted: Signal, action: Callable[[], None]) -> AsyncIterator[None]:
    """Do this in the loop when something was committed, by this process or another."""
    loop = asyncio.get_running_loop()

    def hear(signal: Signal) -> None:
        if signal is wanted:
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(action)

    with listening(hear):
        yield


@asynccontextmanager
async def _together() -> AsyncIterator[list[Stop]]:
    """Collect what has to be stopped, and stop it all at the same time.

    All have ended before the error of one is raised.
    """
    stops: list[Stop] = []
    try:
        yield stops
    finally:
        for ended in await asyncio.gather(*(stop() for stop in stops), return_exceptions=True):
            if isinstance(ended, BaseException):
                raise ended


async def _start_mail(
    context: WorkerContext, metrics: Metrics, alarms: Alarms, wake: asyncio.Event, stops: list[Stop]
) -> None:
    """The mail watchers, in threads of their own."""
    loop = asyncio.get_running_loop()

    def on_arrival(_account_id: str) -> None:
        loop.call_soon_threadsafe(wake.set)

    def on_alarm(key: str, text: str) -> None:
        lasts = key.startswith(_LASTING)
        asyncio.run_coroutine_threadsafe(
            alarms.trouble(key, text, at_once=True) if lasts else alarms.news(key, text), loop
        )

    def on_fine(key: str) -> None:
        asyncio.run_coroutine_threadsafe(alarms.fine(key), loop)

    service = MailService(
        context.settings,
        engine=context.engine,
        vault=context.vault,
        on_arrival=on_arrival,
        on_alarm=on_alarm,
        on_fine=on_fine,
        on_event=metrics.mail.count,
    )
    stops.append(lambda: asyncio.to_thread(service.stop))
    await asyncio.to_thread(service.start)


async def _start_work(
    context: WorkerContext,
    visiting: VisitEngine,
    metrics: Metrics,
    alarms: Alarms,
    own: Alarms,
    wake: asyncio.Event,
    stops: list[Stop],
) -> Coroutine[Any, Any, None]:
    """Engine and browser; returns the loop that feeds the engine."""
    dispatcher = Dispatcher(context=context, engine=visiting)

    def ended(account_id: str) -> None:
        dispatcher.ended(account_id)
        wake.set()

    visits = RunningVisits(context=context, metrics=metrics, alarms=alarms, ended=ended)

    async def stop() -> None:
        half = context.settings.work.stop_grace * _HALF
        await visits.end(within=half)
        with suppress(TimeoutError):
            async with asyncio.timeout(half):
                await asyncio.gather(*(pool.close() for pool in context.pools), visiting.stop())

    stops.append(stop)
    await visiting.run(visits.handle)

    def due() -> None:
        dispatcher.look_again()
        wake.set()

    async def feed() -> None:
        async with _on_signal(Signal.DUE, due):
            await _feed(dispatcher, wake, metrics, own)

    return feed()


async def _feed(dispatcher: Dispatcher, wake: asyncio.Event, metrics: Metrics, alarms: Alarms) -> None:
    """Dispatch in a loop: when an account is due, a mail came or a visit ended."""
    while True:
        wake.clear()
        pause = dispatcher.context.settings.work.tick
        try:
            async with asyncio.timeout(
                _TICK_WITHIN
            ):  # one that hangs would be seen by nobody: the heartbeat goes on beating
                await dispatcher.once()
            pause = await dispatcher.seconds_to_next()
        except Exception as err:  # the database may be away; the next tick tries again
            log.exception(events.TICK_FAILED)
            metrics.ticks_failed.inc()
            await alarms.trouble("tick", f"{type(err).__name__}: {err}")
        else:
            await alarms.fine("tick")
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await wake.wait()
