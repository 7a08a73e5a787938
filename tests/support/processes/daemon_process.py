"""The daemon as a process of its own, pointed at a running stand-in."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes.forked.commands import ForkedProcess

ROOT = Path(__file__).parents[3]


def daemon_environment(description: Mapping[str, Any], directory: Path, key: str, **more: str) -> dict[str, str]:
    """The settings that point a daemon at a stand-in, with fast clocks."""
    imap = description["imap"]
    settings = {
        "DATA_DIR": str(directory),
        "VAULT_KEY": key,
        "WEB__ADDRESS": "127.0.0.1:0",
        "IMAP__HOST": imap["host"],
        "IMAP__PORT": str(imap["port"]),
        "IMAP__USERNAME": imap["username"],
        "IMAP__PASSWORD": imap["password"],
        "IMAP__TLS": imap["tls"],
        "MAIL__DNS_SERVERS": description["dns"],
        "MAIL__IDLE_SLICE": "5",
        "BROWSER__HOST_RESOLVER_RULES": description["host_resolver_rules"],
        "BROWSER__TRUSTED_SPKI": ",".join(description["spki"]),
        "WORK__TICK": "0.3",
        "WORK__BACKOFF_FIRST": "1",
        "WORK__BACKOFF_MAX": "3",
        "AUDIT__INTERVAL_WAITING": "2",
    }
    own = {name: value for name, value in os.environ.items() if not name.startswith("SC_AGENT_")}
    own["SC_AGENT_OBSERVE__PICTURES"] = "none"  # most tests do not look at them, and each visit's cost a second
    return own | {f"SC_AGENT_{name}": value for name, value in (settings | more).items()}


@dataclass(slots=True)
class Daemon:
    """One running `sc-agent run`."""

    process: ForkedProcess
    log: Path
    events: list[dict[str, Any]] = field(default_factory=list)

    def wait_for(self, event: str, *, within: float = 120, **fields: object) -> dict[str, Any]:
        """Wait for a log event with these fields."""

        def seen() -> dict[str, Any] | None:
            wanted = {"event": event, **fields}
            return next((line for line in self.lines() if wanted.items() <= line.items()), None)

        line: dict[str, Any] = wait_until(
            seen, within=within, what=f"{event} {fields} in {self.log}", alive=self.process
        )
        return line

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def stop(self) -> tuple[int, float]:
        """SIGTERM; the exit code, and the seconds it took."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(90), time.monotonic() - started

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait(90)


@contextmanager
def running_daemon(env: Mapping[str, str], directory: Path, *arguments: str) -> Iterator[Daemon]:
    """Start it and wait until it says so; killed in the end if it still runs."""
    log = directory / f"daemon-{len(list(directory.glob('daemon-*.log')))}.log"
    log.touch()
    streams = [Path(os.devnull), log, log]
    process = ForkedProcess(("run", *arguments), env=env, cwd=ROOT, streams=streams)
    daemon = Daemon(process, log)
    try:
        daemon.wait_for("daemon.started")
        yield daemon
    finally:
        process.kill()
        process.wait(90)


def wait_until(look: Callable[[], Any], *, within: float, what: str, alive: ForkedProcess | None = None) -> Any:
    """Look until there is something, the longer it takes the less often, for a bounded time."""
    begun = time.monotonic()
    while (waited := time.monotonic() - begun) < within:
        if found := look():
            return found
        if alive is not None and alive.poll() is not None:
            pytest.fail(f"the daemon ended with {alive.returncode} while waiting for {what}")
        time.sleep(min(0.1, 0.03 + waited / 20))
    pytest.fail(f"waited {within} s for {what}")
