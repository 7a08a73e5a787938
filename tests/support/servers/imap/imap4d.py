"""A real GNU mailutils imap4d for tests.

It pushes nothing, finds nothing up to *, and keeps mail in one mbox file.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.support.servers.unpacked import Unpacked, find, free_ports, launch_when_free

PASSWORD = "secret"
_HASHED = "$5$IT9mAAhPoJFm0CVQ$vYGdgzB/NbAkLqzoonhNH5LN9a73R2ba6jgEc.0TDi6"  # of it, by crypt(3)
_PROGRAM = "usr/sbin/imap4d"
_DOMAIN = "users.example"
_START = 15.0  # seconds


def found() -> Unpacked | None:
    """The unpacked imap4d; None when there is none.

    An installed one would read the system's configuration.
    """
    server = find("imap4d", _PROGRAM)
    return None if server is None or server.installed else server


needs_imap4d = pytest.mark.skipif(found() is None, reason="no imap4d: run scripts/servers.py (make test does)")


class Imap4d:
    """A server with one user, whose inbox is a file; a context manager."""

    host = "127.0.0.1"
    username = f"invites@{_DOMAIN}"

    password = PASSWORD

    def __init__(self) -> None:
        server = found()
        if server is None:
            raise RuntimeError("no imap4d on this machine; run scripts/servers.py")
        self._server = server
        self._process: subprocess.Popen[bytes] | None = None

    def deliver(self, raw: bytes) -> None:
        """Append a message as a local delivery agent does.

        Locked, with its From line and line feeds alone.
        """
        when = datetime.now(UTC).strftime("%a %b %e %H:%M:%S %Y")
        text = raw.replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
        with self._box.open("ab") as file:
            fcntl.lockf(file, fcntl.LOCK_EX)
            file.write(f"From bounce@amazonses.com {when}\n".encode() + text.rstrip(b"\n") + b"\n\n")
        self._give(self._box)

    def renew(self) -> None:
        """Write the box anew: what is in it gets another UIDVALIDITY."""
        content = self._box.read_bytes()
        self._box.unlink()
        before = int(time.time())
        while int(time.time()) <= before:  # UIDVALIDITY is a time in whole seconds
            time.sleep(0.05)
        self._box.write_bytes(content)
        self._give(self._box)

    def start(self) -> None:
        """Start again on the same port after a stop."""
        launch_when_free(self._launch)

    def stop(self) -> None:
        """Stop the server and wait until it has gone."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # sessions are processes of their own
        self._process.wait(timeout=5)
        self._process = None

    def __enter__(self) -> Self:
        self._home = Path(tempfile.mkdtemp(prefix="imap4d-"))
        for last in (False, False, True):
            (self.port,) = free_ports(1)
            try:
                self._prepare()
                self._launch()
                return self
            except RuntimeError as err:
                self.stop()
                if last or "already in use" not in str(err):
                    self.__exit__(None, None, None)
                    raise
            except BaseException:
                self.__exit__(None, None, None)
                raise
        raise AssertionError("unreachable")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    @property
    def _box(self) -> Path:
        return self._home / "mail" / "INBOX"

    def _prepare(self) -> None:
        self._home.chmod(0o755)
        for name in ("mail", "passwd"):
            (self._home / name).mkdir(exist_ok=True)
        owner = _owner()
        line = f"invites:{_HASHED}:{owner.pw_uid}:{owner.pw_gid}:test:{self._home}/mail:/bin/sh\n"
        (self._home / "passwd" / _DOMAIN).write_text(line)
        self._box.write_bytes(b"")
        for path in (self._home / "mail", self._box):
            self._give(path)
        (self._home / "conf").write_text(
            f'virtdomain {{ passwd-dir "{self._home}/passwd"; }};\n'
            "auth { authentication virtdomain:generic; authorization virtdomain; };\n"
            "mailbox { mailbox-type mbox; };\n"
            "logging { syslog no; };\n"
            f"mode daemon; foreground yes; pidfile {self._home}/pid;\n"
            f"server {self.host}:{self.port} {{ tls-mode no; }};\n"
        )

    def _launch(self) -> None:
        with (self._home / "output").open("wb") as sink:
            self._process = subprocess.Popen(
                [str(self._server.root / _PROGRAM), f"--config-file={self._home}/conf"],
                env=self._server.environment,
                cwd=self._home,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"imap4d did not start: {(self._home / 'output').read_text(errors='replace')}")
            self._pause(0.05)

    def _listens(self) -> bool:
        with (
            contextlib.suppress(OSError),
            socket.create_connection((self.host, self.port), timeout=5) as connection,
        ):
            return connection.recv(4) == b"* OK"
        return False

    def _pause(self, seconds: float) -> None:
        """Let time pass, unless the server ends."""
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=seconds)

    def _give(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, _owner().pw_uid, _owner().pw_gid)


def _owner() -> pwd.struct_passwd:
    """Who owns the mail: never root."""
    return pwd.getpwnam("mail") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
