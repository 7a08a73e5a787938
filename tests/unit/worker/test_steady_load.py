"""Two workers, many accounts on PostgreSQL, one in a hundred due each minute: none waits long, and no worker grows.

The engine, the tick, the leases and the books are real; only the browser is not there
(tests/support/processes/browserless_worker.py).
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.clock import utc_now
from agent.store.database.engine import open_database, reading, writing
from agent.store.database.schema import accounts, visits
from agent.store.vault.keys import Vault
from tests.support.processes.browserless_worker import KEY
from tests.support.servers.postgres import Postgres
from tests.support.stored.big_fleet import fill
from tests.support.stored.registry import add_secrets

pytestmark = [pytest.mark.postgres, pytest.mark.soak]

_WORKERS = 2
_LATE = timedelta(seconds=30)
_GROWN = 1.10


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("count", "minutes", "settled"), [(30_000, 3, 200), (100_000, 10, 500)])
def test_nobody_waits_and_no_worker_grows(
    postgres: Postgres,
    tmp_path: Path,
    count: int,
    minutes: int,
    settled: int,
) -> None:
    """`settled`: visits of a worker after which its memory is looked at for the first time."""
    url, each = postgres.new_database(), count // 100 // 60 + 1
    ids = [f"C{number:06}" for number in range(1, each * 60 * minutes + 1)]
    with fleet(url, count, ids) as engine, workers(url, tmp_path) as running:
        due: dict[str, datetime] = {}
        early: list[int] = []
        began = time.monotonic()
        for second in range(60 * minutes):
            due |= make_due(engine, ids[second * each : (second + 1) * each])
            time.sleep(max(0.0, began + second + 1 - time.monotonic()))
            if not early and ended(engine) >= settled * _WORKERS:
                early = [resident(worker) for worker in running]
        deadline = time.monotonic() + 60
        while ended(engine) < len(due) and time.monotonic() < deadline:
            time.sleep(0.5)
        late = [resident(worker) for worker in running]
        waited = delays(engine, due)
    print(f"{len(waited)} visits, the slowest began after {max(waited)}; memory {early} and then {late} kB")  # noqa: T201
    assert len(waited) == len(due)
    assert max(waited) <= _LATE
    assert all(after <= before * _GROWN for before, after in zip(early, late, strict=True)), (
        f"{early} and then {late} kB"
    )


@contextmanager
def fleet(url: str, count: int, ids: list[str]) -> Iterator[Engine]:
    """So many accounts that are complete and not due, some of them with secrets."""
    engine = open_database(url)
    fill(engine, count)
    vault = Vault(KEY)
    with writing(engine) as conn:
        conn.execute(accounts.update().values(due=utc_now() + timedelta(days=1), authorization="complete"))
        for account_id in ids:
            add_secrets(conn, vault, account_id)
    yield engine
    engine.dispose()


@contextmanager
def workers(url: str, directory: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two processes that work until they are killed."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.support.processes.browserless_worker", url, str(directory)]
    root = Path(__file__).parents[3]
    running = [subprocess.Popen([*command, f"w{number}", "read"], cwd=root) for number in range(_WORKERS)]
    try:
        yield running
    finally:
        for worker in running:
            worker.kill()
            worker.wait()


def make_due(engine: Engine, ids: list[str]) -> dict[str, datetime]:
    now = utc_now()
    with writing(engine) as conn:
        conn.execute(accounts.update().where(accounts.c.id.in_(ids)).values(due=now))
    return dict.fromkeys(ids, now)


def ended(engine: Engine) -> int:
    with reading(engine) as conn:
        return conn.scalar(sa.select(sa.func.count()).where(visits.c.ended_at.is_not(None))) or 0


def delays(engine: Engine, due: dict[str, datetime]) -> list[timedelta]:
    with reading(engine) as conn:
        rows = conn.execute(
            sa.select(visits.c.account_id, sa.func.min(visits.c.started_at)).group_by(visits.c.account_id)
        )
        return [started - due[account_id] for account_id, started in rows]


def resident(worker: subprocess.Popen[bytes]) -> int:
    lines = Path(f"/proc/{worker.pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))
