"""What the kernel says of a process, which may end while it is read."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path


def stat_of(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; none for a process that is gone.

    A process that ends between the opening and the reading is an ESRCH of the read, not a missing file.
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or only waits for its parent to look at it."""
    fields = stat_of(pid)
    return not fields or fields[0] in "ZX"


def threads_of_this_process() -> set[int]:
    """The kernel's numbers of the threads that run now."""
    return {int(task.name) for task in Path("/proc/self/task").iterdir()}


def wakes_of(threads: Collection[int]) -> int:
    """How often these threads of this process have gone to sleep, which is how often they woke.

    Those that have ended count no more.
    """
    return sum(_sleeps_of(thread) for thread in threads)


def _sleeps_of(thread: int) -> int:
    try:
        lines = Path(f"/proc/self/task/{thread}/status").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))
