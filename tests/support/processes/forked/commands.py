"""Commands in processes of their own, forked from one that has imported their libraries: a tenth of a fresh
interpreter's cost.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from subprocess import TimeoutExpired
from tempfile import TemporaryDirectory

PRELOADED = "tests.support.processes.forked.preloaded"

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload([PRELOADED])


class ForkedProcess:
    """One `sc-agent` command under way, with what tests use of `subprocess.Popen`."""

    def __init__(self, arguments: tuple[str, ...], *, env: Mapping[str, str], cwd: Path, streams: list[Path]) -> None:
        """Start it; `streams` are the files of its standard input, output and error."""
        self.arguments = arguments
        self._process = _server.Process(
            target=_command, args=(arguments, dict(env), str(cwd), [str(path) for path in streams])
        )
        self._process.start()

    @property
    def pid(self) -> int:
        """Its process id."""
        pid = self._process.pid
        assert pid is not None
        return pid

    @property
    def returncode(self) -> int | None:
        """Its exit code, minus the signal that killed it; None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The same, under the name that `Popen` gives it."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; the exit code.

        Raises:
            TimeoutExpired: it takes longer.
        """
        self._process.join(timeout)
        if (code := self.returncode) is None:
            raise TimeoutExpired(self.arguments, timeout or 0)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9."""
        self.send_signal(signal.SIGKILL)


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
        process = ForkedProcess(arguments, env=env, cwd=cwd, streams=streams)
        try:
            code = process.wait(timeout)
        except TimeoutExpired:
            process.kill()
            process.wait()
            raise
        return code, streams[1].read_text(encoding="utf-8"), streams[2].read_text(encoding="utf-8")


def _command(arguments: tuple[str, ...], env: dict[str, str], cwd: str, streams: list[str]) -> None:
    """In the child: the streams, environment and directory of a fresh process, then the command line."""
    assert PRELOADED in sys.modules, "the process that commands are forked from could not import their libraries"
    for number, (path, mode) in enumerate(
        zip(streams, (os.O_RDONLY, *[os.O_WRONLY | os.O_CREAT | os.O_APPEND] * 2), strict=True)
    ):
        os.dup2(os.open(path, mode, 0o600), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - as long as the process
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.argv = ["sc-agent", *arguments]
    from agent.cli.app import main

    main()
