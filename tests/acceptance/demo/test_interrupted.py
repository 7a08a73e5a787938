"""`sc-agent demo`, interrupted: every process ends and no data is left."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.rehearsal.demo.processes import DemoProcesses
from tests.support.process_table import stat_of
from tests.support.processes.daemon_process import ROOT, wait_until

pytestmark = pytest.mark.timeout(400)


@pytest.mark.sampled(1)
@pytest.mark.parametrize("whole_group", [True, False], ids=["as Ctrl-C does", "to the demo alone"])
def test_an_interrupt_in_the_middle_ends_every_process_and_leaves_no_data(tmp_path: Path, whole_group: bool) -> None:
    with demo(tmp_path, "--seed", "4") as process:
        wait_until(lambda: is_visiting(tmp_path), within=90, what="a visit under way")
        started_by_it = descendants(process.pid)
        assert len(started_by_it) >= 3  # stand-ins, daemon, browser
        started = time.monotonic()
        (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
        process.communicate(timeout=30)
        wait_until(
            lambda: not alive(started_by_it),
            within=max(0.1, 10 - (time.monotonic() - started)),
            what="its processes to end",
        )
    assert process.returncode != 0
    assert remains(tmp_path) == []


async def test_a_command_that_the_demo_runs_ends_where_the_demo_is_interrupted(tmp_path: Path) -> None:
    processes = DemoProcesses(description={}, data_dir=tmp_path, env=dict(os.environ), log=tmp_path / "daemon.log")
    before = descendants(os.getpid())
    running = asyncio.create_task(processes.command("stand-in", "--seed", "4"))
    await asyncio.to_thread(wait_until, lambda: descendants(os.getpid()) != before, within=30, what="the command")
    started = descendants(os.getpid())
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert set(alive(started)) <= set(before)


def is_visiting(folder: Path) -> bool:
    """Tell whether the daemon's log speaks of a visit."""
    return any("visit.started" in log.read_text(errors="replace") for log in folder.glob("sc-agent-demo-*/daemon.log"))


def descendants(pid: int) -> dict[int, str]:
    """Every process below one, with the moment it was started, which tells it from a later one of the same number."""
    running = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    parents = {child: parent for child in running if (parent := parent_of(child))}
    found, fresh = {pid}, {pid}
    while fresh:
        fresh = {child for child, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return {each: fields[19] for each in found - {pid} if (fields := stat_of(each))}


def parent_of(pid: int) -> int:
    """The parent's number; 0 for a process that is gone."""
    fields = stat_of(pid)
    return int(fields[1]) if fields else 0


def alive(processes: dict[int, str]) -> list[int]:
    """Those that still run; a zombie does not."""
    return [
        pid for pid, began in processes.items() if (fields := stat_of(pid)) and fields[19] == began and fields[0] != "Z"
    ]


@contextmanager
def demo(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A demo in a process group of its own, whose temporary files are in a folder of its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("SC_AGENT_") or name.endswith("EXECUTABLE")
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", "demo", *arguments],
        env=kept | {"TMPDIR": str(folder), "COLUMNS": "160"},
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def remains(folder: Path) -> list[Path]:
    """Data directories that were not removed."""
    return list(folder.glob("sc-agent-demo-*"))
