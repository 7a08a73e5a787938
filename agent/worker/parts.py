"""The mail part and the work part of a worker, as they are started."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import structlog

from agent.mail.service import MailService
from agent.observe import events
from agent.observe.metrics import Metrics
from agent.observe.notify import Alarms
from agent.store.outbox.wake import Signal
from agent.visits.shared.context import WorkerContext
from agent.worker.dispatcher import Dispatcher
from agent.worker.engine import VisitEngine
from agent.worker.running import RunningVisits
from agent.worker.tasks import Stop, on_signal

log = structlog.get_logger(__name__)

_LASTING = "mailbox:"  # the mail room says when these are over; its other alarms are news
_TICK_WITHIN = 60.0  # seconds
_HALF = 0.5  # of the grace is for the visits, the other half for browser and engine


async def start_mail(
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


async def start_work(
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
        async with on_signal(Signal.DUE, due):
            await _feed(dispatcher, wake, metrics, own)

    return feed()


async def _feed(dispatcher: Dispatcher, wake: asyncio.Event, metrics: Metrics, alarms: Alarms) -> None:
    """Dispatch in a loop: when an account is due, a mail came or a visit ended."""
    while True:
        wake.clear()
        pause = dispatcher.context.settings.work.tick
        try:
            async with asyncio.timeout(_TICK_WITHIN):  # one that hangs would not be noticed: the heartbeat goes on
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
