"""Several workers on one PostgreSQL.

What more of them bring, how soon they stop, and 20,000 accounts that are due in one second.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import sqlalchemy as sa

from agent.domain.authorization import State
from agent.store.database.engine import reading
from agent.store.database.schema import accounts as table
from agent.store.database.schema import visits
from agent.visits.plan import VisitKind
from agent.visits.run import make_visit
from tests.bench.daemons import daemon_of, database_of, make_due, stops, until, wait_many
from tests.bench.tools.figure import Family, Figure, UnmeasuredError, figure
from tests.bench.tools.world import World, fresh_code_time, name, open_world, scenario_of
from tests.support.servers.postgres import Postgres, find_binaries, running_postgres

_COUNTS = (1, 2, 4)
_ACCOUNTS = 9
_LATENCY = 1000  # ms: a worker waits for the site most of the time, so that the cores are not what is measured
_FREE = {
    "WORK__VISITS_PER_MINUTE": "100000",
    "WORK__VISITS_PER_HOST_MINUTE": "100000",
    "WORK__VISITS_PER_ACCOUNT_DAY": "100000",
    "WORK__TICK": "0.5",
    "AUDIT__INTERVAL": "1",
    "BROWSER__CONTEXTS": "1",
}
_STORM = 20_000
_CALM = 500


async def measure(quick: bool) -> AsyncIterator[Figure]:
    """All on one server; every account is signed in before anything is timed."""
    if find_binaries() is None:
        raise UnmeasuredError("there is no PostgreSQL server: run scripts/servers.py")
    with running_postgres() as server:
        async for one in _efficiencies(server, seconds=12.0 if quick else 25.0):
            yield one
        yield await _storm(server, seconds=8.0 if quick else 20.0)


async def _efficiencies(server: Postgres, *, seconds: float) -> AsyncIterator[Figure]:
    """Visits per minute of 1, 2 and 4 workers with one context each, as a share of what as many times one worker would
    make: on a site that takes its time, and on one that answers at once, where the cores are the limit.
    """
    stops.clear()
    async with open_world(scenario_of(_ACCOUNTS, members=True), url=server.new_database()) as world:
        await fresh_code_time(6.0)
        for number in range(_ACCOUNTS):
            await make_visit(world.context, name(number), kind=VisitKind.AUDIT)
        for latency, suffix in ((_LATENCY, ""), (0, "_at_0_ms")):
            await world.answer_after(latency)
            rates: dict[int, float] = {}
            for workers in _COUNTS:
                async with AsyncExitStack() as stack:
                    for _ in range(workers):
                        await stack.enter_async_context(
                            daemon_of(world, "--roles", "work", **_FREE, **database_of(world))
                        )
                    rates[workers] = await _visits_per_minute(world, seconds)
                of = (
                    f"{workers} times one worker: {rates[workers]:.0f} visits a minute beside {rates[1]:.0f}; each "
                    f"answer after {latency} ms"
                )
                share = 100 * rates[workers] / (workers * rates[1])
                yield figure(f"workers_efficiency_{workers}{suffix}", [share], unit="%", of=of)
    started = 2 * sum(_COUNTS)
    if len(stops) != started:
        raise UnmeasuredError(f"{started - len(stops)} workers did not stop within 15 s")
    yield figure(
        "worker_stop",
        list(stops),
        unit="s",
        of=f"SIGTERM to the end, in the middle of visits; 5 s are allowed; {os.cpu_count()} cores",
    )


async def _visits_per_minute(world: World, seconds: float) -> float:
    """Count the visits that end in so many seconds, beginning when each account has been visited once."""
    before = _ended(world)
    await asyncio.to_thread(make_due, world, State.COMPLETE)
    await until(lambda: _ended(world) >= before + _ACCOUNTS, what="a visit of each account")
    began, before = time.monotonic(), _ended(world)
    await asyncio.sleep(seconds)
    return (_ended(world) - before) / (time.monotonic() - began) * 60


async def _storm(server: Postgres, *, seconds: float) -> Figure:
    """How fast one worker takes accounts that are all due in the same second and end at once, because they have no
    secrets.
    """
    rates = {}
    for due in (_CALM, _STORM):
        async with open_world(scenario_of(1, members=True), url=server.new_database()) as world:
            await asyncio.to_thread(wait_many, world, due)
            async with daemon_of(world, "--roles", "work", **_FREE | {"BROWSER__CONTEXTS": "4"}, **database_of(world)):
                await asyncio.to_thread(make_due, world, State.COMPLETE)
                began = time.monotonic()
                while time.monotonic() - began < seconds and _taken(world) < due:  # noqa: ASYNC110 - another process does it
                    await asyncio.sleep(0.1)
                rates[due] = _taken(world) / (time.monotonic() - began) * 60
    of = f"{_CALM} due at once: {rates[_CALM]:.0f} a minute; no browser is needed, so this is the engine's bound"
    return figure("due_storm_20k", [rates[_STORM]], unit="1/min", of=of)


def _ended(world: World) -> int:
    with reading(world.engine) as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(visits).where(visits.c.ended_at.is_not(None))) or 0


def _taken(world: World) -> int:
    with reading(world.engine) as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.retries > 0)) or 0


FAMILY = Family(
    names=(
        *(f"workers_efficiency_{count}{suffix}" for suffix in ("", "_at_0_ms") for count in _COUNTS),
        "worker_stop",
        "due_storm_20k",
    ),
    measure=measure,
)
