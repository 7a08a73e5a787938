"""One thread a mailbox.

It holds the mailbox's lease, keeps a session alive, and handles each failure by its kind.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

import structlog
import tenacity

from agent.mail import events
from agent.mail.context import MailContext, is_dead, name_of, process_name
from agent.mail.imap.connection.auth import MailboxLogin
from agent.mail.imap.failures import ALARM_DOWN_AFTER, ConnectionState, Failure, classify
from agent.mail.imap.optional import Optional
from agent.mail.imap.scanner import Scanner
from agent.mail.imap.session import MailboxSession, WatchLostError
from agent.mail.tidy import Tidying
from agent.settings.groups.mailbox import MailboxSettings
from agent.store.database.engine import writing
from agent.store.database.handles import SQLAlchemyError
from agent.store.inbox import folders

_LOOKS = 10  # in the length of a lease, of a process that waits to take the mailbox over
_HEALTHY = 10.0  # seconds a session must have lived for its end not to count as a failure in a row

log = structlog.get_logger("agent.mail")


class Watcher(threading.Thread):
    """Watches one mailbox until told to stop.

    `on_found` is called when new candidates are in the database.
    """

    def __init__(
        self,
        mailbox: MailboxSettings,
        context: MailContext,
        *,
        on_found: Callable[[], None],
        credentials: Callable[[], MailboxLogin] | None = None,
        holder: str | None = None,
    ) -> None:
        super().__init__(name=f"mail-{name_of(mailbox)}", daemon=True)
        self.housekeeping = Tidying(
            mailbox.move_handled_to, on_event=lambda event: context.on_event(name_of(mailbox), event, 1)
        )
        self._mailbox = mailbox
        self._name = name_of(mailbox)
        self._context = context
        self._on_found = on_found
        self._make_credentials = credentials or (lambda: MailboxLogin(mailbox, now=context.now))
        self._credentials: MailboxLogin | None = None
        self._holder = holder or process_name()
        self._stop_event = threading.Event()
        self._wake, self._poke = os.pipe()
        os.set_blocking(self._poke, False)
        self._session: MailboxSession | None = None
        self._scanner = Scanner(context, stop=self._stop_event)
        self._optional = Optional(self._name)
        self._leading = False
        self._failures = 0
        self._last = Failure(link=ConnectionState.DOWN, text="")
        self._forced = False  # a fresh token was tried since the mailbox was last up
        self._down_since: float | None = None
        self._alarmed = False

    @property
    def leads(self) -> bool:
        """Whether this process watches the mailbox now."""
        return self._leading

    def poke(self) -> None:
        """Ask for a scan now."""
        try:
            os.write(self._poke, b".")
        except (BlockingIOError, OSError):
            return

    def stop(self) -> None:
        """Ask to end; any wait ends at once."""
        self._stop_event.set()
        self.poke()

    def cut(self) -> None:
        """Break off what still blocks."""
        session = self._session
        if session is not None:
            session.cut()

    def close(self) -> None:
        """Give the file descriptors back, once the thread has ended."""
        for descriptor in (self._wake, self._poke):
            os.close(descriptor)

    def run(self) -> None:
        """Take the lease, then retry for ever; without the lease stay passive."""
        try:
            while not self._stop_event.is_set():
                self._leading = self._take_lease()
                if not self._leading:
                    self._pause_passive()
                    continue
                self._work_while_leading()
        finally:
            self._leading = False
            self._give_up_lease()

    def _work_while_leading(self) -> None:
        retrying = tenacity.Retrying(
            sleep=self._sleep,
            wait=self._delay,
            stop=tenacity.stop_when_event_set(self._stop_event),
            retry=tenacity.retry_if_not_exception_type(WatchLostError),
            reraise=True,
        )
        try:
            retrying(self._attempt)
        except WatchLostError:
            self._leading = False
        except Exception:
            if not self._stop_event.is_set():
                raise

    def _attempt(self) -> None:
        """Run one session.

        Its end after a healthy life returns, so that the count of failures in a row starts afresh.
        """
        if self._stop_event.is_set():
            return
        started = time.monotonic()
        session: MailboxSession | None = None
        try:
            self._credentials = self._credentials or self._make_credentials()
            session = self._new_session(self._credentials)
            session.open()
            self._note(ConnectionState.UP)
            self._on_found()  # we lead now: what an earlier life stored may wait for its verdict
            session.run()
        except WatchLostError:
            raise
        except Exception as err:
            if self._stop_event.is_set():
                return
            failure = classify(err, farewell=session.farewell if session else "")
            if self._force_new_token(failure):
                return
            self._failed(failure)
            if failure.link is ConnectionState.DOWN and time.monotonic() - started > _HEALTHY:
                return
            raise
        finally:
            self._session = None
            if session is not None:
                session.close()

    def _new_session(self, credentials: MailboxLogin) -> MailboxSession:
        session = MailboxSession(
            self._mailbox,
            self._context,
            credentials=credentials,
            stop=self._stop_event,
            wake=self._wake,
            renew=self._take_lease,
            on_found=self._on_found,
            housekeeping=self.housekeeping,
            scanner=self._scanner,
            optional=self._optional,
        )
        self._session = session
        return session

    def _force_new_token(self, failure: Failure) -> bool:
        """A token may have ended early.

        Drop it and try again, once until the mailbox is up.
        """
        if not failure.new_token or self._forced or self._credentials is None or not self._credentials.forget_token():
            return False
        self._forced = True
        log.info(events.LOST, mailbox=self._name, family="token_expired")
        return True

    def _failed(self, failure: Failure) -> None:
        self._last = failure
        self._failures += 1
        now = time.monotonic()  # what is written below may take its time
        self._down_since = self._down_since or now
        log.warning(
            events.LOST, mailbox=self._name, family=str(failure.link), failures=self._failures, error=failure.text
        )
        self._context.on_event(self._name, f"lost_{failure.link}", 1)
        self._write_state(failure.link, failure.text)
        if failure.alarm or now - self._down_since > ALARM_DOWN_AFTER:
            self._alarmed = True
            self._context.on_alarm(f"mailbox:{self._name}", f"mailbox {self._name} is {failure.link}: {failure.text}")

    def _delay(self, state: tenacity.RetryCallState) -> float:
        """How long to wait, by family; for the plain one 0, then 1, 2, 4 ...

        Seconds with jitter, up to the cap.
        """
        if self._last.wait:
            return self._last.wait
        if state.attempt_number == 1:
            return 0.0
        grown = tenacity.wait_exponential_jitter(initial=1, max=self._context.limits.backoff_max, jitter=1)
        return min(grown(_shifted(state)), self._context.limits.backoff_max)

    def _sleep(self, seconds: float) -> None:
        """Wait out a back-off, holding the lease; a stop ends it at once."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._stop_event.wait(min(left, self._context.lease.total_seconds() / 3)):
                return
            if not self._take_lease():
                raise WatchLostError(self._name)

    def _take_lease(self) -> bool:
        """Take or renew; while the database is away we keep what we had."""
        now = self._context.now()
        try:
            with writing(self._context.engine) as conn:
                other = folders.watcher_of(conn, self._name)
                dead = other if other is not None and other != self._holder and is_dead(other) else None
                return folders.take_watch(
                    conn, self._name, holder=self._holder, now=now, until=now + self._context.lease, from_dead=dead
                )
        except SQLAlchemyError as err:
            log.error(events.DATABASE, mailbox=self._name, error=type(err).__name__)
            return self._leading

    def _give_up_lease(self) -> None:
        try:
            with writing(self._context.engine) as conn:
                folders.release_watch(conn, self._name, holder=self._holder)
        except SQLAlchemyError as err:
            log.error(events.DATABASE, mailbox=self._name, error=type(err).__name__)

    def _pause_passive(self) -> None:
        log.debug(events.PASSIVE, mailbox=self._name)
        self._stop_event.wait(self._context.lease.total_seconds() / _LOOKS)

    def _note(self, link: ConnectionState) -> None:
        self._failures = 0
        self._forced = False
        self._down_since = None
        if self._alarmed:
            self._alarmed = False
            self._context.on_fine(f"mailbox:{self._name}")
        self._write_state(link, None)

    def _write_state(self, link: ConnectionState, error: str | None) -> None:
        try:
            with writing(self._context.engine) as conn:
                for name in self._mailbox.folders:
                    folders.ensure(conn, mailbox=self._name, folder=name, role="inbox")
                folders.note_state(
                    conn, self._name, state=link, error=error, fail_count=self._failures, now=self._context.now()
                )
        except SQLAlchemyError as err:
            log.error(events.DATABASE, mailbox=self._name, error=type(err).__name__)


def _shifted(state: tenacity.RetryCallState) -> tenacity.RetryCallState:
    """The first retry was at once: the growing delays start with the second."""
    shifted = tenacity.RetryCallState(state.retry_object, state.fn, state.args, state.kwargs)
    shifted.attempt_number = state.attempt_number - 1
    return shifted
