"""One mailbox while it is reachable.

Two connections, WATCH for IDLE alone and WORK for everything else, and the loop over them.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from agent.mail import events
from agent.mail.context import MailContext, name_of
from agent.mail.imap.connection.auth import MailboxLogin
from agent.mail.imap.connection.client import FLOOD, CapabilityError, Client, IdleRefusedError
from agent.mail.imap.connection.connecting import connect
from agent.mail.imap.failures import classify
from agent.mail.imap.mailbox_folders import MailboxFolders
from agent.mail.imap.opening import open_folder
from agent.mail.imap.optional import Optional
from agent.mail.imap.scanner import Scanner
from agent.mail.tidy import Tidying
from agent.settings.groups.mailbox import MailboxSettings
from agent.store.database.absence import is_away
from agent.store.database.engine import writing
from agent.store.database.handles import SQLAlchemyError
from agent.store.inbox import folders

_DEBOUNCE = 0.02  # several mails often come together
_DATABASE_PAUSE = 5.0
_RENEW_AGAIN = 30.0  # seconds; the token has five minutes left then

log = structlog.get_logger("agent.mail")


class WatchLostError(Exception):
    """Another process watches this mailbox now."""


class MailboxSession:
    """The connections of one mailbox.

    `run` works until the stop, the loss of the lease, or any failure.
    """

    def __init__(
        self,
        mailbox: MailboxSettings,
        context: MailContext,
        *,
        credentials: MailboxLogin,
        stop: threading.Event,
        wake: int,
        renew: Callable[[], bool],
        on_found: Callable[[], None],
        housekeeping: Tidying,
        scanner: Scanner,
        optional: Optional,
    ) -> None:
        self._mailbox = mailbox
        self._context = context
        self._credentials = credentials
        self._stop = stop
        self._wake = wake
        self._renew = renew
        self._on_found = on_found
        self._housekeeping = housekeeping
        self._scanner = scanner
        self._optional = optional
        self._work: Client | None = None
        self._watch: Client | None = None
        self._can_idle = False
        self._renew_at: datetime | None = None
        self._folders = MailboxFolders(mailbox, context, scanner=scanner, optional=optional)

    def open(self) -> None:
        """Connect, sign in, and find the folders.

        Raises:
            Exception: as the network, the server or the settings have it.
        """
        self._scanner.forget_open()
        self._work = self._connect()
        self._can_idle = self._work.has_capability("IDLE")
        if self._can_idle:
            self._watch = self._connect_watch()
        else:
            self._context.on_event(name_of(self._mailbox), "polling", 1)
            self._optional.settled("polling")  # IDLE is not wanted here
        self._folders.find(self._work)
        signed_in_at = self._context.now()
        self._renew_at = self._credentials.renew_at(signed_in_at=signed_in_at)
        log.info(
            events.CONNECTED, mailbox=name_of(self._mailbox), idle=self._can_idle, folders=len(self._folders.names)
        )

    def run(self) -> None:
        """Idle first, then scan: whatever arrives in between is announced."""
        pushed = True
        while not self._stop.is_set():
            if self._renew_at is not None and self._context.now() >= self._renew_at:
                self._replace()
            self._idle_again()
            idling = self._start_idle()
            found = self._scan(self._folders.first)
            if found and not pushed:
                log.warning(
                    events.FOUND_LATE, mailbox=name_of(self._mailbox), count=found, by="slice" if idling else "poll"
                )
                self._context.on_event(name_of(self._mailbox), "found_late", found)
            elif found and idling:
                self._note_push()
            self._folders.scan_others(self._scan)
            pushed = self._wait(idling) or not idling or self._scanner.retry_at is not None
            if pushed and idling:
                self._stop.wait(_DEBOUNCE)
            if idling and self._watch is not None:
                self._end_idle(self._watch)

    def close(self) -> None:
        """Drop both connections without a word."""
        for client in (self._watch, self._work):
            if client is not None:
                client.drop()

    def cut(self) -> None:
        """Make blocked reads end; safe from another thread."""
        for client in (self._watch, self._work):
            if client is not None:
                client.cut()

    @property
    def farewell(self) -> str:
        """What the server said when it closed."""
        return " ".join(
            text for client in (self._watch, self._work) if client is not None and (text := client.farewell())
        )

    def _connect(self) -> Client:
        client = connect(self._mailbox, self._context.limits)
        try:
            if not client.signed_in:
                self._credentials.sign_in(client)
            if client.has_capability("ID"):  # RFC 2971 3: its answer changes nothing
                self._optional.attempt("ID", lambda: client.id_({"name": "secondary-user"}))
        except BaseException:
            client.drop()
            raise
        return client

    def _connect_watch(self) -> Client | None:
        """The second connection.

        A server that does not give it, now or at all, gets polled meanwhile.
        """
        try:
            client = self._connect()
        except Exception as err:  # noqa: BLE001 - whatever it is: the first connection works
            self._poll_instead(f"the server refuses a second connection ({classify(err).text})")
            return None
        return client

    def _poll_instead(self, why: str) -> None:
        """Go on without IDLE, and try it again after a while: most reasons pass."""
        self._can_idle = False
        name = name_of(self._mailbox)
        if self._optional.failed("polling"):
            log.warning(events.POLLING, mailbox=name, why=why)
            self._context.on_event(name, "polling", 1)
            self._context.on_alarm(f"polling:{name}", f"{name} is polled: {why}")

    def _idle_again(self) -> None:
        """Try to idle again, if that failed and its time has come."""
        if self._can_idle or not self._optional.is_due("polling"):
            return
        if self._watch is None:
            self._watch = self._connect_watch()
        self._can_idle = self._watch is not None

    def _note_idling(self) -> None:
        if self._optional.settled("polling"):
            log.info(events.IDLING, mailbox=name_of(self._mailbox))
            self._context.on_fine(f"polling:{name_of(self._mailbox)}")

    def _start_idle(self) -> bool:
        if not self._can_idle or self._watch is None:
            return False
        if not self._watch.watching:
            open_folder(self._watch, self._folders.names[self._folders.first])
            self._watch.watching = True
        try:
            self._watch.idle()
        except (IdleRefusedError, CapabilityError):
            self._poll_instead("the server refuses IDLE")
            return False
        self._note_idling()
        return True

    def _end_idle(self, watch: Client) -> None:
        lines = watch.end_idle()
        if lines > FLOOD:
            log.warning(events.FLOOD, mailbox=name_of(self._mailbox), lines=lines)
            self._context.on_event(name_of(self._mailbox), "flood", 1)
            self._context.on_alarm(
                f"flood:{name_of(self._mailbox)}", f"{name_of(self._mailbox)} sent {lines} lines in one IDLE"
            )

    def _scan(self, folder_id: int) -> int:
        """Scan a folder on WORK; a database that is away pauses us and nothing else."""
        assert self._work is not None  # noqa: S101 - open() comes first
        found = 0
        try:
            found = self._scanner.scan(self._work, folder_id)
            self._housekeeping.tidy(self._work, self._folders.names, self._scanner)
        except SQLAlchemyError as err:
            if not is_away(err):
                raise
            log.error(events.DATABASE, mailbox=name_of(self._mailbox), error=type(err).__name__)
            self._stop.wait(_DATABASE_PAUSE)
        if found:
            self._on_found()
        return found

    def _note_push(self) -> None:
        """The server told us of it: pushing works."""
        try:
            with writing(self._context.engine) as conn:
                folders.note_push(conn, self._folders.first, now=self._context.now())
        except SQLAlchemyError as err:
            log.error(events.DATABASE, mailbox=name_of(self._mailbox), error=type(err).__name__)

    def _wait(self, idling: bool) -> bool:
        """Wait for the server, the stop, a poke, or the end of the slice.

        True when the server said something.

        The lease is renewed and the other folders are scanned meanwhile.
        """
        limits = self._context.limits
        end = time.monotonic() + self._pause(limits.idle_slice if idling else limits.poll_interval)
        while (left := end - time.monotonic()) > 0 and not self._stop.is_set():
            piece = min(left, self._context.lease.total_seconds() / 3)
            if (due := self._folders.seconds_to_others()) is not None:
                piece = min(piece, max(0.05, due))
            if idling and self._watch is not None and self._watch.wait(piece, self._wake):
                return True
            if (not idling and self._poked(piece)) or self._poked(0):
                return False
            if not self._renew():
                raise WatchLostError(name_of(self._mailbox))
            self._folders.scan_others(self._scan)
        return False

    def _pause(self, usual: float) -> float:
        """Seconds until the next scan.

        Sooner than usual when a message must be fetched again.
        """
        at = self._scanner.retry_at
        return usual if at is None else min(usual, max(0.1, (at - self._context.now()).total_seconds()))

    def _poked(self, seconds: float) -> bool:
        """Whether a wake-up came; wake-ups are drained unless it was the stop."""
        if not select.select([self._wake], [], [], seconds)[0]:
            return False
        if not self._stop.is_set():
            os.read(self._wake, 4096)
        return True

    def _replace(self) -> None:
        """Open a new pair with a fresh token, then drop the old one.

        If that fails the old one serves on until the server ends it.
        """
        old_watch, old_work, could_idle = self._watch, self._work, self._can_idle
        unused: tuple[Client | None, ...] = (old_watch, old_work)
        self._credentials.forget_token()
        self._watch = None
        try:
            self.open()
        except Exception as err:  # noqa: BLE001 - whatever it is: what we have still works
            unused = (self._watch, self._work)
            self._watch, self._work, self._can_idle = old_watch, old_work, could_idle
            failure = classify(err)
            self._renew_at = self._context.now() + timedelta(seconds=failure.wait or _RENEW_AGAIN)
            log.warning(
                events.RENEWAL_FAILED, mailbox=name_of(self._mailbox), family=str(failure.link), error=failure.text
            )
            self._context.on_event(name_of(self._mailbox), "renewal_failed", 1)
        self._scanner.forget_open()
        for client in unused:
            if client is not None and client not in (self._watch, self._work):
                client.drop()
