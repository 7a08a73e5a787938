"""Daemons as processes: from a mail to its visit, what waiting costs, and what more workers bring."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from agent.domain.authorization import State
from agent.store import accounts
from agent.store.database import reading, writing
from agent.store.schema import accounts as table
from agent.store.schema import visits
from agent.work.clock import utc_now
from tests.bench.figure import Family, Figure, UnmeasuredError, figure
from tests.bench.world import World, name, open_world, scenario_of
from tests.support.daemon_process import Daemon, running_daemon
from tests.support.postgres import find_binaries, running_postgres

_POLLING = 60.0  # seconds between the looks of a script that polls
_PATIENCE = 120.0
_TICKS = os.sysconf("SC_CLK_TCK")
_numbers = count()


async def measure_delivery(quick: bool) -> AsyncIterator[Figure]:
    """From the moment a mail is in the mailbox to the visit's first line in the log."""
    runs = 3 if quick else 7
    async with open_world(scenario_of(runs + 1, members=False, invited=False)) as world, _daemon(world) as daemon:
        taken = []
        for number in range(runs + 1):
            user, seller = world.user(number), world.scenario.sellers[number]
            await world.control("seller", do="invite", merchant_id=seller.merchant_id, email=user.email)
            delivered = time.monotonic()
            await _until(partial(_is_visited, daemon, name(number)), what="a visit to start")
            taken.append(time.monotonic() - delivered)
            await _until(partial(_is_over, world, name(number)), what="the visit to end")
    of = f"looking into the mailbox every {_POLLING:.0f} s: {_POLLING / 2:.0f} s on average, {_POLLING:.0f} s at worst (computed)"
    yield figure("delivery_to_visit", taken[1:], unit="s", of=of)


async def measure_waiting(quick: bool) -> AsyncIterator[Figure]:
    """Idle CPU, in percent of one core, with accounts that are due tomorrow; the rhythm of production."""
    rest: list[tuple[str, int]] = [("waiting_10k", 10_000), ("waiting_100k", 100_000)]
    async with open_world(scenario_of(1, members=False, invited=False)) as world:
        alone, _ = await _idle(world, quick=quick)
        for label, wanted in rest:
            await asyncio.to_thread(_wait_many, world, wanted)
            loads, memory = await _idle(world, quick=quick)
            of = f"the same daemon with one account: {median(alone):.2f} %; {memory:.0f} MB with {wanted} accounts"
            yield figure(f"{label}_cpu", loads, unit="%", of=of)


async def measure_workers(quick: bool) -> AsyncIterator[Figure]:
    """Visits per minute of 1, 2 and 3 workers on one PostgreSQL, as a share of what as many times one worker would make."""
    if find_binaries() is None:
        raise UnmeasuredError("no PostgreSQL server is installed (apt install postgresql)")
    seconds, number, single = 20.0 if quick else 40.0, 24, 0.0
    with running_postgres() as server:
        for workers in (1, 2, 3):
            async with open_world(scenario_of(number, members=True), url=server.new_database()) as world:
                await asyncio.to_thread(_make_due, world)
                async with AsyncExitStack() as stack:
                    for _ in range(workers):
                        await stack.enter_async_context(_daemon(world, "--roles", "work", **_unlimited(world)))
                    rate = await _visits_per_minute(world, seconds)
            single = single or rate
            made = f"{rate:.0f} visits a minute beside {single:.0f}"
            of = f"{workers} times one worker: {made}, first sign-ins; {os.cpu_count()} cores for all"
            yield figure(f"workers_efficiency_{workers}", [100 * rate / (workers * single)], unit="%", of=of)


@asynccontextmanager
async def _daemon(world: World, *arguments: str, **more: str) -> AsyncIterator[Daemon]:
    """A daemon with the rhythm of production, but for what is given."""
    rhythm = {"WORK__TICK": "5", "AUDIT__INTERVAL_WAITING": "900", "MAIL__IDLE_SLICE": "120"} | more
    env = world.env | {f"SC_AGENT_{key}": value for key, value in rhythm.items()}
    folder = world.directory / f"daemon-{next(_numbers)}"
    folder.mkdir()
    running = running_daemon(env, folder, *arguments)
    daemon = await asyncio.to_thread(running.__enter__)
    try:
        yield daemon
    finally:
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(daemon.stop)
        await asyncio.to_thread(running.__exit__, None, None, None)  # kills one that did not stop


