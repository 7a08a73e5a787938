"""From a committed change to the receiver that has it: the daemon's own process, PostgreSQL, loopback."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from agent.clock import utc_now
from agent.domain.authorization import Event
from agent.domain.published.event_types import EventType
from agent.outbox.endpoint_actions import add_endpoint
from agent.settings.model import Settings
from agent.store import transitions
from agent.store.api.web_key import open_web_key
from agent.store.database.engine import open_database, writing
from agent.store.vault.keys import Vault, new_key
from tests.bench.tools.figure import Family, Figure, UnmeasuredError, figure
from tests.support.processes.daemon_process import running_daemon
from tests.support.servers.postgres import running_postgres
from tests.support.servers.receiver import Receiver, receiving
from tests.support.stored.registry import add_account

_CHANGES, _QUICK = 60, 10
_POLLED = 1.0  # seconds between two looks of a platform that asks


async def measure(quick: bool) -> AsyncIterator[Figure]:
    """Pause and resume an account again and again; each change is one event."""
    try:
        with running_postgres() as server, tempfile.TemporaryDirectory() as directory:
            delays = await _measure(server.new_database(), Path(directory), _QUICK if quick else _CHANGES)
    except pytest.skip.Exception as err:
        raise UnmeasuredError(str(err)) from err
    of = (
        f"asking once a second, which learns of a change {_POLLED / 2:.1f} s late on average; state committed by "
        "another process"
    )
    yield figure("change_to_webhook", delays, unit="s", of=of)


async def _measure(url: str, directory: Path, count: int) -> list[float]:
    key = new_key()
    engine = open_database(url)
    settings = Settings(vault_key=key)  # type: ignore[arg-type]  # taken as a secret
    env = {name: value for name, value in os.environ.items() if not name.startswith("SC_AGENT_")}
    own = {
        "DATABASE_URL": url,
        "VAULT_KEY": key,
        "DATA_DIR": str(directory / "data"),
        "WEB__ADDRESS": "127.0.0.1:0",
        "BROWSER__HOST_RESOLVER_RULES": "MAP * 127.0.0.1:1",
        "WEBHOOKS__ALLOW_LOOPBACK": "true",
    }
    async with receiving() as receiver:
        with writing(engine) as conn:
            add_account(conn, now=utc_now())
        sealing = open_web_key(settings).vault()
        await asyncio.to_thread(_add, engine, receiver.url, sealing)
        env |= {f"SC_AGENT_{name}": value for name, value in own.items()}
        with running_daemon(env, directory, "--roles", "web"):
            await receiver.wait_for(1)
            delays = [await _delay(engine, receiver, number) for number in range(count)]
    engine.dispose()
    return delays


def _add(engine: Engine, url: str, sealing: Vault) -> None:
    with writing(engine) as conn:
        add_endpoint(conn, url=url, types=[EventType.STATE_CHANGED], sealing=sealing, now=utc_now())


async def _delay(engine: Engine, receiver: Receiver, number: int) -> float:
    seen = len(receiver.received)
    committed = await asyncio.to_thread(_change, engine, number)
    with suppress(TimeoutError):
        await receiver.wait_for(seen + 1)
        return time.monotonic() - committed
    raise UnmeasuredError("a change did not arrive within a minute")


def _change(engine: Engine, number: int) -> float:
    event = Event.RESUMED if number % 2 else Event.PAUSED
    with writing(engine) as conn:
        transitions.apply(conn, "A1", event, now=utc_now(), why="measured")
    return time.monotonic()


FAMILY = Family(names=("change_to_webhook",), measure=measure)
