"""Leases: one visit an account, whoever asks."""

from __future__ import annotations

import asyncio
import multiprocessing
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.clock import Clock
from agent.domain.account import ApiAuthorization
from agent.domain.authorization import Event
from agent.store import transitions
from agent.store.database.engine import open_database, writing
from agent.store.processes import leases, switches
from agent.store.processes.leases import Lease
from agent.visits.errors import LeaseLostError, VisitHaltedError
from agent.visits.guards.lease_guard import while_leased
from tests.support.servers.postgres import Postgres
from tests.support.stored.registry import NOW, add_account

LENGTH = timedelta(seconds=15)


def take(engine: Engine, holder: str = "w1", *, now: datetime = NOW, length: timedelta = LENGTH) -> Lease | None:
    with writing(engine) as conn:
        return leases.acquire(conn, "A1", holder=holder, now=now, length=length)


def test_a_held_account_is_busy_until_the_lease_ends(any_engine: Engine) -> None:
    assert take(any_engine) is not None
    assert take(any_engine, "w2", now=NOW + timedelta(seconds=14)) is None
    assert take(any_engine, "w2", now=NOW + timedelta(seconds=15)) is not None


def test_who_lost_the_lease_cannot_renew_it(any_engine: Engine) -> None:
    lost = take(any_engine)
    taken = take(any_engine, "w2", now=NOW + timedelta(seconds=20))
    assert lost is not None
    assert taken is not None
    with writing(any_engine) as conn:
        later = NOW + timedelta(seconds=21)
        assert not leases.renew(conn, lost, now=later, length=LENGTH)
        assert leases.renew(conn, taken, now=later, length=LENGTH)
        leases.release(conn, lost)
        assert leases.holder_of(conn, "A1", now=later) == "w2"


@pytest.mark.slow
def test_three_processes_never_hold_one_account_together(any_url: str) -> None:
    open_database(any_url).dispose()
    context = multiprocessing.get_context("spawn")
    spans = context.Queue()
    processes = [context.Process(target=_hold_often, args=(any_url, f"w{number}", spans)) for number in range(3)]
    for process in processes:
        process.start()
    held = sorted(spans.get(timeout=60) for _ in range(3 * 8))
    for process in processes:
        process.join(90)
    assert all(first[1] <= second[0] for first, second in pairwise(held))


def _hold_often(url: str, name: str, spans: Any) -> None:
    engine = open_database(url)
    done = 0
    while done < 8:
        lease = take(engine, name, now=datetime.now(UTC))
        if lease is None:
            time.sleep(0.005)
            continue
        start = time.monotonic()
        time.sleep(0.01)
        spans.put((start, time.monotonic()))
        with writing(engine) as conn:
            leases.release(conn, lease)
        done += 1
    engine.dispose()


async def _forever() -> str:
    await asyncio.Event().wait()
    return "never"


@pytest.fixture
def held(engine: Engine) -> Lease:
    with writing(engine) as conn:
        add_account(conn)
    lease = take(engine, now=datetime.now(UTC), length=timedelta(seconds=2))
    assert lease is not None
    return lease


async def run_held(engine: Engine, lease: Lease, *, seconds: float = 2) -> str:
    async with asyncio.timeout(90):
        return await while_leased(_forever(), [lease], engine=engine, clock=Clock(), length=timedelta(seconds=seconds))


async def test_a_visit_is_stopped_when_its_lease_is_lost(engine: Engine, held: Lease) -> None:
    with writing(engine) as conn:
        leases.release(conn, held)
    with pytest.raises(LeaseLostError):
        await run_held(engine, held)


async def test_a_running_visit_is_stopped_within_seconds_by_the_pause_of_everything(
    engine: Engine, held: Lease
) -> None:
    running = asyncio.create_task(run_held(engine, held))
    await asyncio.sleep(0.8)
    assert not running.done()
    with writing(engine) as conn:
        switches.pause_all(conn, now=NOW, who="operator")
    started = time.monotonic()
    with pytest.raises(VisitHaltedError, match="paused by operator"):
        await running
    assert time.monotonic() - started < 30  # it would go on for ever


async def test_a_running_visit_is_stopped_when_the_api_becomes_pending(engine: Engine, held: Lease) -> None:
    with writing(engine) as conn:
        transitions.set_api_authorization(conn, "A1", ApiAuthorization.PENDING, now=NOW)
    with pytest.raises(VisitHaltedError, match="API"):
        await run_held(engine, held)


async def test_a_running_visit_is_stopped_when_its_account_is_paused(engine: Engine, held: Lease) -> None:
    with writing(engine) as conn:
        transitions.apply(conn, "A1", Event.PAUSED, now=NOW, why="a person")
    with pytest.raises(VisitHaltedError, match="was paused"):
        await run_held(engine, held)


async def test_a_visit_that_ends_gives_its_result(engine: Engine, held: Lease) -> None:
    async def work() -> str:
        return "done"

    assert await while_leased(work(), [held], engine=engine, clock=Clock(), length=LENGTH) == "done"


def test_a_lease_from_before_the_clock_was_set_back_ends_after_its_length(any_engine: Engine) -> None:
    assert take(any_engine, "dead", now=NOW + timedelta(days=1)) is not None
    assert take(any_engine, "w2", now=NOW) is None
    assert take(any_engine, "w2", now=NOW + timedelta(seconds=16)) is not None


def test_who_still_lives_keeps_the_lease_when_the_clock_was_set_back(any_engine: Engine) -> None:
    held = take(any_engine, now=NOW + timedelta(days=1))
    assert held is not None
    assert take(any_engine, "w2", now=NOW) is None
    with writing(any_engine) as conn:
        assert leases.renew(conn, held, now=NOW + timedelta(seconds=4), length=LENGTH)
    assert take(any_engine, "w2", now=NOW + timedelta(seconds=16)) is None


@pytest.mark.slow
async def test_a_visit_is_stopped_before_its_lease_ends_when_the_database_does_not_answer(
    engine: Engine, held: Lease
) -> None:
    with closing(sqlite3.connect(str(engine.url.database))) as other:
        other.execute("BEGIN IMMEDIATE")  # whoever wants to write now waits for ten seconds
        started = time.monotonic()
        with pytest.raises(LeaseLostError, match="does not answer"):
            await run_held(engine, held, seconds=8)
        assert time.monotonic() - started < 8


@pytest.mark.postgres
def test_who_wants_a_lease_does_not_wait_for_its_holder(postgres: Postgres) -> None:
    """The holder, in the middle of renewing it, may be waiting for the account that whoever wants it has locked."""
    engine = open_database(postgres.new_database())
    with writing(engine) as conn:
        add_account(conn)
        held = leases.acquire(conn, "A1", holder="one", now=NOW, length=LENGTH)
    assert held is not None
    with writing(engine) as holding:
        assert leases.renew(holding, held, now=NOW, length=LENGTH)
        with writing(engine) as conn:
            conn.execute(sa.text("SET LOCAL lock_timeout = '200ms'"))
            assert leases.acquire(conn, "A1", holder="two", now=NOW, length=LENGTH) is None
    engine.dispose()
