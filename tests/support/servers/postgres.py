"""A real PostgreSQL, unpacked by scripts/servers.py or installed, in a directory of its own, on a free port of
loopback.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.support.servers.unpacked import Unpacked, find, free_ports

_USER = "postgres"  # of the database
_SERVER_USER = "nobody"  # the server refuses to run as root
_BIN = "usr/lib/postgresql/15/bin"


@cache
def found() -> Unpacked | None:
    """The server that would be used: the unpacked one, else the newest installed one."""
    if server := find("postgres", f"{_BIN}/initdb"):
        return server
    return Unpacked(root=Path("/")) if _installed() else None


def find_binaries() -> Path | None:
    """The folder of the server's programs."""
    server = found()
    if server is None:
        return None
    return _installed() if server.installed else server.root / _BIN


def _installed() -> Path | None:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    program = str(places[-1]) if places else shutil.which("initdb")
    return Path(program).parent if program else None


@dataclass(slots=True)
class Postgres:
    """A running server."""

    binaries: Path
    directory: Path
    port: int

    def url(self, database: str) -> str:
        """Where a database is reached."""
        return f"postgresql://{_USER}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """A fresh, empty database; returns its URL."""
        name = f"t_{uuid4().hex[:12]}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as conn:
            conn.execute(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def start(self) -> None:
        """Start and wait until it answers."""
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": self.directory, "max_connections": 150}
        settings |= {"fsync": "off", "jit": "off"}
        options = " ".join([f"-p {self.port}", *(f"-c {name}={value}" for name, value in settings.items())])
        self._control("start", "-w", "-l", str(self.directory / "log"), "-o", options)

    def stop(self, mode: str = "fast") -> None:
        """Stop; `immediate` is a crash."""
        self._control("stop", "-w", "-m", mode)

    def _control(self, *arguments: str) -> None:
        run_as_server([str(self.binaries / "pg_ctl"), "-D", str(self.directory / "data"), *arguments])

    def kill(self) -> None:
        """Leave nothing behind, whatever state it is in."""
        pid_file = self.directory / "data" / "postmaster.pid"
        if pid_file.exists():
            os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGQUIT)
            deadline = time.monotonic() + 60
            while pid_file.exists() and time.monotonic() < deadline:
                time.sleep(0.05)


def run_as_server(command: list[str]) -> None:
    """Run as a user who is not root."""
    server = found()
    prefix = ["runuser", "-u", _SERVER_USER, "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*prefix, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd="/",
        env=server.environment if server else None,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode} and said: {said or 'nothing'}")


@cache
def _empty(binaries: Path) -> Path:
    """A directory of data without a database of ours, which this process copies from."""
    place = _owned(tempfile.mkdtemp(prefix="pg-empty-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    run_as_server([str(binaries / "initdb"), "-A", "trust", "-U", _USER, "-N", "-D", str(place / "data")])
    return place / "data"


def _owned(directory: str) -> Path:
    """A directory of the user whom the server runs as."""
    if os.geteuid() == 0:
        owner = pwd.getpwnam(_SERVER_USER)
        os.chown(directory, owner.pw_uid, owner.pw_gid)
    return Path(directory)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Make, start and remove a server; skips the test where there is none."""
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL: run scripts/servers.py (make test does)")
    directory = _owned(tempfile.mkdtemp(prefix="pg-"))
    server = Postgres(binaries, directory, free_ports(1)[0])
    try:
        run_as_server(["cp", "-a", str(_empty(binaries)), str(directory / "data")])
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(directory, ignore_errors=True)
