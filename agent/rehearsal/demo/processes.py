"""The demo's processes and the settings that join them.

The stand-ins, the daemon and one-off commands.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.errors import ConfigurationError
from agent.store.vault.keys import new_key

START_SECONDS = 30.0
STOP_SECONDS = 15.0  # the daemon promises five; a machine busy with other things may need more to end a process
_RHYTHM = {  # the only other difference to production: faster clocks
    "WORK__TICK": "0.5",
    "WORK__BACKOFF_FIRST": "1",
    "WORK__BACKOFF_MAX": "4",
    "AUDIT__INTERVAL": "3600",
    "AUDIT__INTERVAL_WAITING": "1.5",
    "MAIL__IDLE_SLICE": "5",
    "OBSERVE__LOG_FORMAT": "json",
}


def environment(description: Mapping[str, Any], data_dir: Path, more: Mapping[str, str]) -> dict[str, str]:
    """The settings that point an agent at running stand-ins.

    Nothing of the caller's own settings is kept but the browser.
    """
    imap = description["imap"]
    settings = {
        "DATA_DIR": str(data_dir),
        "VAULT_KEY": new_key(),
        "WEB__ADDRESS": "127.0.0.1:0",
        "IMAP__HOST": imap["host"],
        "IMAP__PORT": str(imap["port"]),
        "IMAP__USERNAME": imap["username"],
        "IMAP__PASSWORD": imap["password"],
        "IMAP__TLS": imap["tls"],
        "MAIL__DNS_SERVERS": description["dns"],
        "BROWSER__HOST_RESOLVER_RULES": description["host_resolver_rules"],
        "BROWSER__TRUSTED_SPKI": ",".join(description["spki"]),
    }
    own = {name: value for name, value in os.environ.items() if not name.upper().startswith("SC_AGENT_")}
    if executable := os.environ.get("SC_AGENT_BROWSER__EXECUTABLE"):
        settings["BROWSER__EXECUTABLE"] = executable
    return own | {f"SC_AGENT_{name}": value for name, value in (settings | _RHYTHM | dict(more)).items()}


@dataclass(slots=True)
class DemoProcesses:
    """Running stand-ins, and the agent's processes beside them."""

    description: dict[str, Any]
    data_dir: Path
    env: dict[str, str]
    log: Path
    daemon: asyncio.subprocess.Process | None = None
    outputs: list[str] = field(default_factory=list)  # everything one-off commands printed

    async def command(self, *arguments: str, stdin: str | None = None) -> tuple[int, str, str]:
        """Run one sc-agent command to its end: exit code, standard output, standard error.

        Interrupted, it ends the command first: one that goes on would write into a data directory that is removed.
        """
        process = await _start(*arguments, env=self.env, stdin=stdin is not None, cwd=self.data_dir)
        try:
            out, err = await process.communicate(stdin.encode() if stdin is not None else None)
        finally:
            await _stop(process)
        self.outputs += [out.decode(), err.decode()]
        return process.returncode or 0, out.decode(), err.decode()

    async def start_daemon(self) -> None:
        """Start `sc-agent run`; its log goes to a file."""
        with self.log.open("ab") as log:
            self.daemon = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "agent",
                "run",
                env=self.env,
                cwd=self.data_dir,
                stdout=log,
                stderr=log,
                stdin=asyncio.subprocess.DEVNULL,
            )

    async def stop_daemon(self) -> int:
        """SIGTERM, then the exit code.

        Raises:
            ConfigurationError: it had to be killed.
        """
        if self.daemon is None:
            return 0
        code = await _stop(self.daemon)
        self.daemon = None
        return code

    def last_words(self) -> str:
        """The last line of the daemon's log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        return lines[-1] if lines else "nothing was logged"


@asynccontextmanager
async def open_processes(
    data_dir: Path, *, seed: int, scenario: Path | None = None, more: Mapping[str, str] | None = None
) -> AsyncIterator[DemoProcesses]:
    """Start the stand-ins, hand out the processes, take everything down.

    `more` are settings without
    their prefix.

    Raises:
        ConfigurationError: the stand-ins did not come up.
    """
    arguments = ["stand-in", "--seed", str(seed)] + (["--scenario", str(scenario)] if scenario else [])
    world = await _start(*arguments, env=dict(os.environ))
    try:
        description = await _first_line(world)
        env = environment(description, data_dir, more or {})
        processes = DemoProcesses(description=description, data_dir=data_dir, env=env, log=data_dir / "daemon.log")
        try:
            yield processes
        finally:
            if processes.daemon is not None:
                await _stop(processes.daemon)
    finally:
        await _stop(world)


async def _start(
    *arguments: str, env: dict[str, str], stdin: bool = False, cwd: Path | None = None
) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "agent",
        *arguments,
        env=env,
        cwd=cwd,
        stdin=pipe if stdin else asyncio.subprocess.DEVNULL,
        stdout=pipe,
        stderr=pipe,
    )


async def _first_line(world: asyncio.subprocess.Process) -> dict[str, Any]:
    assert world.stdout is not None  # noqa: S101 - started with a pipe
    assert world.stderr is not None  # noqa: S101
    try:
        line = await asyncio.wait_for(world.stdout.readline(), START_SECONDS)
        if not line:
            raise ConfigurationError(
                (await world.stderr.read()).decode().strip().removeprefix("error: ") or "the stand-ins ended at once"
            )
        described: dict[str, Any] = json.loads(line)
    except TimeoutError as err:
        raise ConfigurationError(f"the stand-ins did not start within {START_SECONDS:.0f} s") from err
    return described


async def _stop(process: asyncio.subprocess.Process) -> int:
    if process.returncode is not None:
        return process.returncode
    process.send_signal(signal.SIGTERM)
    try:
        return await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        return await process.wait()
