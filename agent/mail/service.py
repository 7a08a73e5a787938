"""The mail side of the daemon.

A watcher for every mailbox and one intake, started and stopped together.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from agent.clock import utc_now
from agent.mail import events
from agent.mail.context import MailContext, judge_of, mailboxes_of, name_of, policy_for, process_name
from agent.mail.imap.watcher import Watcher
from agent.mail.intake import Intake, forget_old_bytes
from agent.mail.trust.examine import TrustPolicy
from agent.mail.trust.keys import KeyStore
from agent.settings.model import Settings
from agent.store.database.engine import reading
from agent.store.database.handles import Engine, SQLAlchemyError
from agent.store.inbox import folders
from agent.store.inbox.messages import Message
from agent.store.vault.keys import Vault

STOP_WITHIN = 2.0  # seconds
_LEASE = 30.0
_RETENTION_EVERY = 24 * 3600.0

log = structlog.get_logger("agent.mail")


class MailService:
    """Watches every mailbox of the settings and hands invitations over.

    `on_arrival(account_id)` is called from a thread, after the transaction that made the account due. `on_alarm(key,
    text)` is called when something needs a person; the same key may come again. `on_fine(key)` is called when it is
    over. `on_event(mailbox, event, amount)` is for counters.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        engine: Engine,
        vault: Vault,
        on_arrival: Callable[[str], None],
        on_alarm: Callable[[str, str], None] | None = None,
        on_fine: Callable[[str], None] | None = None,
        on_event: Callable[[str, str, int], None] | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Prepare; nothing is opened yet.

        Raises:
            ConfigurationError: a DNS server of the settings is malformed.
        """
        self._context = MailContext(
            engine=engine,
            vault=vault,
            limits=settings.mail,
            lease=timedelta(seconds=max(_LEASE, settings.work.lease)),
            any_merchant=settings.accept_any_merchant,
            on_alarm=_alarm(on_alarm),
            on_fine=_safely(on_fine),
            on_event=on_event or (lambda mailbox, event, amount: None),
            now=now,
        )
        self._mailboxes = {name_of(mailbox): mailbox for mailbox in mailboxes_of(settings)}
        keys = KeyStore(settings.mail.dns_servers, timeout=settings.mail.dns_timeout)
        self._judge = judge_of(settings.mail, keys, processes=settings.mail.judge_processes)
        self._intake = Intake(
            self._context,
            judge=self._judge,
            keys=keys,
            policy_of=self._policy_of,
            on_arrival=_safely(on_arrival),
            on_handled=self._handled,
            is_leader=lambda: not self._watchers or any(watcher.leads for watcher in self._watchers.values()),
            at_once=settings.mail.judge_processes,
        )
        holder = process_name()
        self._watchers = {
            name: Watcher(mailbox, self._context, on_found=self._intake.wake, holder=holder)
            for name, mailbox in self._mailboxes.items()
        }
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep_retention, name="mail-retention", daemon=True)
        self._started = False

    @property
    def mailboxes(self) -> tuple[str, ...]:
        """The names of the mailboxes that are watched."""
        return tuple(self._mailboxes)

    def start(self) -> None:
        """Start the threads and return at once."""
        self._started = True
        for name in self._mailboxes:
            if self._policy_of(name).authserv:
                log.warning(events.WEAK_TRUST, mailbox=name, why="the receiving server's verdict is believed")
        for thread in (self._intake, self._keeper, *self._watchers.values()):
            thread.start()

    def stop(self) -> None:
        """End every wait and join the threads.

        Within two seconds, whatever blocks is broken off.
        """
        if not self._started:
            return
        self._started = False
        self._stopping.set()
        end = time.monotonic() + STOP_WITHIN
        for watcher in self._watchers.values():
            watcher.stop()
        self._intake.stop()
        self._join(list(self._watchers.values()), end - STOP_WITHIN / 2)
        for watcher in self._watchers.values():
            if watcher.is_alive():
                watcher.cut()
        self._join([*self._watchers.values(), self._intake, self._keeper], end)
        self._judge.close()
        for watcher in self._watchers.values():
            if not watcher.is_alive():
                watcher.close()

    def _join(self, threads: list[threading.Thread] | list[Watcher], end: float) -> None:
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _policy_of(self, mailbox: str | None) -> TrustPolicy:
        return policy_for(self._context.limits, self._mailboxes.get(mailbox or ""))

    def _handled(self, message: Message) -> None:
        """Let the watcher move it aside, if that is switched on."""
        if message.folder_id is None or message.uid is None or message.uidvalidity is None:
            return
        with reading(self._context.engine) as conn:
            folder = folders.get(conn, message.folder_id)
        watcher = self._watchers.get(folder.mailbox) if folder else None
        if watcher is not None and watcher.housekeeping.add(message.folder_id, message.uidvalidity, message.uid):
            watcher.poke()

    def _keep_retention(self) -> None:
        while not self._stopping.is_set():
            before = self._context.now() - timedelta(days=self._context.limits.retention_days)
            try:
                forget_old_bytes(self._context, before=before)
            except SQLAlchemyError as err:
                log.error(events.DATABASE, error=type(err).__name__)
            self._stopping.wait(_RETENTION_EVERY)


def _alarm(on_alarm: Callable[[str, str], None] | None) -> Callable[[str, str], None]:
    tell = _safely(on_alarm)

    def alarm(key: str, text: str) -> None:
        log.error(events.ALARM, key=key, text=text)
        tell(key, text)

    return alarm


def _safely(callback: Callable[..., None] | None) -> Callable[..., None]:
    """Call back into a daemon that may have closed its event loop meanwhile."""

    def call(*values: str) -> None:
        try:
            if callback is not None:
                callback(*values)
        except RuntimeError as err:
            log.warning(events.CALLBACK_FAILED, error=str(err))

    return call
