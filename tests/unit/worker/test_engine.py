"""The engine: tickets are used once, work that was cut off is done again, by ourselves or by another worker."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from agent.errors import ConfigurationError
from agent.settings.model import Settings
from agent.store.database.engine import open_database
from agent.worker import engine
from agent.worker.data_lock import only_daemon
from agent.worker.engine import ALONE, VisitEngine
from tests.support.processes.engine_worker import LEASE
from tests.support.processes.unfinished_visits import unfinished_visits
from tests.support.servers.postgres import Postgres, running_postgres


@contextmanager
def worker(url: str, log: Path, name: str, mode: str, tickets: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process; killed in the end if it still runs."""
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "tests.support.processes.engine_worker",
        url,
        str(log),
        name,
        mode,
        str(tickets),
    ]
    with subprocess.Popen(command, cwd=Path(__file__).parents[3]) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(log: Path, *lines: str, within: float = 60) -> float:
    """Wait until the log has all of these lines; returns how long that took."""
    started = time.monotonic()
    while time.monotonic() - started < within:
        if log.exists() and set(lines) <= set(log.read_text().splitlines()):
            return time.monotonic() - started
        time.sleep(0.05)
    pytest.fail(f"{lines} did not all appear in {log.read_text() if log.exists() else 'no log'}")


@pytest.mark.slow
def test_a_visit_cut_off_by_a_kill_is_made_again_after_the_restart(sqlite_url: str, tmp_path: Path) -> None:
    open_database(sqlite_url).dispose()
    log = tmp_path / "log"
    with worker(sqlite_url, log, ALONE, "hang", tickets=1) as first:
        wait_for(log, f"{ALONE} began A0")
        first.kill()
    with worker(sqlite_url, log, ALONE, "work") as second:
        wait_for(log, f"{ALONE} ended A0", within=60)
        assert second.wait(90) == 0
    assert log.read_text().splitlines().count(f"{ALONE} began A0") == 2


@pytest.mark.sampled(1, of="two workers")
@pytest.mark.postgres
def test_the_workflows_of_a_killed_worker_are_ended_by_another(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.new_database()
    open_database(url).dispose()
    log = tmp_path / "log"
    with worker(url, log, "w1", "hang", tickets=3) as first:
        wait_for(log, *(f"w1 began A{number}" for number in range(3)))
        with worker(url, log, "w2", "work") as second:
            wait_for(log, "w2 ready -")
            first.kill()
            assert second.wait(LEASE + 40) == 0  # nothing is unfinished any more
    assert "w2 began" not in log.read_text()  # their accounts are still due: the dispatcher's business


@pytest.mark.sampled(1, of="two workers")
@pytest.mark.postgres
def test_a_living_worker_keeps_its_visits(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.new_database()
    open_database(url).dispose()
    log = tmp_path / "log"
    with worker(url, log, "w1", "hang", tickets=1):
        wait_for(log, "w1 began A0")
        with worker(url, log, "w2", "hang"):
            wait_for(log, "w2 ready -")
            time.sleep(LEASE * 1.3)
    assert "w2 began" not in log.read_text()


@pytest.mark.postgres
def test_a_crash_of_the_database_under_load_costs_nothing_but_time(tmp_path: Path) -> None:
    with running_postgres() as server:
        url = server.new_database()
        open_database(url).dispose()
        log = tmp_path / "log"
        with worker(url, log, "w1", "work", tickets=40) as process:
            wait_for(log, "w1 ended A0", within=40)
            server.stop("immediate")
            time.sleep(2)
            assert process.poll() is None
            server.start()
            wait_for(log, *(f"w1 ended A{number}" for number in range(40)), within=60)


@pytest.fixture
async def running(sqlite_url: str, tmp_path: Path) -> AsyncIterator[tuple[VisitEngine, list[str]]]:
    """An engine whose handler notes the accounts it was called for."""
    seen: list[str] = []

    async def handle(account_id: str) -> str:
        seen.append(account_id)
        return "done"

    visiting = VisitEngine(Settings(data_dir=tmp_path), database=sa.make_url(sqlite_url), executor_id=ALONE)
    await visiting.run(handle)
    yield visiting, seen
    await visiting.stop()


async def settle(visiting: VisitEngine) -> None:
    async with asyncio.timeout(90):
        while await unfinished_visits():  # noqa: ASYNC110 - the engine tells nobody
            await asyncio.sleep(0.05)


async def test_each_start_is_one_visit(running: tuple[VisitEngine, list[str]]) -> None:
    visiting, seen = running
    for _ in range(3):
        await visiting.start("A1")
    await settle(visiting)
    assert seen == ["A1"] * 3


async def test_each_engine_runs_its_own_handler(sqlite_url: str, tmp_path: Path) -> None:
    """One after another: what one engine was given is gone when it stops."""
    called: list[str] = []
    for name in ("first", "second"):

        async def handle(account_id: str, name: str = name) -> str:
            called.append(f"{name} {account_id}")
            return "done"

        visiting = VisitEngine(Settings(data_dir=tmp_path), database=sa.make_url(sqlite_url), executor_id=ALONE)
        with pytest.raises(RuntimeError, match="does not run"):
            await visiting.start("A1")
        await visiting.run(handle)
        await visiting.start("A1")
        await settle(visiting)
        await visiting.stop()
        with pytest.raises(RuntimeError, match="does not run"):
            await visiting.start("A1")
    assert called == ["first A1", "second A1"]


async def test_finished_work_is_forgotten_when_it_is_old_however_much_it_is(
    running: tuple[VisitEngine, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_BATCH", 2)
    visiting, _ = running
    for number in range(5):
        await visiting.start(f"A{number}")
    await settle(visiting)
    assert await visiting.forget(datetime.now(UTC) - timedelta(days=1)) == 0
    assert await visiting.forget(datetime.now(UTC) + timedelta(days=1)) == 5
    assert await visiting.forget(datetime.now(UTC) + timedelta(days=1)) == 0


async def test_what_waits_for_a_thread_when_the_engine_stops_is_done_all_the_same(
    running: tuple[VisitEngine, list[str]],
) -> None:
    visiting, _ = running
    await visiting.start("A1")
    free = threading.Event()
    busy = [asyncio.create_task(asyncio.to_thread(free.wait)) for _ in range(engine._THREADS)]
    waiting = [asyncio.create_task(asyncio.to_thread(int, str(number))) for number in range(3)]
    stopped = asyncio.create_task(visiting.stop())
    waiting.append(asyncio.create_task(asyncio.to_thread(int, "3")))
    await stopped
    free.set()
    assert await asyncio.gather(*waiting) == [0, 1, 2, 3]
    assert all(await asyncio.gather(*busy))


def test_a_second_daemon_on_the_same_file_is_refused_in_one_line(sqlite_url: str) -> None:
    url = sa.make_url(sqlite_url)
    with only_daemon(url):
        with pytest.raises(ConfigurationError, match="another daemon") as caught, only_daemon(url):
            pass
        assert "\n" not in str(caught.value)
    with only_daemon(url):
        pass
