"""A command at a terminal of its own: what a person would see of it."""

from __future__ import annotations

import os
import pty
import select
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SILENCE_S = 60.0
NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Typed:
    """What a person types once the terminal shows something."""

    after: str
    text: str


def run_at_a_terminal(
    command: Sequence[str], *, env: Mapping[str, str], cwd: Path, types: Sequence[Typed], uid: int | None = None
) -> str:
    """Run one command at a pseudo-terminal, type, and give everything that was shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        if uid is not None:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
        os.chdir(cwd)
        os.execve(command[0], list(command), dict(env))  # noqa: S606
    shown = ""
    try:
        for each in types:
            shown += _until(terminal, each.after)
            os.write(terminal, each.text.encode())
        while part := _read(terminal):
            shown += part
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
    return shown


def _until(terminal: int, words: str) -> str:
    shown = ""
    while words not in shown:
        part = _read(terminal)
        if not part:
            raise AssertionError(f"the command ended before it showed {words!r}: {shown}")
        shown += part
    return shown


def _read(terminal: int) -> str:
    """What is shown next; nothing once the command has ended."""
    if not select.select([terminal], [], [], SILENCE_S)[0]:
        raise AssertionError("the command showed nothing for a minute")
    try:
        return os.read(terminal, 4096).decode(errors="replace")
    except OSError:  # the last process of the terminal has ended
        return ""
