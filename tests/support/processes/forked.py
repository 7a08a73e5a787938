"""Commands in processes of their own, forked from one that has imported their libraries: a tenth of a fresh
interpreter's cost.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from subprocess import TimeoutExpired
from tempfile import TemporaryDirectory

LIBRARIES = (
    "alembic.autogenerate",
    "cryptography.hazmat.primitives.ciphers.aead",
    "playwright.async_api",
    "rich.table",
    "sqlalchemy",
)
COMMANDS = ("accept", "accounts", "app", "audit", "mail", "output", "pause", "record", "replay", "run", "status")

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload([*LIBRARIES, *(f"agent.cli.{name}" for name in COMMANDS)])


def run_forked(
    arguments: tuple[str, ...], *, env: Mapping[str, str], cwd: Path, stdin: str, timeout: float
) -> tuple[int, str, str]:
    """Run one command to its end: exit code, standard output, standard error.

    Raises:
        TimeoutExpired: it took longer, and was killed.
    """
    with TemporaryDirectory() as folder:
        streams = [Path(folder) / name for name in ("in", "out", "err")]
        streams[0].write_text(stdin, encoding="utf-8")
        process = _server.Process(
            target=_command, args=(arguments, dict(env), str(cwd), [str(path) for path in streams])
        )
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutExpired(arguments, timeout)
        code = process.exitcode
        process.close()
        return code, streams[1].read_text(encoding="utf-8"), streams[2].read_text(encoding="utf-8")


def _command(arguments: tuple[str, ...], env: dict[str, str], cwd: str, streams: list[str]) -> None:
    """In the child: the streams, environment and directory of a fresh process, then the command line."""
    for number, (path, mode) in enumerate(zip(streams, (os.O_RDONLY, *[os.O_WRONLY | os.O_CREAT] * 2), strict=True)):
        os.dup2(os.open(path, mode, 0o600), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv = ["sc-agent", *arguments]
    from agent.cli.app import main

    main()
