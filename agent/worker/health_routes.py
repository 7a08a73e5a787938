"""What /healthz, /readyz and /metrics of a worker answer at OBSERVE__HTTP_ADDRESS."""

from __future__ import annotations

import asyncio

from agent.observe.health import Answer, Routes
from agent.observe.metrics import Metrics
from agent.store.database.handles import SQLAlchemyError
from agent.visits.shared.context import WorkerContext
from agent.worker.heartbeat import Heartbeat


def health_routes(context: WorkerContext, metrics: Metrics, heartbeat: Heartbeat) -> Routes:
    """What machines may ask.

    Alive: the process answers, whatever its threads wait for. Ready: its heartbeat reaches the database.
    """

    async def healthz() -> Answer:
        return 200, "text/plain", b"alive\n"

    async def readyz() -> Answer:
        return (
            (200, "text/plain", b"ready\n")
            if heartbeat.is_beating
            else (503, "text/plain", b"no heartbeat: the database does not answer\n")
        )

    async def page() -> Answer:
        metrics.browser_memory.set(sum(pool.memory() for pool in context.pools))
        try:
            written = await asyncio.to_thread(metrics.page, context.engine, now=context.clock.now())
        except SQLAlchemyError:
            return 503, "text/plain", b"the database does not answer\n"
        return 200, "text/plain; version=0.0.4", written

    return {"/healthz": healthz, "/readyz": readyz, "/metrics": page}
