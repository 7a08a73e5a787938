"""Three workers on one PostgreSQL, killed at random.

Every invitation is clicked exactly once, and nothing is left behind.

The engine, the tick, the leases and the books are real, each worker is a process; only the browser is not there
(tests/support/processes/browserless_worker.py),
so that kills can be many. With real browsers: tests/acceptance/daemon/test_many_workers.py.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from agent.clock import utc_now
from agent.domain.authorization import State
from agent.store.database.engine import open_database, reading, writing
from agent.store.database.schema import accounts, leases
from agent.store.vault.keys import Vault
from tests.support.processes.browserless_worker import CLICKS, KEY
from tests.support.servers.postgres import Postgres
from tests.support.stored.registry import add_account, add_secrets, invite

pytestmark = pytest.mark.postgres


@dataclass
class Office:
    """Three places for workers, refilled as they are killed."""

    url: str
    directory: Path
    random: random.Random
    places: list[subprocess.Popen[bytes]] = field(default_factory=list)
    kills: int = 0

    def hire(self) -> subprocess.Popen[bytes]:
        name = f"w{self.kills + len(self.places)}"
        command = [
            sys.executable,
            "-W",
            "ignore",
            "-m",
            "tests.support.processes.browserless_worker",
            self.url,
            str(self.directory),
            name,
        ]
        return subprocess.Popen(command, cwd=Path(__file__).parents[3])

    def kill_one(self) -> None:
        place = self.random.randrange(len(self.places))
        self.places[place].kill()
        self.places[place].wait()
        self.kills += 1
        self.places[place] = self.hire()

    def __enter__(self) -> Office:
        self.places += [self.hire() for _ in range(3)]
        return self

    def __exit__(self, *_: object) -> None:
        for place in self.places:
            place.kill()
            place.wait()


@contextmanager
def registered(url: str, count: int) -> Iterator[Engine]:
    """So many accounts, each with an invitation that waits."""
    engine = open_database(url)
    vault = Vault(KEY)
    with writing(engine) as conn:
        CLICKS.metadata.create_all(conn)
        for number in range(count):
            add_account(conn, f"A{number}")
            add_secrets(conn, vault, f"A{number}")
            invite(conn, f"A{number}", number=number, now=utc_now())
    yield engine
    engine.dispose()


def waiting(engine: Engine) -> int:
    with reading(engine) as conn:
        return (
            conn.scalar(sa.select(sa.func.count()).where(accounts.c.authorization != State.AWAITING_CONFIRMATION)) or 0
        )


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("count", "seconds"), [pytest.param(30, 8, marks=pytest.mark.soak), pytest.param(200, 120, marks=pytest.mark.soak)]
)
def test_every_invitation_is_clicked_once_whoever_is_killed(
    postgres: Postgres, tmp_path: Path, count: int, seconds: int
) -> None:
    url = postgres.new_database()
    with registered(url, count) as engine, Office(url, tmp_path, random.Random(1)) as office:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(office.random.uniform(0.5, 2.5))
            office.kill_one()
        deadline = time.monotonic() + 400  # of a machine that is busy with other things
        while left := waiting(engine):
            assert time.monotonic() < deadline, f"{left} accounts were not accepted"
            time.sleep(0.2)
        with reading(engine) as conn:
            clicks = Counter(conn.scalars(sa.select(CLICKS.c.invitation_id)))
            held = conn.scalar(sa.select(sa.func.count()).select_from(leases))
    assert office.kills >= seconds // 3
    assert (len(clicks), set(clicks.values()), held) == (count, {1}, 0)
