"""One IMAP connection; the only user of imapclient. Tolerates what its IDLE does not, and never waits without a bound.

Not thread-safe, like the library: one thread a connection. Only `cut` may be called from another thread.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import re
import select
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import imapclient
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError
from imapclient.imapclient import SocketTimeout, require_capability

from agent.errors import ConfigurationError
from agent.settings.model import MailboxSettings, MailSettings, Tls

__all__ = [
    "CapabilityError",
    "Client",
    "Headline",
    "IMAPClientError",
    "IdleRefusedError",
    "LoginError",
    "Selected",
    "connect",
]

MAX_HEADER_BYTES = 65_536
CHUNK = 200  # ids are not compressed to ranges; Dovecot refuses lines over 64 KB
_JUNK_NAMES = frozenset(  # Exchange marks none, and names it in the mailbox's language
    {
        "junk", "spam", "junk email", "junk e-mail", "junk-e-mail", "bulk mail", "bulk", "junk mail", "spamverdacht",
        "courrier indésirable", "correo no deseado", "posta indesiderata", "lixo eletrônico", "ongewenste e-mail", "迷惑メール", "垃圾邮件",
    }
)  # fmt: skip
FLOOD = 10_000  # unsolicited lines in one IDLE that deserve a warning

logging.getLogger("imapclient").setLevel(logging.WARNING)  # at DEBUG it logs mail bodies


class IdleRefusedError(IMAPClientError):  # type: ignore[misc]  # the library is untyped
    """The server answered NO or BAD to IDLE; the connection is still good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A folder as EXAMINE showed it; some servers (Courier) do not say uidnext."""

    uidvalidity: int
    exists: int
    uidnext: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """What is fetched of every new message before anything else."""

    uid: int
    size: int
    arrived_at: datetime | None
    header: bytes


class Client(imapclient.IMAPClient):  # type: ignore[misc]  # the library is untyped
    """A connection that is logged in by `agent.mail.imap.auth` and used by one watcher."""

    watching = False  # whether the folder to idle on is open

    @require_capability("IDLE")  # type: ignore[untyped-decorator]  # without it CAPABILITY would be sent inside IDLE
    def idle(self) -> None:
        """Start IDLE; untagged lines ahead of the continuation are taken as they come (Exchange Online sends them).

        Raises:
            IdleRefusedError: the server said NO or BAD.
        """
        self._imap.untagged_responses = {}
        self._idle_tag = self._imap._command("IDLE")
        while self._imap._get_response() is not None:
            if self._imap.tagged_commands.get(self._idle_tag):
                kind, data = self._imap.tagged_commands.pop(self._idle_tag)
                raise IdleRefusedError(f"IDLE was answered {kind}: {data[0]!r}")

    def end_idle(self) -> int:
        """End IDLE in blocking mode, within the read timeout; returns how many lines the server had sent.

        Raises:
            Exception: anything the connection breaks with; it must be dropped then.
        """
        self._imap.send(b"DONE\r\n")
        lines = 0
        while not self._imap.tagged_commands.get(self._idle_tag):
            self._imap._get_response()
            lines += 1
            if lines % 1000 == 0:
                self._keep_farewell()
        kind, data = self._imap.tagged_commands.pop(self._idle_tag)
        self._checkok("IDLE", kind, data)
        return lines - 1

    def wait(self, seconds: float, wake: int) -> bool:
        """Wait until the server has sent something or `wake` becomes readable; True when it was the server."""
        sock = self.socket()
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return True
        poller = select.poll()
        poller.register(sock.fileno(), select.POLLIN)
        poller.register(wake, select.POLLIN)
        return any(descriptor == sock.fileno() for descriptor, _ in poller.poll(seconds * 1000))

    def examine(self, folder: str) -> Selected:
        """Open a folder read-only; nothing is marked as seen."""
        answer = self.select_folder(folder, readonly=True)
        return Selected(
            uidvalidity=int(answer[b"UIDVALIDITY"]),
            exists=int(answer.get(b"EXISTS", 0)),
            uidnext=answer.get(b"UIDNEXT"),
        )

    def uids_from(self, first: int) -> list[int]:
        """UIDs at or above `first`, ascending; a server answers n:* with the last message even when it is below n."""
        return sorted(uid for uid in self.search(["UID", f"{first}:*"]) if uid >= first)

    def last_uid(self) -> int:
        """The highest UID in the folder, 0 when it is empty."""
        return max(self.search(["UID", "*"]), default=0)

    def uids_since(self, since: datetime, sender: str) -> list[int]:
        """UIDs that arrived on or after a day and whose From holds a text, ascending."""
        return sorted(self.search(["SINCE", since.date(), "FROM", sender]))

    def headlines(self, uids: Sequence[int]) -> dict[int, Headline]:
        """Header, size and arrival of messages; those that vanished are missing in the answer."""
        self.normalise_times = False
        answer = self.fetch(list(uids), ["RFC822.SIZE", "INTERNALDATE", f"BODY.PEEK[HEADER]<0.{MAX_HEADER_BYTES}>"])
        return {uid: _headline(uid, data) for uid, data in answer.items() if b"RFC822.SIZE" in data}

    def raw_message(self, uid: int, limit: int) -> bytes | None:
        """All bytes of a message, at most `limit`; None when it vanished."""
        data = self.fetch([uid], [f"BODY.PEEK[]<0.{limit}>"]).get(uid, {})
        return next(
            (value for key, value in data.items() if key.startswith(b"BODY[]") and isinstance(value, bytes)), None
        )

    def junk_folder(self) -> str | None:
        """The folder with the special use \\Junk, or one with a usual name."""
        found = [(flags, str(name)) for flags, _, name in self.list_folders()]
        special = [name for flags, name in found if any(flag.lower() == b"\\junk" for flag in flags)]
        usual = [name for _, name in found if re.split(r"[/.\]]", name)[-1].casefold() in _JUNK_NAMES]
        return next(iter(special + usual), None)

    def move_aside(self, uid: int, folder: str) -> None:
        """Move one message of the selected folder: MOVE, else COPY and UID EXPUNGE, never a plain EXPUNGE."""
        if self.has_capability("MOVE"):
            self.move([uid], folder)
        elif self.has_capability("UIDPLUS"):
            self.copy([uid], folder)
            self.delete_messages([uid], silent=True)
            self.uid_expunge([uid])

    def farewell(self) -> str:
        """The text of the server's BYE, if it sent one."""
        return b" ".join(part for part in self._imap.untagged_responses.get("BYE", []) if part).decode(
            "ascii", "replace"
        )

    def cut(self) -> None:
        """Break the connection off so that a blocked read ends; safe from another thread."""
        with contextlib.suppress(Exception):
            self._imap.sock.shutdown(socket.SHUT_RDWR)

    def drop(self) -> None:
        """Close without a word; LOGOUT could block."""
        with contextlib.suppress(Exception):
            self.shutdown()

    def _keep_farewell(self) -> None:
        bye = self._imap.untagged_responses.get("BYE")
        self._imap.untagged_responses = {"BYE": bye} if bye else {}


