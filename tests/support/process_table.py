"""What the kernel says of a process, which may end while it is read."""

from __future__ import annotations

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
