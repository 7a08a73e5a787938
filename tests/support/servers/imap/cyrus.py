"""A real Cyrus for tests, on loopback ports of its own.

A second server, built by other people than Dovecot's.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import smtplib
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from tests.support.servers.unpacked import Unpacked, find, free_ports

PASSWORD = "secret"
_BIN = "usr/lib/cyrus/bin"
_START = 20.0  # seconds


def found() -> Unpacked | None:
    """The unpacked Cyrus; None when there is none.

    An installed one is not used: it wants users and folders of the system's.
    """
    server = find("cyrus", f"{_BIN}/imapd")
    return None if server is None or server.installed else server


needs_cyrus = pytest.mark.skipif(found() is None, reason="no Cyrus: run scripts/servers.py (make test does)")


class Cyrus:
    """A server with the given users, all with one password; a context manager.

    Mailboxes come into being with the first message.
    """

    host = "127.0.0.1"

    def __init__(self, *users: str, password: str = PASSWORD) -> None:
        server = found()
        if server is None:
            raise RuntimeError("no Cyrus on this machine; run scripts/servers.py")
        self.password = password
        self._users = users
        self._server = server
        self._process: subprocess.Popen[bytes] | None = None

    def deliver(self, raw: bytes, user: str, *, sender: str = "bounce@amazonses.com") -> None:
        """Hand a message in by LMTP; it is in the mailbox when this returns."""
        with smtplib.LMTP(self.host, self.lmtp_port) as session:
            session.sendmail(sender, [user], raw)

    def restart(self) -> None:
        """Stop with every session and start again on the same ports."""
        self.stop()
        self._launch()

    def stop(self) -> None:
        """Stop the server and wait until it has gone."""
        if self._process is None:
            return
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # sessions outlive their master
        self._process.wait(timeout=5)
        self._process = None

    def __enter__(self) -> Self:
        self._home = Path(tempfile.mkdtemp(prefix="cyrus-"))
        self.port, self.lmtp_port = free_ports(2)
        try:
            self._prepare()
            self._launch()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    @property
    def _environment(self) -> dict[str, str]:
        folders = [path for path in self._server.root.glob("usr/lib/*/sasl2") if path.is_dir()]
        return {**self._server.environment, "SASL_PATH": ":".join(map(str, folders))}

    def _prepare(self) -> None:
        self._home.chmod(0o755)
        for folder in (
            "conf/socket",
            "conf/db",
            "conf/log",
            "conf/proc",
            "conf/lock",
            "spool",
            "run",
        ):  # no socket: IDLE would poll
            (self._home / folder).mkdir(parents=True)
        self._write_configuration()
        for user in self._users:
            command = [
                str(self._server.root / "usr/sbin/saslpasswd2"),
                "-p",
                "-c",
                "-f",
                str(self._home / "sasldb2"),
                "-u",
                "localhost",
                user,
            ]
            subprocess.run(
                command,
                env=self._environment,
                input=self.password.encode(),
                capture_output=True,
                check=True,
                timeout=20,
            )
        if os.geteuid() == 0:
            owner = pwd.getpwnam(_owner())
            for path in [self._home, *self._home.rglob("*")]:
                os.chown(path, owner.pw_uid, owner.pw_gid)

    def _write_configuration(self) -> None:
        home, programs = self._home, self._server.root / _BIN
        (home / "imapd.conf").write_text(
            f"configdirectory: {home}/conf\ndefaultpartition: default\npartition-default: {home}/spool\n"
            f"cyrus_user: {_owner()}\nservername: localhost\ndefaultdomain: localhost\nunixhierarchysep: yes\n"
            "altnamespace: yes\n"
            f"sasl_pwcheck_method: auxprop\nsasl_auxprop_plugin: sasldb\nsasl_sasldb_path: {home}/sasldb2\n"
            "sasl_mech_list: PLAIN LOGIN\n"
            "allowplaintext: yes\nautocreate_post: yes\nautocreate_quota: 0\nautocreate_inbox_folders: Junk\n"
            "xlist-Junk: Junk\n"
            f"idlesocket: {home}/conf/socket/idle\nlmtpsocket: {home}/conf/socket/lmtp\nduplicatesuppression: "
            "no\nsyslog_prefix: test\n"
        )
        options = f"-C {home}/imapd.conf"
        listen = f'listen="{self.host}:'
        (home / "cyrus.conf").write_text(
            f'START {{\n  recover cmd="{programs}/ctl_cyrusdb {options} -r"\n  idled cmd="{programs}/idled '
            f'{options}"\n}}\nSERVICES {{\n  imap cmd="{programs}/imapd {options}" {listen}{self.port}" prefork=0\n'
            f'  lmtp cmd="{programs}/lmtpd {options} -a" {listen}{self.lmtp_port}" prefork=0\n}}\nEVENTS {{\n}}\n'
        )

    def _launch(self) -> None:
        home = self._home
        with (home / "output").open("ab") as sink:
            self._process = subprocess.Popen(
                [
                    str(self._server.root / _BIN / "master"),
                    "-C",
                    f"{home}/imapd.conf",
                    "-M",
                    f"{home}/cyrus.conf",
                    "-p",
                    f"{home}/run/pid",
                    "-D",
                ],
                env=self._environment,
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Cyrus did not start: {(home / 'output').read_text(errors='replace')}")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=0.05)

    def _listens(self) -> bool:
        with (
            contextlib.suppress(OSError, smtplib.SMTPException),
            smtplib.LMTP(self.host, self.lmtp_port, timeout=5) as session,
        ):
            return session.noop()[0] == 250
        return False


def _owner() -> str:
    """Who owns the mail: never root, whom Cyrus refuses."""
    return "mail" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
