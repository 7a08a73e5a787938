"""Nothing is lost: neither by a kill at any place, nor by a receiver that fails three times in ten."""

from __future__ import annotations

import asyncio
import hashlib
import multiprocessing
import os
import signal
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from agent.domain.published.event_types import EventType
from agent.store.database.engine import reading, writing
from agent.store.outbox.pending import note
from agent.store.outbox.sequence import last_sequence
from agent.store.vault.keys import Vault
from agent.store.webhooks import deliveries
from tests.support.processes.delivering import PLACES, deliver_and_die
from tests.support.servers.receiver import Received, receiving
from tests.support.web.webhooks import Clockwork, Outlet


@pytest.mark.sampled(2)
@pytest.mark.parametrize("place", PLACES)
async def test_a_kill_at_any_place_loses_nothing_and_doubles_only_under_the_same_id(engine: Engine, place: str) -> None:
    key = os.urandom(32)
    outlet = Outlet(engine=engine, sealing=Vault(key))
    async with receiving() as receiver:
        await outlet.active(receiver.url)
        for number in range(24):
            outlet.happen(f"A{number % 3}", number)
        url = engine.url.render_as_string()
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=deliver_and_die, args=(url, key, place, 1 if place in PLACES[:2] else 5))
        process.start()
        await asyncio.to_thread(process.join, 60)
        assert process.exitcode == -signal.SIGKILL
        outlet.clock = Clockwork(moment=datetime.now(UTC) + timedelta(minutes=1))
        await outlet.drain()
    ids: dict[int, set[str]] = defaultdict(set)
    for event in receiver.taken:
        ids[event["data"]["number"]].add(event["id"])
    assert sorted(ids) == list(range(24))
    assert {len(each) for each in ids.values()} == {1}
    for account in ("A0", "A1", "A2"):
        numbers = [event["data"]["number"] for event in receiver.taken if event["subject"] == account]
        assert numbers == sorted(numbers)


@pytest.mark.slow
@pytest.mark.parametrize("count", [300, pytest.param(100_000, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
async def test_a_receiver_that_fails_three_times_in_ten_ends_with_our_states(engine: Engine, count: int) -> None:
    outlet = Outlet(engine=engine)
    tries: Counter[str] = Counter()

    def answer(received: Received) -> int:
        tries[received.id] += 1
        drawn = hashlib.sha256(f"{received.event.get('sequence')} {tries[received.id]}".encode()).digest()[0]
        return 500 if drawn < 77 and tries[received.id] <= 8 else 204

    accounts, batch = 60, 3000
    state: dict[str, int] = {}
    async with receiving(answer) as receiver:
        made = await outlet.active(receiver.url)
        while outlet.deliveries(made.endpoint.id)[-1].state != "delivered":
            await _move_on(outlet)
        receiver.received.clear()
        for begin in range(0, count, batch):
            for number in range(begin, min(begin + batch, count), 100):
                _write(outlet, range(number, min(number + 100, count)), accounts)
            await outlet.drain()
            while await _move_on(outlet):
                pass
            for event in receiver.taken:
                number, account = event["data"]["number"], event["subject"]
                assert number >= state.get(account, -1)  # in order, doubles of a failure apart
                state[account] = number
            receiver.received.clear()
    failed = sum(tries.values()) - len(tries)
    assert 0.2 < failed / sum(tries.values()) < 0.4
    assert len(tries) >= count
    assert state == {f"A{each}": max(range(each, count, accounts)) for each in range(accounts)}
    with reading(engine) as conn:
        assert deliveries.count_waiting(conn, made.endpoint.id) == 0
        assert last_sequence(conn) == count


def _write(outlet: Outlet, numbers: range, accounts: int) -> None:
    with writing(outlet.engine) as conn:
        for number in numbers:
            data = {"number": number}
            note(
                conn,
                EventType.INSIGHTS_READ,
                account_id=f"A{number % accounts}",
                now=outlet.clock.now(),
                data=data,
            )


async def _move_on(outlet: Outlet) -> bool:
    """Let time pass until the next delivery is due, and deliver; False when none waits."""
    with reading(outlet.engine) as conn:
        due = deliveries.next_due(conn, after=outlet.clock.now())
    if due is None:
        return False
    outlet.clock.moment = due + timedelta(seconds=2)
    await outlet.drain()
    return True
