"""One visit into which one trouble strikes at one step.

The site's troubles are its planned faults, ours strike while it is slow.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy.engine import Engine

from agent.clock import Clock, utc_now
from agent.domain.account import Account
from agent.domain.authorization import Event, State
from agent.domain.policy.load import load_policy
from agent.observe.redaction import Redaction
from agent.settings.groups.visits import FlowSettings, SignInSettings, WorkSettings
from agent.settings.model import Settings
from agent.store import transitions
from agent.store.database.engine import open_database, writing
from agent.store.database.schema import leases as table
from agent.store.processes import switches
from agent.store.vault.keys import Vault
from agent.visits.run import make_visit
from agent.visits.shared.browser_pool import BrowserPool, browser_options
from agent.visits.shared.context import WorkerContext
from fixtures.stand_in.scenario import Fault
from fixtures.stand_in.world import StandIn
from flows.browser.launch import process_of
from tests.support.servers.small_disk import filled, small_disk
from tests.support.visits.rehearsal import Rehearsal, rehearsing

SHORT_LEASE = 6.0  # for what is about leases; a busy machine must not lose any other
KEY = b"k" * 32
FLOW = FlowSettings(step_timeout=16, visit_timeout=40, challenge_timeout=8)
# seconds the site is slow while we are in trouble; longer than a short lease, shorter than the half step a click may
# take
_HELD_UP = 6.5


class Trouble(StrEnum):
    """What goes wrong. The first group is the site's and named as the stand-in names it, the second is ours."""

    UNAVAILABLE = "503"
    TOO_MANY = "429"
    RESET = "drop"
    BLANK = "blank"
    HALF_PAGE = "half_page"
    SLOW = "slow"
    HANG = "hang"
    SIGNED_OUT = "lost_session"
    CAPTCHA = "captcha"
    UNKNOWN_PAGE = "spa_shell"

    BROWSER_KILLED = "browser_killed"
    BROWSER_HUNG = "browser_hung"
    WORKER_KILLED = "worker_killed"
    TOLD_TO_STOP = "told_to_stop"
    LEASE_LOST = "lease_lost"
    PAUSED = "paused"
    DATABASE_LOCKED = "database_locked"
    DISK_FULL = "disk_full"
    CLOCK_AHEAD = "clock_ahead"
    CLOCK_BACK = "clock_back"