async def _idle(world: World, *, quick: bool) -> tuple[list[float], float]:
    windows, seconds = (2, 5.0) if quick else (3, 15.0)
    async with _daemon(world) as daemon:
        await asyncio.sleep(4)  # what starting costs is over
        loads = []
        for _ in range(windows):
            spent, began = _cpu(daemon.process.pid), time.monotonic()
            await asyncio.sleep(seconds)
            loads.append(100 * (_cpu(daemon.process.pid) - spent) / (time.monotonic() - began))
        return loads, _resident(daemon.process.pid)


def _wait_many(world: World, wanted: int) -> None:
    """Fill up with copies of the first account, complete and due in a day, give or take."""
    with writing(world.engine) as conn:
        pattern = dict(conn.execute(sa.select(table).where(table.c.id == name(0))).mappings().one())
        there = conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        later = utc_now() + timedelta(days=1)
        rows = [
            pattern
            | {
                "id": f"W{number}",
                "user_email": f"w{number}@users.example",
                "authorization": State.COMPLETE,
                "due": later + timedelta(seconds=number),
            }
            for number in range(there, wanted)
        ]
        for start in range(0, len(rows), 2000):
            conn.execute(table.insert(), rows[start : start + 2000])


def _make_due(world: World) -> None:
    with writing(world.engine) as conn:
        conn.execute(table.update().values(authorization=State.AWAITING_PERMISSIONS, due=utc_now()))


async def _visits_per_minute(world: World, seconds: float) -> float:
    """Count the visits that end after the first one has, for so long or until there are no more."""
    await _until(lambda: _ended(world) >= 1, what="a first visit")
    began, before, total = time.monotonic(), _ended(world), len(world.scenario.users)
    while time.monotonic() - began < seconds and _ended(world) < total:  # noqa: ASYNC110 - what is waited for is in other processes
        await asyncio.sleep(0.2)
    return (_ended(world) - before) / (time.monotonic() - began) * 60


def _ended(world: World) -> int:
    with reading(world.engine) as conn:
        return conn.scalar(sa.select(sa.func.count()).select_from(visits).where(visits.c.ended_at.is_not(None))) or 0


def _unlimited(world: World) -> dict[str, str]:
    """The shared database, and no limit on visits but the machine's."""
    limits = {"WORK__VISITS_PER_MINUTE": "100000", "WORK__VISITS_PER_HOST_MINUTE": "100000", "WORK__TICK": "1"}
    return limits | {"DATABASE_URL": world.engine.url.render_as_string(hide_password=False)}


def _is_visited(daemon: Daemon, account: str) -> bool:
    return any(line["event"] == "visit.started" and line.get("account") == account for line in daemon.lines())


def _is_over(world: World, account: str) -> bool:
    with reading(world.engine) as conn:
        return accounts.get(conn, account).authorization not in (State.ACCEPTING, State.AWAITING_INVITATION)


async def _until(look: Callable[[], bool], *, what: str) -> None:
    end = time.monotonic() + _PATIENCE
    while not look():
        if time.monotonic() > end:
            raise UnmeasuredError(f"waited {_PATIENCE:.0f} s for {what}")
        await asyncio.sleep(0.01)


def _cpu(pid: int) -> float:
    """Seconds of CPU that a process and its ended children have spent."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(int(value) for value in fields[11:15]) / _TICKS


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


DELIVERY = Family(names=("delivery_to_visit",), measure=measure_delivery)
WAITING = Family(names=("waiting_10k_cpu", "waiting_100k_cpu"), measure=measure_waiting)
WORKERS = Family(names=tuple(f"workers_efficiency_{count}" for count in (1, 2, 3)), measure=measure_workers)
