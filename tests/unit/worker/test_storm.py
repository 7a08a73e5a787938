"""Thousands of accounts due in the same second: all are taken, and what is urgent does not wait for them.

The engine, the tick, the leases and the books are real; only the browser is not there
(tests/support/processes/browserless_worker.py). Accounts without secrets end at once, as in the bench's
`due_storm_20k`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.clock import utc_now
from agent.domain.authorization import State
from agent.store.database.engine import reading, writing
from agent.store.database.schema import accounts, visits
from tests.support.servers.postgres import Postgres
from tests.support.stored.accounts import write_account
from tests.unit.worker.test_steady_load import fleet, make_due, workers

pytestmark = [pytest.mark.postgres, pytest.mark.soak]

_URGENT = "C000001"  # the one that has secrets
_AT_ONCE = timedelta(seconds=30)
_WITHIN = 3000.0  # seconds; on an idle machine one worker takes 20,000 in seven minutes


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("count", [2_000, 20_000])
def test_all_of_a_storm_are_taken_and_what_is_urgent_does_not_wait(
    postgres: Postgres, tmp_path: Path, count: int
) -> None:
    with (
        fleet(postgres.new_database(), count, [_URGENT]) as engine,
        workers(engine.url.render_as_string(hide_password=False), tmp_path) as running,
    ):
        stormy = [f"C{number:06}" for number in range(2, count + 1)]
        make_due(engine, stormy)
        began = time.monotonic()
        until(lambda: taken(engine) >= count // 10)
        asked = want(engine)
        until(lambda: begun(engine) is not None)
        waited, meanwhile = (begun(engine) or asked) - asked, taken(engine)
        until(lambda: taken(engine) == len(stormy))
        seconds = time.monotonic() - began
        assert [worker.poll() for worker in running] == [None] * len(running)
    print(f"{len(stormy)} in {seconds:.0f} s; the urgent one after {waited}, when {meanwhile} were taken")  # noqa: T201
    assert meanwhile < len(stormy)  # the storm was not over
    assert waited <= _AT_ONCE


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _WITHIN
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def want(engine: Engine) -> datetime:
    """Let a person ask for the account that has secrets."""
    now = utc_now()
    with writing(engine) as conn:
        write_account(conn, _URGENT, authorization=State.COMPLETE, due=now, urgent=True)
    return now


def taken(engine: Engine) -> int:
    with reading(engine) as conn:
        return conn.scalar(sa.select(sa.func.count()).where(accounts.c.retries > 0)) or 0


def begun(engine: Engine) -> datetime | None:
    with reading(engine) as conn:
        return conn.scalar(sa.select(visits.c.started_at).where(visits.c.account_id == _URGENT).limit(1))
