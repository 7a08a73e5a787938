"""Where `--output` writes.

A regular file whole or not at all, anything else into it, `-` to standard output.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from agent.errors import ConfigurationError

STANDARD_OUTPUT = Path("-")


@contextmanager
def open_output(output: Path | None, *, what: str = "report") -> Iterator[TextIO]:
    """Open what `--output` names for text; only we may read a file that is made.

    Nothing or `-` is standard output.

    A regular file is replaced when the block ends without an error; a link is followed, and a device, a pipe or a
    socket is written into, as a shell's redirection would.

    Raises:
        ConfigurationError: it is a directory, or cannot be written.
    """
    if output is None or output == STANDARD_OUTPUT:
        yield sys.stdout
        return
    with _told(output, what), _opened(output) as raw:
        text = os.fdopen(os.dup(raw.fileno()), "w", encoding="utf-8", newline="")
        with text:
            yield text


@contextmanager
def open_binary_output(output: Path, *, what: str) -> Iterator[BinaryIO]:
    """The same for bytes."""
    if output == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        return
    with _told(output, what), _opened(output) as raw:
        yield raw


@contextmanager
def _told(output: Path, what: str) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as err:
        raise ConfigurationError(
            f"the {what} {output} cannot be written ({(err.strerror or str(err)).lower()}); give a file in a "
            "writable directory"
        ) from err


@contextmanager
def _opened(output: Path) -> Iterator[BinaryIO]:
    target = output.resolve()  # a link stays, what it leads to is written
    mode = _mode(output)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(21, "it is a directory")
    if mode and not stat.S_ISREG(mode):
        with output.open("wb") as into:
            yield into
        return
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as whole:
            yield whole
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _mode(output: Path) -> int:
    """The kind of what stands there, links followed; 0 for nothing."""
    try:
        return output.stat().st_mode
    except FileNotFoundError:
        return 0
