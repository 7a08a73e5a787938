"""One IMAP connection; the only user of imapclient.

Tolerates what its IDLE does not, and never waits without a bound.

Not thread-safe, like the library: one thread a connection. Only `cut` may be called from another thread.
"""

from __future__ import annotations

import contextlib
import logging
import re
import select
import socket
import ssl
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import imapclient
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError
from imapclient.imapclient import SocketTimeout, _quoted, require_capability
from imapclient.response_parser import parse_fetch_response

from agent.errors import ConfigurationError
from agent.mail.imap.connection.folder_list import JUNK_NAMES, entry_of, grouped
from agent.mail.imap.connection.greeting import GreetedInTime, connection
from agent.mail.imap.headlines import Headline, Selected, bytes_of, headline_of, is_asked_for

__all__ = [
    "CapabilityError",
    "Client",
    "Headline",
    "IMAPClientError",
    "IdleRefusedError",
    "LoginError",
    "Selected",
    "SocketTimeout",
]

MAX_HEADER_BYTES = 65_536
HIGHEST_UID = 4_294_967_295  # RFC 3501 9: nz-number
CHUNK = 200  # ids are not compressed to ranges; Dovecot refuses lines over 64 KB
FLOOD = 10_000  # unsolicited lines in one IDLE that deserve a warning

logging.getLogger("imapclient").setLevel(logging.WARNING)  # at DEBUG it logs mail bodies


class IdleRefusedError(IMAPClientError):  # type: ignore[misc]  # the library is untyped
    """The server answered NO or BAD to IDLE; the connection is still good."""


