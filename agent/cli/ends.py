"""How a command ends early.

Signals, readers that went away, streams that were never there.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import NoReturn

SIGINT_OF_TYPER = 130  # what typer makes of Ctrl-C
NO_READER = 141  # what a shell says of a program that SIGPIPE ended: no finding, no person needed, and not all right


def on_signals() -> None:
    """Take SIGTERM and SIGHUP (a lost terminal) as Ctrl-C.

    What runs is put back, one line, exit 3.

    `nohup` stays what it is: a signal that is ignored already is not taken. The daemon sets handlers of its own.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def have_streams() -> None:
    """Stand in for streams that were closed before the start.

    Nothing to read, nowhere to write.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for as long as we run


def is_broken_pipe(error: BaseException) -> bool:
    """Whether the command ended because its output is closed (a broken pipe).

    Groups of errors are looked into.
    """
    if isinstance(error, BaseExceptionGroup):
        return all(is_broken_pipe(one) for one in error.exceptions)
    return isinstance(error, BrokenPipeError)


def without_reader() -> NoReturn:
    """End because the output is closed.

    Python's own last flush must not complain.
    """
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(null, stream)
    raise SystemExit(NO_READER)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)
