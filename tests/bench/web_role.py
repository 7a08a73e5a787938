"""The web role as a process of its own over PostgreSQL: its memory, and how soon it answers while a worker makes
visits.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from statistics import median, quantiles

from agent.clock import utc_now
from agent.domain.authorization import State
from agent.settings.model import Settings
from agent.store.api import api_keys
from agent.store.api.api_keys import Scope
from agent.store.api.web_key import open_web_key
from agent.store.database.engine import writing
from tests.bench.daemons import cpu_of, daemon_of, database_of, make_due, resident, until
from tests.bench.tools.bare_server import bare_server
from tests.bench.tools.figure import Family, Figure, UnmeasuredError, figure
from tests.bench.tools.world import World, name, open_world, scenario_of
from tests.support.servers.postgres import find_binaries, running_postgres

_RATE = 200  # requests a second
_VISITS = 4  # at once
_KEPT_UP = 1.0  # seconds: with a longer queue the ratio would say nothing
_CONNECTIONS = 32
_PATH = f"/api/v1/accounts/{name(0)}/status"
_AGAIN = 1.0  # seconds until the accounts are made due again


async def measure(quick: bool) -> AsyncIterator[Figure]:
    """Ask for one status document at a steady rate, without visits and while four are made at once."""
    if not find_binaries():
        raise UnmeasuredError("there is no PostgreSQL")
    seconds = 3.0 if quick else 10.0
    with ExitStack() as stack:
        url = stack.enter_context(running_postgres()).new_database()
        async with open_world(scenario_of(_VISITS, members=True, invited=False), url=url) as world:
            own = {**database_of(world), "DATA_DIR": str(world.directory / "web")}
            async with daemon_of(world, "--roles", "web", **own) as web, bare_server() as bare:
                started = next(line for line in web.lines() if line["event"] == "daemon.started")
                address, key = str(started["web"]), _key(world)
                for place in (address, bare):
                    await _p99(place, key, 1.0)  # connections, plans and code are warm from then on
                before = cpu_of(web.process.pid)
                alone = await _p99(address, key, seconds)
                bare_alone = await _p99(bare, key, seconds)
                spent = 1000 * (cpu_of(web.process.pid) - before) / (_RATE * seconds)
                of = f"CPU of the web process at {_RATE}/s; p99 {alone * 1000:.0f} ms"
                yield figure("status_cpu", [spent], unit="ms", of=of)
                yield figure(
                    "web_memory", [resident(web.process.pid)], unit="MB", of=f"after {_RATE * seconds:.0f} requests"
                )
                if alone > _KEPT_UP:
                    raise UnmeasuredError(f"at {_RATE}/s requests queue up without any visit (p99 {alone:.1f} s)")
                more = {**database_of(world), "BROWSER__CONTEXTS": str(_VISITS)}
                async with daemon_of(world, "--roles", "work", **more) as worker:
                    again = asyncio.create_task(_keep_due(world))
                    await until(lambda: any(line["event"] == "visit.started" for line in worker.lines()), what="visits")
                    turns = [(await _p99(address, key, seconds), await _p99(bare, key, seconds)) for _ in range(2)]
                    busy, bare_busy = (median(column) for column in zip(*turns, strict=True))
                    again.cancel()
                    with suppress(asyncio.CancelledError):
                        await again
    of = f"p99 of GET status at {_RATE}/s: {busy * 1000:.0f} ms beside {alone * 1000:.0f} ms without visits"
    yield figure("status_p99_with_visits", [busy / alone], unit="ratio", of=of)
    told = (
        "p99 of GET status under four visits beside that of a server that only says hello, by turns: "
        f"{busy * 1000:.0f} ms beside "
        f"{bare_busy * 1000:.0f} ms; that server's own grows {bare_busy / bare_alone:.1f} times "
        f"({bare_alone * 1000:.0f} ms alone)"
    )
    yield figure("status_p99_vs_bare", [ours / theirs for ours, theirs in turns], unit="ratio", of=told)


async def _p99(address: str, key: str, seconds: float) -> float:
    """From the moment each request was due, so that waiting for a turn counts.

    Requests are written as they are: a client library would take more of the machine than what is measured.
    """
    head = f"GET {_PATH} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
    due: asyncio.Queue[float | None] = asyncio.Queue()
    taken: list[float] = []
    async with asyncio.TaskGroup() as group:
        for _ in range(_CONNECTIONS):
            group.create_task(_ask(address, head, due, taken))
        began = time.monotonic()
        for number in range(int(_RATE * seconds)):
            await asyncio.sleep(began + number / _RATE - time.monotonic())
            due.put_nowait(began + number / _RATE)
        for _ in range(_CONNECTIONS):
            due.put_nowait(None)
    return quantiles(taken, n=100)[98]


async def _ask(address: str, head: bytes, due: asyncio.Queue[float | None], taken: list[float]) -> None:
    """One connection, until None comes."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    while (moment := await due.get()) is not None:
        writer.write(head)
        answer = await reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"content-length: ([0-9]+)", answer)
        body = await reader.readexactly(int(found[1]) if found else 0)
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise UnmeasuredError(f"at {_RATE}/s a request was answered with {answer[9:12].decode()}: {body.decode()}")
        taken.append(time.monotonic() - moment)
    writer.close()


async def _keep_due(world: World) -> None:
    while True:
        await asyncio.to_thread(make_due, world, State.AWAITING_PERMISSIONS)
        await asyncio.sleep(_AGAIN)


def _key(world: World) -> str:
    with writing(world.engine) as conn:
        key = open_web_key(Settings(vault_key=world.env["SC_AGENT_VAULT_KEY"]))  # type: ignore[arg-type] # taken as a secret
        _, secret = api_keys.create(conn, key, name="bench", scopes={Scope.STATUS_READ}, days=None, now=utc_now())
    return secret.get_secret_value()


FAMILY = Family(names=("status_cpu", "web_memory", "status_p99_with_visits", "status_p99_vs_bare"), measure=measure)
