"""A real Courier imapd for tests, behind a login front of our own.

Courier's wants an authentication daemon and users of the system's.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.support.servers.unpacked import Unpacked, find, free_ports

PASSWORD = "secret"
_PROGRAM = "usr/bin/imapd"
_CAPABILITY = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE SORT QUOTA IDLE"


def found() -> Unpacked | None:
    """The unpacked Courier; None when there is none."""
    server = find("courier", _PROGRAM, libraries=("usr/lib",))
    return None if server is None or server.installed else server


needs_courier = pytest.mark.skipif(found() is None, reason="no Courier: run scripts/servers.py (make test does)")


class Courier:
    """A server with one user and a Maildir with a junk folder; a context manager.

    Its IDLE looks every `idle` seconds (60 by default there), which is how it "pushes".
    """

    host = "127.0.0.1"
    username = "invites"

    def __init__(self, *, password: str = PASSWORD, idle: int = 1) -> None:
        server = found()
        if server is None:
            raise RuntimeError("no Courier on this machine; run scripts/servers.py")
        self.password = password
        self._server = server
        self._idle = idle
        self._count = 0
        self._listener: socket.socket | None = None
        self._sessions: list[subprocess.Popen[bytes]] = []
        self._thread: threading.Thread | None = None

    def deliver(self, raw: bytes, folder: str = "") -> None:
        """Put a message in as a delivery agent does.

        Names must look like Maildir's, or Courier mixes them up.
        """
        self._count += 1
        now = time.time()
        name = f"{int(now)}.M{int(now % 1 * 1e6):06d}P{os.getpid()}Q{self._count}.localhost"
        box = self._maildir / f".{folder}" if folder else self._maildir
        (box / "tmp" / name).write_bytes(raw.replace(b"\r\n", b"\n"))
        self._give(box / "tmp" / name)
        (box / "tmp" / name).rename(box / "new" / name)

    def renew(self) -> None:
        """Forget the numbers: the next opening gives others."""
        for path in self._maildir.rglob("courierimapuiddb"):
            path.unlink()
        for session in self._sessions:
            session.kill()

    def stop(self) -> None:
        """Refuse connections and end every session."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        if self._thread is not None:
            self._thread.join(timeout=10)
        for session in self._sessions:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(session.pid, signal.SIGKILL)
            session.wait(timeout=5)
        self._sessions = []

    def start(self) -> None:
        """Take connections, on the same port after a stop."""
        self._listener = socket.create_server((self.host, self.port))
        self._thread = threading.Thread(target=self._serve, args=(self._listener,), name="courier", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        self._home = Path(tempfile.mkdtemp(prefix="courier-"))
        self._maildir = self._home / "Maildir"
        self._home.chmod(0o755)
        for box in (self._maildir, self._maildir / ".Junk"):
            for name in ("cur", "new", "tmp"):
                (box / name).mkdir(parents=True)
        (self._maildir / ".Junk" / "maildirfolder").touch()
        for path in (self._maildir, *self._maildir.rglob("*")):
            self._give(path)
        (self.port,) = free_ports(1)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._greet, args=(connection,), name="courier-login", daemon=True).start()

    def _greet(self, connection: socket.socket) -> None:
        """Let one client sign in by LOGIN, then give its connection to a real imapd."""
        with connection:
            connection.settimeout(10)
            connection.sendall(f"* OK [CAPABILITY {_CAPABILITY}] front ready\r\n".encode())
            with contextlib.suppress(OSError):
                while line := _line_of(connection):
                    tag, _, rest = line.partition(" ")
                    verb, _, arguments = rest.partition(" ")
                    if verb.upper() == "CAPABILITY":
                        connection.sendall(f"* CAPABILITY {_CAPABILITY}\r\n{tag} OK done\r\n".encode())
                    elif verb.upper() == "LOGIN" and arguments.replace('"', "") == f"{self.username} {self.password}":
                        self._hand_over(connection, tag)
                        return
                    else:
                        connection.sendall(f"{tag} NO [AUTHENTICATIONFAILED] refused\r\n".encode())

    def _hand_over(self, connection: socket.socket, tag: str) -> None:
        """Answer for imapd, which would greet (PREAUTH), then let it have the connection."""
        connection.sendall(f"{tag} OK signed in\r\n".encode())
        connection.settimeout(None)
        environment = {
            **self._server.environment,
            "AUTHENTICATED": self.username,
            "IMAP_CAPABILITY": _CAPABILITY,
            "IMAP_IDLE_TIMEOUT": str(self._idle),
            "IMAP_USELOCKS": "0",
            "PROTOCOL": "IMAP",
            "TCPREMOTEIP": self.host,
        }
        owner = _owner()
        give_up = {"user": owner.pw_uid, "group": owner.pw_gid} if os.geteuid() == 0 else {}
        session = subprocess.Popen(  # type: ignore[call-overload]  # who it runs as depends on who we are
            [str(self._server.root / _PROGRAM), "Maildir"],
            env=environment,
            cwd=self._home,
            stdin=connection.fileno(),
            stdout=connection.fileno(),
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **give_up,
        )
        self._sessions.append(session)

    def _give(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, _owner().pw_uid, _owner().pw_gid)


def _line_of(connection: socket.socket) -> str:
    """One line, byte by byte: what follows is for imapd."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            return ""
        line += byte
    return line.decode("utf-8", "replace").strip()


def _owner() -> pwd.struct_passwd:
    """Who owns the mail: never root, whom Courier refuses."""
    return pwd.getpwnam("mail") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
