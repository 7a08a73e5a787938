"""Daemons as processes: what waiting costs, and what other families need of them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from agent.clock import utc_now
from agent.domain.authorization import State
from agent.store.database.engine import reading, writing
from agent.store.database.schema import accounts as table
from tests.bench.tools.figure import Family, Figure, UnmeasuredError, figure
from tests.bench.tools.world import World, name, open_world, scenario_of
from tests.support.processes.daemon_process import Daemon, running_daemon
from tests.support.servers.postgres import find_binaries, running_postgres

_PATIENCE = 120.0
_TICKS = os.sysconf("SC_CLK_TCK")
_TICK = 5
_STARTED = 13.0  # seconds: what was cut off is looked for in the first ten
_numbers = count()
stops: list[float] = []  # seconds that each daemon took from SIGTERM to its end


async def measure_waiting(quick: bool) -> AsyncIterator[Figure]:
    """With accounts that are due tomorrow, in the rhythm of production.

    Idle CPU and transactions, and from due to started.
    """
    with ExitStack() as stack:
        url = stack.enter_context(running_postgres()).new_database() if find_binaries() else None
        async with open_world(scenario_of(1, members=False, invited=False), url=url) as world:
            alone = await _idle(world, quick=quick)
            if alone.transactions:
                of = "one account, all three roles, nothing to do; as the server counts them"
                yield figure("idle_transactions", alone.transactions, unit="1/s", of=of)
            for label, wanted in (("10k", 10_000), ("100k", 100_000)):
                await asyncio.to_thread(wait_many, world, wanted)
                idle = await _idle(world, quick=quick)
                beside = f"the same daemon with one account: {median(alone.loads):.2f} %"
                yield figure(
                    f"waiting_{label}_cpu",
                    idle.loads,
                    unit="%",
                    of=f"{beside}; {idle.memory:.0f} MB with {wanted} accounts",
                )
                if idle.transactions:
                    of = f"the same daemon with one account: {median(alone.transactions):.2f} a second"
                    yield figure(f"waiting_{label}_transactions", idle.transactions, unit="1/s", of=of)
                yield figure(
                    f"waiting_{label}_due_to_start",
                    idle.starts,
                    unit="s",
                    of=f"looking every {_TICK} s, as production does",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """A daemon that has nothing to do, and then one thing."""

    loads: list[float]
    memory: float
    transactions: list[float]  # a second; none where the database does not count them
    starts: list[float]


@asynccontextmanager
async def daemon_of(world: World, *arguments: str, **more: str) -> AsyncIterator[Daemon]:
    """A daemon with the rhythm of production, but for what is given."""
    rhythm = {"WORK__TICK": str(_TICK), "AUDIT__INTERVAL_WAITING": "900", "MAIL__IDLE_SLICE": "120"} | more
    env = world.env | {f"SC_AGENT_{key}": value for key, value in rhythm.items()}
    folder = world.directory / f"daemon-{next(_numbers)}"
    folder.mkdir()
    running = running_daemon(env, folder, *arguments)
    daemon = await asyncio.to_thread(running.__enter__)
    try:
        yield daemon
    finally:
        with suppress(subprocess.TimeoutExpired):
            _, seconds = await asyncio.to_thread(daemon.stop)
            stops.append(seconds)
        await asyncio.to_thread(running.__exit__, None, None, None)  # kills one that did not stop


async def _idle(world: World, *, quick: bool) -> Idle:
    windows, seconds = (2, 5.0) if quick else (3, 8.0)
    loads: list[float] = []
    transactions: list[float] = []
    async with daemon_of(world, **database_of(world)) as daemon:
        await asyncio.sleep(_STARTED)  # what starting costs is over
        for _ in range(windows):
            spent, done, began = cpu_of(daemon.process.pid), _transactions(world), time.monotonic()
            await asyncio.sleep(seconds)
            passed = time.monotonic() - began
            loads.append(100 * (cpu_of(daemon.process.pid) - spent) / passed)
            if done is not None:
                transactions.append(((_transactions(world) or 0) - done) / passed)
        memory = resident(daemon.process.pid)
        starts = [await _start(world, daemon) for _ in range(windows)]
    return Idle(loads=loads, memory=memory, transactions=transactions, starts=starts)


async def _start(world: World, daemon: Daemon) -> float:
    """Make the one account with secrets due, and wait for its visit.

    It is over before the next.
    """
    before = _visits(daemon)
    await asyncio.to_thread(make_due, world, State.AWAITING_PERMISSIONS, name(0))
    began = time.monotonic()
    await until(lambda: _visits(daemon) > before, what="a visit to start")
    taken = time.monotonic() - began
    await until(lambda: _visits(daemon, "visit.ended") > before, what="the visit to end")
    return taken


def _visits(daemon: Daemon, event: str = "visit.started") -> int:
    return sum(line["event"] == event for line in daemon.lines())


def _transactions(world: World) -> int | None:
    """How many the database has ended, by its own count.

    The count lags by a second at most.
    """
    if world.engine.dialect.name != "postgresql":
        return None
    with reading(world.engine) as conn:
        told = conn.scalar(
            sa.text("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()")
        )
    return int(told or 0)


def make_due(world: World, state: State, *ids: str) -> None:
    """Put accounts into a state and make them due now."""
    with writing(world.engine) as conn:
        chosen = table.c.id.in_(ids) if ids else sa.true()
        conn.execute(table.update().where(chosen).values(authorization=state, due=utc_now(), retries=0))


def database_of(world: World) -> dict[str, str]:
    """The setting that points a daemon at the world's database."""
    return {"DATABASE_URL": world.engine.url.render_as_string(hide_password=False)}


def wait_many(world: World, wanted: int) -> None:
    """Fill up with copies of the first account that have no secrets, complete and due in a day, give or take."""
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


async def until(look: Callable[[], bool], *, what: str) -> None:
    """Look until it is so, for a bounded time."""
    end = time.monotonic() + _PATIENCE
    while not look():
        if time.monotonic() > end:
            raise UnmeasuredError(f"waited {_PATIENCE:.0f} s for {what}")
        await asyncio.sleep(0.01)


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process and its ended children have spent."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(int(value) for value in fields[11:15]) / _TICKS


def resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


WAITING = Family(
    names=(
        "idle_transactions",
        *(f"waiting_{count}_{what}" for count in ("10k", "100k") for what in ("cpu", "due_to_start")),
    ),
    measure=measure_waiting,
)