OURS = frozenset(list(Trouble)[10:])
ABOUT_LEASES = frozenset({Trouble.LEASE_LOST, Trouble.DATABASE_LOCKED, Trouble.DISK_FULL, Trouble.CLOCK_AHEAD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A moment of a visit, as the stand-in can address it."""

    name: str
    on: str
    method: str = "ANY"
    moment: str = "before"

    def fault(self, trouble: Trouble) -> Fault:
        """The stand-in's part of it."""
        kind = "slow" if trouble in OURS else trouble.value
        seconds = {Trouble.SLOW: 1.5, Trouble.HANG: 40.0}.get(trouble, _HELD_UP)
        given = {"on": self.on, "kind": kind, "method": self.method, "moment": self.moment, "seconds": seconds}
        return Fault.model_validate(given)


@dataclass(slots=True, kw_only=True)
class FaultedVisit:
    """One account, its stand-in, and a worker whose clock can be moved."""

    rehearsal: Rehearsal
    context: WorkerContext
    directory: Path
    ahead: list[timedelta] = field(default_factory=lambda: [timedelta()])

    async def suffer(self, step: Step, trouble: Trouble) -> str:
        """Make the visit with the trouble in it; the word for how it ended."""
        self.rehearsal.stand_in.realm.faults.add(step.fault(trouble))
        if trouble is Trouble.WORKER_KILLED:
            return await self._kill_worker()
        visit = asyncio.create_task(self.visit())
        if trouble in OURS:
            striking = asyncio.create_task(self._strike(trouble, visit))
            await asyncio.wait({visit, striking}, return_when=asyncio.FIRST_COMPLETED)
            if not self.was_reached:
                striking.cancel()
            await asyncio.wait({striking})
        try:
            return await visit
        except asyncio.CancelledError:
            return "interrupted"

    async def recover(self, *, look: Callable[[Account], None] = lambda _: None) -> list[str]:
        """The trouble is over: what a person would do is done, and visits go on until one ends well.

        `look` is what a person does before the release.
        """
        self.rehearsal.stand_in.realm.faults.clear()
        said = []
        for _ in range(self.context.settings.work.max_retries + 1):  # so many looks, and a person's release
            self._pass_time()
            if self.account.authorization is State.NEEDS_HUMAN:
                look(self.account)
                with writing(self.context.engine) as conn:
                    transitions.apply(conn, "A1", Event.RELEASED, now=self.context.clock.now(), why="a person")
                said.append("released")
            said.append(await self.visit())
            if said[-1] in ("accepted", "already_accepted", "pass"):
                break
        return said

    @property
    def was_reached(self) -> bool:
        """Whether the visit has come to the step."""
        return bool(self.rehearsal.stand_in.realm.journal.of("fault.played"))

    @property
    def account(self) -> Account:
        """The account as it stands."""
        return self.rehearsal.account()

    def held_against_us(self) -> list[str]:
        """What must never have happened on the site."""
        journal = self.rehearsal.stand_in.realm.journal
        twice = [f"{count} acceptances" for count in journal.summary()["acceptances"].values() if count > 1]
        wrong = (
            "danger.",
            "code.reused",
            "code.wrong",
            "password.rejected",
            "invitation.accepted_by_wrong_identity",
            "permission.",
        )
        return twice + [entry.kind for entry in journal.of(*wrong) if entry.kind != "permission.shown"]

    async def visit(self) -> str:
        """Make one; the word for how it ended."""
        try:
            return (await make_visit(self.context, "A1")).conclusion.outcome
        except Exception as err:  # noqa: BLE001 - what the daemon's supervisor would see
            return type(err).__name__

    def _pass_time(self) -> None:
        """A minute later on both sides.

        Leases have ended, and a new one-time code is to be had.
        """
        self.ahead[0] += timedelta(seconds=61)
        self.rehearsal.stand_in.realm.clock.skipped += timedelta(seconds=61)

    async def _strike(self, trouble: Trouble, visit: asyncio.Task[str]) -> None:
        """Wait until the visit stands at its step, do the harm, and undo it when its time has come."""
        while not self.was_reached:  # noqa: ASYNC110 - the site is in another thread
            await asyncio.sleep(0.01)
        match trouble:
            case Trouble.BROWSER_KILLED:
                await self._signal(signal.SIGKILL)
            case Trouble.BROWSER_HUNG:
                await self._signal(signal.SIGSTOP)
            case Trouble.TOLD_TO_STOP:
                visit.cancel()
            case Trouble.LEASE_LOST:
                with writing(self.context.engine) as conn:
                    conn.execute(table.update().values(token="another", holder="w2"))
            case Trouble.PAUSED:
                await self._pause(visit)
            case Trouble.DATABASE_LOCKED:
                await self._lock()
            case Trouble.DISK_FULL:
                await self._fill(visit)
            case Trouble.CLOCK_AHEAD | Trouble.CLOCK_BACK:
                await self._move_clock(timedelta(hours=1 if trouble is Trouble.CLOCK_AHEAD else -1), visit)
            case _:
                raise AssertionError(trouble)

    async def _signal(self, number: signal.Signals) -> None:
        async with self.context.pool.browser() as browser:
            leader = process_of(browser)
        assert leader is not None
        os.killpg(leader, number)

    async def _pause(self, visit: asyncio.Task[str]) -> None:
        with writing(self.context.engine) as conn:
            switches.pause_all(conn, now=utc_now(), who="operator")
        await asyncio.wait({visit})
        with writing(self.context.engine) as conn:
            switches.resume_all(conn, now=utc_now())

    async def _lock(self) -> None:
        """Somebody else holds the write lock for longer than we may go without proof that we are alive."""
        with closing(sqlite3.connect(str(self.context.engine.url.database))) as other:
            other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(SHORT_LEASE)

    async def _fill(self, visit: asyncio.Task[str]) -> None:
        with filled(self.directory):
            await asyncio.wait({visit})

    async def _move_clock(self, by: timedelta, visit: asyncio.Task[str]) -> None:
        self.ahead[0] += by
        await asyncio.wait({visit})
        self.ahead[0] -= by

    async def _kill_worker(self) -> str:
        browser_context = multiprocessing.get_context("spawn")
        arguments = (self.rehearsal.settings, str(self.context.engine.url), self.ahead[0])
        process = browser_context.Process(target=_visit_alone, args=arguments)
        process.start()
        try:
            while process.is_alive() and not self.was_reached:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        finally:
            process.kill()
            await asyncio.to_thread(process.join, 30)
        return "killed"


def _visit_alone(settings: Settings, url: str, ahead: timedelta) -> None:
    """What a worker process does: one visit, with a browser of its own."""

    async def visit() -> None:
        context = context_for(settings, open_database(url), pool=None, now=lambda: utc_now() + ahead, worker="victim")
        await make_visit(context, "A1")

    asyncio.run(visit())


def context_for(
    settings: Settings,
    engine: Engine,
    *,
    pool: BrowserPool | None,
    now: Callable[[], datetime],
    worker: str = "w1",
    lease: float = 15,
) -> WorkerContext:
    """A worker with the matrix's bounds."""
    work = WorkSettings(lease=lease, backoff_first=1, backoff_max=4)
    settings = settings.model_copy(update={"work": work, "flow": FLOW, "sign_in": SignInSettings(attempts_per_hour=4)})
    return WorkerContext(
        settings=settings,
        engine=engine,
        vault=Vault(KEY),
        pool=pool or BrowserPool(options=browser_options(settings), replace_after=1000),
        policy=load_policy(),
        redaction=Redaction(),
        worker=worker,
        clock=Clock(now=now),
    )


@asynccontextmanager
async def faulted(
    stand_in: StandIn,
    directory: Path,
    pool: BrowserPool,
    trouble: Trouble | None = None,
    register: Callable[[Rehearsal], object] = Rehearsal.register,
) -> AsyncIterator[FaultedVisit]:
    """A fresh account on the scenario that the stand-in plays."""
    disk = small_disk(directory) if trouble is Trouble.DISK_FULL else nullcontext()
    with disk, rehearsing(stand_in, directory) as plain:
        ahead = [timedelta()]
        lease = SHORT_LEASE if trouble in ABOUT_LEASES else 15
        context = context_for(plain.settings, plain.engine, pool=pool, now=lambda: utc_now() + ahead[0], lease=lease)
        rehearsal = Rehearsal(stand_in=stand_in, settings=plain.settings, engine=plain.engine, vault=context.vault)
        register(rehearsal)
        yield FaultedVisit(rehearsal=rehearsal, context=context, directory=directory, ahead=ahead)