class Client(imapclient.IMAPClient):  # type: ignore[misc]  # the library is untyped
    """A signed-in connection of one watcher.

    `agent.mail.imap.connection.auth` signs it in.
    """

    watching = False  # whether the folder to idle on is open

    def _create_IMAP4(self) -> GreetedInTime:
        within = getattr(self._timeout, "connect", None)
        return connection(self.host, self.port, within=within, context=self.ssl_context if self.ssl else None)

    @property
    def signed_in(self) -> bool:
        """Whether the server greeted us as signed in already (PREAUTH)."""
        return bool(self._imap.state == "AUTH")

    def forget_capabilities(self) -> None:
        """Let them be asked for again: a server may offer more to who is signed in."""
        self._cached_capabilities = None

    def login_by_literal(self, username: str, password: str) -> None:
        """LOGIN with what is not ASCII in literals, as UTF-8 (RFC 3501 9.

        A quoted string holds 7 bits).

        Raises:
            LoginError: refused.
        """
        words = [_quoted.maybe(username.encode()), _quoted.maybe(password.encode())]
        try:
            kind, data = self._raw_command(b"LOGIN", words, uid=False)
            self._checkok("login", kind, data)
        except self.AbortError as err:
            if "continuation" not in str(err):
                raise
            raise LoginError(f"the server takes no password outside ASCII: {err}") from err
        except IMAPClientError as err:
            raise LoginError(str(err)) from err
        self._imap.state = "AUTH"

    @require_capability("IDLE")  # type: ignore[untyped-decorator]  # without it CAPABILITY would be sent inside IDLE
    def idle(self) -> None:
        """Start IDLE.

        Untagged lines ahead of the continuation are taken as they come (Exchange Online sends them).

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
        """End IDLE in blocking mode, within the read timeout.

        Returns how many lines the server had sent.

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
        """Wait until the server has sent something or `wake` becomes readable.

        True when it was the server.
        """
        sock = self.socket()
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return True
        poller = select.poll()
        poller.register(sock.fileno(), select.POLLIN)
        poller.register(wake, select.POLLIN)
        return any(descriptor == sock.fileno() for descriptor, _ in poller.poll(seconds * 1000))

    def examine(self, folder: str) -> Selected:
        """Open a folder read-only; nothing is marked as seen.

        Raises:
            ConfigurationError: the server gives no UIDVALIDITY, without which no position holds.
        """
        if not set(folder).isdisjoint("\r\n\0"):
            raise ConfigurationError(f"a folder of the settings has a line break in its name: {folder!r}")
        try:
            answer = self.select_folder(folder, readonly=True)
        except self.AbortError:
            raise
        except IMAPClientError:
            if "&" not in folder:
                raise
            answer = self._select_as_written(folder)
        if b"UIDVALIDITY" not in answer:
            raise ConfigurationError(
                f"the server gives no UIDVALIDITY for the folder {folder} (RFC 3501 6.3.1), so no position in "
                "it holds; use another IMAP server for this mailbox"
            )
        return Selected(
            uidvalidity=int(answer[b"UIDVALIDITY"]),
            exists=int(answer.get(b"EXISTS", 0)),
            uidnext=answer.get(b"UIDNEXT"),
        )

    def _select_as_written(self, folder: str) -> dict[bytes, Any]:
        """Open a folder by its name in our letters.

        Some servers do not write & as &- (RFC 3501 5.1.3).
        """
        self.folder_encode = False
        try:
            answer: dict[bytes, Any] = self.select_folder(folder, readonly=True)
            return answer
        finally:
            self.folder_encode = True

    def refresh(self) -> int | None:
        """Send NOOP and return how many messages there are; None if nothing was said.

        Its refusal changes nothing: what was said in passing counts, and the search finds the rest.
        """
        self._imap.untagged_responses.pop("EXISTS", None)
        try:
            self._imap.noop()
        except self.AbortError:
            raise
        except IMAPClientError as err:
            logging.getLogger(__name__).debug("NOOP was refused: %s", err)
        return self.announced()

    def announced(self) -> int | None:
        """How many messages there are, if the last answer said so in passing."""
        counts = [count for count in self._imap.untagged_responses.pop("EXISTS", []) if count and count.isdigit()]
        return int(counts[-1]) if counts else None

    def uids_from(self, first: int) -> list[int]:
        """UIDs at or above `first`, ascending.

        The end is a number: GNU imap4d finds nothing up to *, others answer n:* with the last message even when it is
        below n, or with BAD (RFC 3501 6.4.8).
        """
        return sorted({uid for uid in self.search(["UID", f"{first}:{HIGHEST_UID}"]) if first <= uid <= HIGHEST_UID})

    def which_of(self, uids: Sequence[int]) -> set[int]:
        """Which of these UIDs are in the folder."""
        return set(self.search(["UID", ",".join(map(str, uids))])) & set(uids)

    def last_uid(self) -> int:
        """The highest UID in the folder; 0 when it is empty or cannot be asked for."""
        for ask in (self._last_fetched, lambda: self.search(["*"]), lambda: self.search(["UID", "*"])):
            try:
                if found := ask():
                    return max(found)
            except self.AbortError:
                raise
            except (IMAPClientError, ValueError):
                continue
        return 0

    def _last_fetched(self) -> list[int]:
        kind, data = self._imap.fetch("*", "(UID)")
        self._checkok("FETCH", kind, data)
        answers = parse_fetch_response([line for line in data if line], uid_is_key=False)
        return [answer[b"UID"] for answer in answers.values() if b"UID" in answer]

    def uids_since(self, since: datetime, sender: str | None = None) -> list[int]:
        """UIDs that arrived on or after a day and whose From holds a text, ascending."""
        return sorted(self.search(["SINCE", since.date(), *(("FROM", sender) if sender else ())]))

    def headlines(self, uids: Sequence[int]) -> dict[int, Headline]:
        """Header, size and arrival of messages.

        Those for which nothing came are missing in the answer.
        """
        self.normalise_times = False
        answer = self.fetch(list(uids), ["RFC822.SIZE", "INTERNALDATE", f"BODY.PEEK[HEADER]<0.{MAX_HEADER_BYTES}>"])
        return {uid: headline_of(uid, data) for uid, data in answer.items() if any(map(is_asked_for, data))}

    def raw_message(self, uid: int, limit: int) -> bytes | None:
        """All bytes of a message, at most `limit`.

        None when none came, whatever the reason.
        """
        data = self.fetch([uid], [f"BODY.PEEK[]<0.{limit}>"]).get(uid, {})
        return bytes_of(data, b"BODY[]")

    def junk_folder(self) -> str | None:
        """The folder with the special use \\Junk, or one with a usual name.

        An entry that cannot be read is left out.
        """
        kind, data = self._imap._simple_command("LIST", '""', '"*"')
        self._checkok("LIST", kind, data)
        kind, data = self._imap._untagged_response(kind, data, "LIST")
        found = [entry for entry in map(entry_of, grouped(data)) if entry is not None]
        special = [name for flags, name in found if flags & {b"\\junk", b"\\spam"}]
        usual = [name for _, name in found if re.split(r"[/.\\\]]", name)[-1].casefold() in JUNK_NAMES]
        return next(iter(special + usual), None)

    def move_aside(self, uid: int, folder: str) -> None:
        """Move one message of the selected folder.

        MOVE, else COPY and UID EXPUNGE, never a plain EXPUNGE.
        """
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
