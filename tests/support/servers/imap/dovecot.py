"""A real Dovecot for tests, on loopback ports of its own."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import smtplib
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.support.mail.tokens import TokenIssuer
from tests.support.servers.certificates import ServerCertificate
from tests.support.servers.imap import dovecot_conf
from tests.support.servers.imap.dovecot_conf import Layout
from tests.support.servers.unpacked import Unpacked, find, free_ports

PASSWORD = "secret"
_PROGRAM = "usr/sbin/dovecot"
_START = 15.0  # seconds
_TRIES = 3  # a port that was free may be taken a moment later


@cache
def found() -> Unpacked | None:
    """The Dovecot that would be used.

    None when this machine has none, or one that is configured in another language than 2.3's.
    """
    server = find("dovecot", _PROGRAM, libraries=("usr/lib/dovecot", "usr/lib/dovecot/modules/old-stats"))
    if server is None:
        return None
    command = [str(server.root / _PROGRAM), "--version"]
    answer = subprocess.run(command, env=server.environment, capture_output=True, text=True, timeout=20, check=False)
    return server if answer.stdout.startswith("2.3.") else None


needs_dovecot = [
    pytest.mark.dovecot,
    pytest.mark.skipif(found() is None, reason="no Dovecot 2.3: run scripts/servers.py (make test does)"),
]


class Dovecot:
    """A server in which every user exists with one password, each with a mailbox of its own; a context manager.

    `tls` adds a port with implicit TLS and STARTTLS on the plain one. `oauth` adds XOAUTH2 and OAUTHBEARER with that
    issuer's tokens.
    Junk exists with its special use. Sockets have short paths only: everything is in a folder of its own under the
    system's temporary one.
    """

    host = "127.0.0.1"
    home: Path

    def __init__(
        self,
        *,
        password: str = PASSWORD,
        tls: ServerCertificate | None = None,
        oauth: TokenIssuer | None = None,
        extra: str = "",
    ) -> None:
        server = found()
        if server is None:
            raise RuntimeError("no Dovecot on this machine; run scripts/servers.py")
        self.password = password
        self._server = server
        self._tls = tls
        self._oauth = oauth
        self._extra = extra
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """Where IMAP is spoken, with STARTTLS if there is TLS."""
        return self._layout.imap_port

    @property
    def tls_port(self) -> int:
        """Where IMAP is spoken within TLS."""
        return self._layout.imaps_port

    @property
    def lmtp_port(self) -> int:
        """Where mail is handed in."""
        return self._layout.lmtp_port

    @property
    def log(self) -> str:
        """What the server has logged so far."""
        return self._layout.log.read_text(errors="replace") if self._layout.log.exists() else ""

    def deliver(self, raw: bytes, mailbox: str, *, sender: str = "bounce@amazonses.com") -> None:
        """Hand a message in by LMTP; it is in the mailbox when this returns."""
        with smtplib.LMTP(self.host, self.lmtp_port) as session:
            session.sendmail(sender, [mailbox], raw)

    def maildir(self, mailbox: str) -> Path:
        """The folder that holds a mailbox."""
        return self._layout.mail / mailbox / "Maildir"

    def fill(self, mailbox: str, messages: list[bytes]) -> None:
        """Put many messages into an inbox at once, without LMTP.

        The server finds them when the folder is opened next.
        """
        folder = self.maildir(mailbox)
        owner = dovecot_conf.mail_owner()
        for name in ("cur", "new", "tmp"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        started = int(time.time())
        for number, raw in enumerate(messages):
            (folder / "cur" / f"{started}.M{number:06d}P1.filled:2,").write_bytes(raw)
        for path in [folder.parent, folder, *folder.rglob("*")]:
            self._give(path, owner)

    def wipe(self, mailbox: str) -> None:
        """Delete a mailbox with its index.

        The next session sees an empty one with another UIDVALIDITY, which is a time in whole seconds.
        """
        self.kick(mailbox)
        lists = [*self.maildir(mailbox).rglob("dovecot-uidlist")]
        given = [int(found[1]) for file in lists if (found := re.search(r"\bV(\d+)", file.read_text()))]
        shutil.rmtree(self.maildir(mailbox), ignore_errors=True)
        self._pause(max([0.0, *(number + 1.1 - time.time() for number in given)]))

    def kick(self, user: str) -> None:
        """Cut every session of a user."""
        self._doveadm("kick", user)

    def restart(self) -> None:
        """Stop and start again on the same ports; sessions are cut."""
        self.stop()
        self._launch()

    def stop(self) -> None:
        """Stop the server with all its sessions and wait until it has gone."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.SubprocessError):
            self._doveadm("kick", "*")
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=5)
        self._process = None

    def __enter__(self) -> Self:
        self.home = Path(tempfile.mkdtemp(prefix="dovecot-"))
        for last in reversed(range(_TRIES)):
            imap, imaps, lmtp = free_ports(3)
            self._layout = Layout(home=self.home, imap_port=imap, imaps_port=imaps, lmtp_port=lmtp)
            try:
                self._prepare()
                self._launch()
                return self
            except RuntimeError:
                self.stop()
                if not last or "already in use" not in self.log:
                    self._remove()
                    raise
        raise AssertionError("unreachable")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._remove()

    def _prepare(self) -> None:
        self.home.chmod(0o755)
        for folder in (self._layout.base, self._layout.mail, self.home / "state"):
            folder.mkdir(exist_ok=True)
        self._give(self._layout.mail, dovecot_conf.mail_owner())
        if not self._server.installed:  # scripts/servers.py made these two paths relative to where the server runs
            for name, target in (("lib", "usr/lib/dovecot"), ("doveconf", "usr/bin/doveconf")):
                with contextlib.suppress(FileExistsError):
                    (self._layout.base / name).symlink_to(self._server.root / target)
        self._config = dovecot_conf.write(
            self._layout, self._server, password=self.password, tls=self._tls, oauth=self._oauth, extra=self._extra
        )

    def _launch(self) -> None:
        output = self.home / "output"
        with output.open("wb") as sink:
            self._process = subprocess.Popen(
                [str(self._server.root / _PROGRAM), "-F", "-c", str(self._config)],
                env=self._server.environment,
                cwd=self._layout.base,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Dovecot did not start: {output.read_text(errors='replace')} {self.log}")
            self._pause(0.02)

    def _listens(self) -> bool:
        with (
            contextlib.suppress(OSError, smtplib.SMTPException),
            smtplib.LMTP(self.host, self.lmtp_port, timeout=5) as session,
        ):
            return session.noop()[0] == 250
        return False

    def _pause(self, seconds: float) -> None:
        """Let time pass, unless the server ends."""
        assert self._process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=seconds)

    def _doveadm(self, *command: str) -> None:
        subprocess.run(
            [str(self._server.root / "usr/bin/doveadm"), "-c", str(self._config), *command],
            env=self._server.environment,
            cwd=self._layout.base,
            capture_output=True,
            timeout=15,
            check=False,  # 68: the user has no session
        )

    def _give(self, path: Path, owner: tuple[int, int]) -> None:
        if os.geteuid() == 0:
            os.chown(path, *owner)

    def _remove(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
