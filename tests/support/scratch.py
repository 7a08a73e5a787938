"""Where tests put their files: in memory, where the machine has enough of it.

Thousands of small files that live for a second cost a disk's file system a twentieth of the suite's time.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

MEMORY = Path("/dev/shm")
_ENOUGH = 6 * 1024**3  # bytes; a run leaves a few hundred megabytes


def keep_scratch_in_memory(environ: MutableMapping[str, str], *, place: Path = MEMORY) -> None:
    """Let this process, and what it starts, make its temporary files there, unless it was told where."""
    if "TMPDIR" in environ or not is_fit(place):
        return
    environ["TMPDIR"] = str(place)
    tempfile.tempdir = None


def is_fit(place: Path, *, memory: Path = Path("/proc/meminfo")) -> bool:
    """Whether programs may be started from there, and it has room, in memory, too."""
    try:
        about = os.statvfs(place)
        free = re.search(r"^MemAvailable:\s+(\d+) kB$", memory.read_text(encoding="ascii"), re.MULTILINE)
    except OSError:
        return False
    room = min(about.f_bavail * about.f_frsize, int(free[1]) * 1024 if free else 0)
    return not about.f_flag & os.ST_NOEXEC and os.access(place, os.W_OK) and room >= _ENOUGH
