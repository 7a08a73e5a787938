"""From a mail in the mailbox to its visit, by a daemon as a process, beside a loop that only reads."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median

from agent.clock import utc_now
from agent.domain.authorization import State
from agent.rehearsal.demo.processes import environment
from agent.store import accounts
from agent.store.database.engine import reading
from fixtures.stand_in.scenario import Scenario
from tests.bench.daemons import daemon_of, until
from tests.bench.tools.bare_mail import BareLoop, bare_loop
from tests.bench.tools.figure import Family, Figure, UnmeasuredError, figure
from tests.bench.tools.world import World, name, open_world, scenario_of, world_around
from tests.support.mail.dovecot_stand_in import DovecotStandIn
from tests.support.processes.daemon_process import Daemon
from tests.support.servers.certificates import issue
from tests.support.servers.imap.dovecot import Dovecot, found

_POLLING = 60.0  # seconds between the looks of a script that polls
_STAGES = {"message.found": "stored", "message.judged": "judged", "visit.started": "begun"}
_COMPUTED = (
    f"looking into the mailbox every {_POLLING:.0f} s: {_POLLING / 2:.0f} s on average, {_POLLING:.0f} s at worst "
    "(computed)"
)
_BUSY = 2  # deliveries to a worker that draws
_BARE = "the limit, told of the same mails: a loop that waits in IDLE, fetches, parses and writes one row"


async def measure(quick: bool) -> AsyncIterator[Figure]:
    """From the moment a mail is in the mailbox to the visit's first line in the log, beside a loop that only reads."""
    runs = 3 if quick else 4
    async with open_world(scenario_of(1 + runs + _BUSY, members=False, invited=False)) as world:
        for one in await _delivered(world, "", of=_COMPUTED, busy=_BUSY):
            yield one
    if found() is None:
        raise UnmeasuredError("there is no Dovecot 2.3: run scripts/servers.py")
    async with _world_on_dovecot(scenario_of(1 + runs, members=False, invited=False)) as world:
        for one in await _delivered(world, "_dovecot", of=f"{_COMPUTED}; Dovecot tells of a mail after 0.5 s"):
            yield one


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Seconds from a mail's delivery to its visit, to a bare loop's row, and to the stages between."""

    taken: float
    bare: float
    stages: dict[str, float]


async def _delivered(world: World, suffix: str, *, of: str, busy: int = 0) -> list[Figure]:
    """Deliveries to a worker that rests, and so many to one that still draws the visit before."""
    resting: list[Delivery] = []
    drawing: list[Delivery] = []
    async with daemon_of(world) as daemon:
        with bare_loop(world, world.directory) as loop:
            for number in range(len(world.scenario.users)):
                rests = number % 2 == 0 or number > 2 * busy
                one = await _delivery(world, daemon, loop, number)
                (resting if rests else drawing).append(one)
                if not rests or number >= 2 * busy:  # the next comes to a worker at rest
                    await until(partial(_rests, daemon, name(number)), what="the audit that follows")
    figures = [
        figure(
            f"delivery_to_visit{suffix}", [one.taken for one in resting[1:]], unit="s", of=f"{of}; {_told(resting)}"
        ),
        figure(f"delivery_bare{suffix}", [one.bare for one in resting[1:]], unit="s", of=_BARE),
    ]
    if drawing:
        of = f"the worker draws the steps of the visit before; {_told(drawing)}"
        figures.append(figure(f"delivery_to_visit{suffix}_busy", [one.taken for one in drawing], unit="s", of=of))
    return figures


async def _delivery(world: World, daemon: Daemon, loop: BareLoop, number: int) -> Delivery:
    """One mail, until its visit has written its outcome."""
    user, seller = world.user(number), world.scenario.sellers[number]
    asked = time.monotonic()
    await world.control("seller", do="invite", merchant_id=seller.merchant_id, email=user.email)
    delivered, at = time.monotonic(), utc_now()
    await until(partial(_is_told, daemon, name(number), "visit.started"), what="a visit to start")
    taken = time.monotonic() - delivered
    stages = _reached(daemon, since=at)
    bare = await asyncio.to_thread(loop.written_after, asked) - (delivered - asked)
    await until(partial(_is_over, world, name(number)), what="the visit to end")
    return Delivery(taken=taken, bare=max(bare, 0.0), stages=stages)


def _told(deliveries: Sequence[Delivery]) -> str:
    """The stages in words, without the first delivery, which warms up."""
    later = deliveries[1:] or deliveries
    return ", ".join(
        f"{said} after {median(one.stages[event] for one in later):.2f} s" for event, said in _STAGES.items()
    )


def _reached(daemon: Daemon, *, since: datetime) -> dict[str, float]:
    """Seconds from then to the last line that tells of each stage: those of earlier mails stand before it."""
    told = [line for line in daemon.lines() if line["event"] in _STAGES]
    return {line["event"]: (datetime.fromisoformat(line["timestamp"]) - since).total_seconds() for line in told}


@asynccontextmanager
async def _world_on_dovecot(scenario: Scenario) -> AsyncIterator[World]:
    """A stand-in in this process whose mails a Dovecot keeps."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, ExitStack() as stack:
        directory = Path(folder)
        certificate = issue(directory)
        dovecot = stack.enter_context(Dovecot(tls=certificate))
        async with DovecotStandIn(dovecot, scenario) as stand_in:
            told = stand_in.description()
            env = environment(told, directory, {"IMAP__CA_FILE": str(certificate.ca_file)})
            async with world_around(scenario, description=told, env=env, directory=directory) as world:
                yield world


def _rests(daemon: Daemon, account: str) -> bool:
    """Whether the acceptance and the audit that follows it at once have ended, with what is drawn of them."""
    ended = [line for line in daemon.lines() if line["event"] == "visit.ended" and line.get("account") == account]
    return len(ended) > 1


def _is_told(daemon: Daemon, account: str, event: str) -> bool:
    return any(line["event"] == event and line.get("account") == account for line in daemon.lines())


def _is_over(world: World, account: str) -> bool:
    with reading(world.engine) as conn:
        return accounts.get(conn, account).authorization not in (State.ACCEPTING, State.AWAITING_INVITATION)


FAMILY = Family(
    names=(
        "delivery_to_visit",
        "delivery_bare",
        "delivery_to_visit_busy",
        "delivery_to_visit_dovecot",
        "delivery_bare_dovecot",
    ),
    measure=measure,
)