def connect(mailbox: MailboxSettings, limits: MailSettings) -> Client:
    """Open a connection that is protected as the settings say; not logged in yet.

    Raises:
        ConfigurationError: no TLS to a host that is not loopback, or the CA file cannot be read.
        OSError, ssl.SSLError, IMAPClientError: as the network has it.
    """
    context = None if mailbox.tls is Tls.NONE else _tls_context(mailbox)
    if context is None:
        _require_loopback(mailbox.host)
    client = Client(
        mailbox.host,
        port=mailbox.port,
        ssl=mailbox.tls is Tls.IMPLICIT,
        ssl_context=context if mailbox.tls is Tls.IMPLICIT else None,
        timeout=SocketTimeout(limits.connect_timeout, limits.read_timeout),
    )
    try:
        _keep_alive(client.socket())
        if mailbox.tls is Tls.STARTTLS:
            client.starttls(context)
    except BaseException:
        client.drop()
        raise
    return client


def _tls_context(mailbox: MailboxSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(mailbox.ca_file) if mailbox.ca_file else None)
    except (OSError, ssl.SSLError) as err:
        raise ConfigurationError(f"the CA file {mailbox.ca_file} of mailbox {mailbox.username} cannot be read") from err


def _require_loopback(host: str) -> None:
    try:
        local = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise ConfigurationError(
            f"IMAP__TLS is none, which is allowed on loopback only, but the host is {host}; use implicit or starttls"
        )


def _keep_alive(sock: Any) -> None:
    """Find a dead link within a minute; some systems lack some of the options."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    options = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 20_000}
    for name, value in options.items():
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _headline(uid: int, data: dict[bytes, Any]) -> Headline:
    header = next((value for key, value in data.items() if key.startswith(b"BODY[HEADER]")), b"")
    return Headline(uid=uid, size=int(data[b"RFC822.SIZE"]), arrived_at=data.get(b"INTERNALDATE"), header=header or b"")
