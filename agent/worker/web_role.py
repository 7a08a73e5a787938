"""The web role of the daemon: its libraries are imported only where it is played."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from typing import Any

from agent.observe.metrics import Metrics
from agent.observe.notify import Alarms
from agent.settings.web_address import forget_address, note_address
from agent.store.vault.keys import Vault
from agent.visits.shared.context import WorkerContext
from agent.worker.heartbeat import Heartbeat

Stop = Callable[[], Awaitable[Any]]


async def start_web(
    context: WorkerContext,
    vault: Vault | None,
    metrics: Metrics,
    heartbeat: Heartbeat,
    wake: Iterable[asyncio.Event],
    stops: list[Stop],
) -> tuple[str | None, Coroutine[Any, Any, None]]:
    """Listen and serve; return the address and what has to run beside it.

    None where the default address is taken.

    Raises:
        ConfigurationError: the address, the key or the certificate of the settings cannot be used.
    """
    from agent.web.role import WebRole

    async def page() -> bytes:
        metrics.browser_memory.set(sum(pool.memory() for pool in context.pools))
        return await asyncio.to_thread(metrics.page, context.engine, now=context.clock.now())

    loop = asyncio.get_running_loop()

    def wake_up() -> None:
        for event in wake:
            loop.call_soon_threadsafe(event.set)

    role = await asyncio.to_thread(
        WebRole.open,
        context.settings,
        engine=context.engine,
        vault=vault,
        redaction=context.redaction,
        clock=context.clock,
        metrics=page,
        is_ready=lambda: heartbeat.is_beating,
        wake=wake_up,
    )
    stack = AsyncExitStack()
    address = await stack.enter_async_context(role.serving())
    stops.append(stack.aclose)
    if address is not None:
        await asyncio.to_thread(note_address, context.settings, address)
        stack.callback(forget_address, context.settings)
    return address, role.run()


async def deliver_webhooks(context: WorkerContext, alarms: Alarms) -> None:
    """Deliver webhooks for ever, if this process is the one that does.

    Raises:
        ConfigurationError: there is no key to derive the role's own keys from.
    """
    from agent.outbox.deliverer import Deliverer
    from agent.outbox.sender import Sender
    from agent.store.api.web_key import open_web_key

    deliverer = Deliverer(
        engine=context.engine,
        sealing=open_web_key(context.settings).vault(),
        sender=Sender(settings=context.settings, redaction=context.redaction),
        alarms=alarms,
        holder=context.worker,
        lease_length=context.lease_length,
        clock=context.clock,
    )
    await deliverer.run()
