"""The demo's daemon and commands, forked: the demo from the wheel starts fresh interpreters for all of them."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

from agent.rehearsal.demo.processes import STOP_SECONDS, DemoProcesses
from tests.support.processes.forked.commands import ForkedProcess, run_forked


@dataclass(slots=True)
class ForkedDemoProcesses(DemoProcesses):
    """The same processes without the start of an interpreter for each."""

    forked: ForkedProcess | None = field(default=None)

    async def command(self, *arguments: str, stdin: str | None = None) -> tuple[int, str, str]:
        """Run one sc-agent command to its end: exit code, standard output, standard error."""
        code, out, err = await asyncio.to_thread(
            run_forked, arguments, env=self.env, cwd=self.data_dir, stdin=stdin or "", timeout=120
        )
        self.outputs += [out, err]
        return code, out, err

    async def start_daemon(self) -> None:
        """Fork `sc-agent run`; its log goes to a file."""
        self.log.touch()
        streams = [Path(os.devnull), self.log, self.log]
        self.forked = ForkedProcess(("run",), env=self.env, cwd=self.data_dir, streams=streams)

    async def stop_daemon(self) -> int:
        """SIGTERM, then the exit code.

        Raises:
            TimeoutExpired: it does not end.
        """
        daemon, self.forked = self.forked, None
        if daemon is None:
            return 0
        daemon.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(daemon.wait, STOP_SECONDS)

    async def kill_daemon(self) -> None:
        """kill -9, as a power cut would."""
        daemon, self.forked = self.forked, None
        if daemon is not None:
            daemon.kill()
            await asyncio.to_thread(daemon.wait, STOP_SECONDS)
