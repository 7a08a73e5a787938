"""A command at a terminal of its own: what a person would see of it."""

from __future__ import annotations

import os
import pty
import select
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

SILENCE_S = 60.0


def run_at_a_terminal(arguments: Sequence[str], *, env: Mapping[str, str], cwd: Path, types: Sequence[str]) -> str:
    """Run one command at a pseudo-terminal and type a line after each prompt; everything that was shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.execve(sys.executable, [sys.executable, "-m", "agent", *arguments], dict(env))  # noqa: S606
    shown = b""
    try:
        for line in types:
            shown += _until_prompt(terminal)
            os.write(terminal, line.encode() + b"\n")
        while part := _read(terminal):
            shown += part
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
    return shown.decode()


def _until_prompt(terminal: int) -> bytes:
    shown = b""
    while not shown.endswith(b": "):
        part = _read(terminal)
        if not part:
            raise AssertionError(f"the command ended without asking: {shown!r}")
        shown += part
    return shown


def _read(terminal: int) -> bytes:
    """What is shown next; nothing once the command has ended."""
    if not select.select([terminal], [], [], SILENCE_S)[0]:
        raise AssertionError("the command showed nothing for a minute")
    try:
        return os.read(terminal, 4096)
    except OSError:  # the last process of the terminal has ended
        return b""
