"""A daemon whose looks are an hour apart and that has no browser: what it starts, it was told of.

Usage: python -m tests.support.processes.told_daemon URL DIRECTORY VAULT_KEY

Daemon, engine, dispatcher, signals and books are real. Each loop notes in a file when it begins to look and when it
rests, so that a test can wait until the first look is over.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Engine

from agent.clock import utc_now
from agent.domain.authorization import Event
from agent.mail import intake
from agent.observe import notify
from agent.observe.logs import configure_logs
from agent.outbox import deliverer, publisher, signals
from agent.settings.groups.operation import WebSettings
from agent.settings.groups.visits import BrowserSettings, WorkSettings
from agent.settings.model import Settings
from agent.store.database.engine import connect, reading
from agent.store.database.schema import visits
from agent.store.transitions import Facts
from agent.store.vault.keys import Vault, new_key, parse_key
from agent.visits import run as visits_run
from agent.visits.outcome import Conclusion
from agent.visits.plan import Plan, VisitKind
from agent.web import changes
from agent.worker.daemon import run_daemon
from agent.worker.dispatcher import Dispatcher
from agent.worker.loops import insights
from agent.worker.loops.operations import Operations
from agent.worker.running import RunningVisits

HOUR = 3600.0
PATIENCE = 90  # seconds, on a machine that is busy with other things
_NETS = (
    (intake, "_LOOK_EVERY"),
    (publisher, "_LOOK_EVERY"),
    (deliverer, "_LOOK_EVERY"),
    (changes, "_LOOK_EVERY"),
    (notify, "_LOOK_EVERY"),
    (signals, "_LOOK_EVERY"),  # of a SQLite file: what this process itself wrote it is told without it
    (insights, "_LONGEST"),
)

Put = Callable[[Any, str, Any], None]
Browse = Callable[..., Any]


def settings_for(directory: Path, *, contexts: int = 2, **more: Any) -> Settings:
    """An hour between two looks, and any free port."""
    given: dict[str, Any] = {
        "work": WorkSettings(tick=HOUR),
        "browser": BrowserSettings(contexts=contexts),
        "web": WebSettings(address="127.0.0.1:0", key=SecretStr(new_key())),
    }
    return Settings(data_dir=directory, **given | more)


async def visit_nothing(_context: Any, plan: Plan, *_: Any) -> Conclusion:
    """Stands where the browser is."""
    if plan.kind is VisitKind.ACCEPT:
        facts, event = Facts(accepted_at=utc_now()), Event.CONFIRMATION_ASKED
        return Conclusion(outcome="accepted", event=event, why="by nobody", facts=facts, invitation_state="accepted")
    return Conclusion(
        outcome="interrupted", event=Event.INTERRUPTED, why="by nobody", due=utc_now() + timedelta(days=1)
    )


def look_seldom(put: Put, notes: Path, *, browse: Browse = visit_nothing) -> None:
    """Let this process look once an hour, note its looks, and open no browser."""
    for module, name in _NETS:
        put(module, name, HOUR)
    put(visits_run, "browse", browse)
    once, seconds_to_next, ended = Dispatcher.once, Dispatcher.seconds_to_next, Dispatcher.ended
    look, handle = Operations.look, RunningVisits.handle

    async def looking(self: Dispatcher) -> int:
        _note(notes, "dispatcher looks")
        return await once(self)

    async def resting(self: Dispatcher) -> float:
        seconds = await seconds_to_next(self)
        _note(notes, "dispatcher rests")
        return seconds

    def asked(self: Operations) -> Any:
        _note(notes, "operations looks")
        taken = look(self)
        _note(notes, "operations looks" if taken else "operations rests")
        return taken

    def freed(self: Dispatcher, account_id: str) -> None:
        _note(notes, "dispatcher looks")  # it is woken right afterwards
        ended(self, account_id)

    async def visiting(self: RunningVisits, account_id: str) -> str:
        _note(notes, "visits look")
        try:
            return await handle(self, account_id)
        finally:
            _note(notes, "visits rests")

    put(Dispatcher, "once", looking)
    put(Dispatcher, "ended", freed)
    put(RunningVisits, "handle", visiting)
    put(Dispatcher, "seconds_to_next", resting)
    put(Operations, "look", asked)


def _note(notes: Path, line: str) -> None:
    with notes.open("a", encoding="ascii") as file:
        file.write(f"{line}\n")


def looks_of(notes: Path, loop: str) -> int:
    """How many looks of this loop are over that found nothing to do."""
    return notes.read_text(encoding="ascii").splitlines().count(f"{loop} rests")


async def rest_of(notes: Path) -> None:
    """Wait until each loop of the process has looked and rests, and no visit runs."""
    async with asyncio.timeout(PATIENCE):
        while not _rests(_last_of_each(notes)):  # noqa: ASYNC110 - another process notes it
            await asyncio.sleep(0.05)


def _rests(last: dict[str, str]) -> bool:
    return {"dispatcher", "operations"} <= set(last) and set(last.values()) == {"rests"}


def _last_of_each(notes: Path) -> dict[str, str]:
    lines = notes.read_text(encoding="ascii").splitlines() if notes.exists() else []
    return {loop: what for loop, _, what in (line.partition(" ") for line in lines)}


async def visited(engine: Engine, account_id: str, *, times: int = 1) -> str:
    """Wait until an account is visited so many times; by which worker it was the last time."""
    async with asyncio.timeout(PATIENCE):
        while len(workers := await asyncio.to_thread(_workers_of, engine, account_id)) < times:  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.05)
    return workers[-1]


def _workers_of(engine: Engine, account_id: str) -> list[str]:
    mine = sa.select(visits.c.worker).where(visits.c.account_id == account_id).order_by(visits.c.started_at)
    with reading(engine) as conn:
        return list(conn.scalars(mine))


@asynccontextmanager
async def working(settings: Settings, engine: Engine, vault: Vault, notes: Path, *roles: str) -> AsyncIterator[None]:
    """A daemon of this process, whose first looks are over."""
    stop = asyncio.Event()
    running = asyncio.create_task(run_daemon(settings, engine=engine, vault=vault, stop=stop, roles=roles))
    resting = asyncio.create_task(rest_of(notes))
    try:
        await asyncio.wait({running, resting}, return_when=asyncio.FIRST_COMPLETED)
        assert not running.done(), running.exception()
        await resting
        yield
    finally:
        resting.cancel()
        stop.set()
        await running


def main(url: str, directory: str, key: str) -> None:
    """Work until killed; the notes are beside the data."""
    configure_logs(level="WARNING", style="text")
    look_seldom(setattr, Path(directory) / "notes")
    settings, vault = settings_for(Path(directory)), Vault(parse_key(key, source="the test"))
    asyncio.run(run_daemon(settings, engine=connect(url), vault=vault, stop=asyncio.Event(), roles=("work",)))


if __name__ == "__main__":
    main(*sys.argv[1:])
