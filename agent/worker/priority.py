"""Who has the processor first on a machine that several roles share."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_NICE = 5  # a third of the share that another busy process gets
_GROUP = Path("/proc/self/autogroup")  # of Linux: while it is on, niceness counts within a session only


def let_others_first() -> None:
    """Give way to the processes of other roles.

    Answers are awaited, pages are worked on. For a process that only works: itself, what it starts, and, where it leads
    a session of its own, the session. On a machine with processors to spare nothing changes.
    """
    with suppress(OSError):
        os.nice(_NICE)
    with suppress(OSError):
        if os.getsid(0) == os.getpid():
            _GROUP.write_text(str(_NICE), encoding="ascii")
