"""The process of a browser that we started, marked by an argument.

One that hangs cannot be closed, only killed.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

_SWITCH = "--sc-agent-browser="  # Chromium ignores switches that it does not know
_NICE = 5  # more than we have: a third of the share that another busy process gets

_MOST = 19  # niceness knows no more


def new_mark() -> str:
    """A switch by which a browser's process is found again."""
    return f"{_SWITCH}{uuid4().hex}"


def find_process(mark: str) -> int | None:
    """The leading process of the browser started with this mark.

    None when it is gone, or where there is no /proc to look into.
    """
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if mark.encode() in words and not any(word.startswith(b"--type=") for word in words):
                return int(entry.name)
    return None


def kill_process(mark: str) -> bool:
    """Kill the browser with all its processes, also one that is frozen.

    False when there was nothing to kill.
    """
    leader = find_process(mark)
    if leader is None:
        return False
    with suppress(ProcessLookupError):
        if os.getpgid(leader) == leader:  # Playwright starts it as the leader of its group
            os.killpg(leader, signal.SIGKILL)
        else:
            os.kill(leader, signal.SIGKILL)
    return True


def yield_processor(mark: str) -> None:
    """Let a browser's processes have the processor after others.

    Pages are many, and answers must not wait for them.

    On a machine that has processors to spare nothing changes. What they start later inherits it.
    """
    if (leader := find_process(mark)) is not None:
        with suppress(OSError):
            if os.getpgid(leader) == leader:
                os.setpriority(os.PRIO_PGRP, leader, min(_MOST, os.getpriority(os.PRIO_PROCESS, 0) + _NICE))


def memory_of_group(leader: int) -> int:
    """Bytes of memory of the processes of a group.

    What they share is shared out between them.
    """
    total = 0
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.getpgid(int(entry.name)) == leader:
                total += _share(entry)
    return total


def _share(process: Path) -> int:
    for line in (process / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
