"""Finding new messages: the position, the rows it covers and nothing else.

No verdicts.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from agent.mail import events
from agent.mail.context import MailContext
from agent.mail.imap.connection.answers import is_passing
from agent.mail.imap.connection.client import CHUNK, Client, IMAPClientError, Selected
from agent.mail.imap.failures import FolderMissingError, is_connection_lost
from agent.mail.imap.fetcher import Fetcher, is_candidate
from agent.mail.imap.look_back import LookBack
from agent.mail.imap.numbering import Numbering
from agent.mail.imap.opening import Opening, open_folder
from agent.mail.imap.silence import SilentSearch
from agent.mail.imap.storing import Storing
from agent.store.database.engine import reading, writing
from agent.store.inbox import folders, found_messages, messages
from agent.store.inbox.folders import Folder
from agent.store.inbox.found_messages import Unfetched

__all__ = ["Scanner", "is_candidate", "open_folder"]

_SENDER = "amazon"  # what a look-back asks the server for
_OVERLAP = timedelta(days=2)
_RECONCILE = timedelta(days=1)
_SECOND_CHANCE = timedelta(days=3)  # for messages that could not be fetched
_ASK_AGAIN = 300.0  # seconds until a look-back that was refused for now is asked for again
_TOUCH = timedelta(minutes=1)
_REOPEN = 300.0  # seconds until an open folder is opened again, to see a new UIDVALIDITY

log = structlog.get_logger("agent.mail")


class Scanner:
    """Scans the folders of one mailbox on the connection it is given.

    Used by one thread, for all its connections: what it remembers of messages and folders must not end with a
    connection.
    """

    def __init__(self, context: MailContext, *, stop: threading.Event) -> None:
        self._context = context
        self._stop = stop
        domains = [domain for domain in context.limits.from_domains if _SENDER not in domain.lower()]
        self._fetcher = Fetcher(context, domains=domains)
        self._look_back = LookBack(context, senders=(_SENDER, *domains))
        self._silence = SilentSearch(context)
        self._storing = Storing(context)
        self._open: Opening | None = None
        self._chunk = CHUNK
        self._numbering = Numbering(context)
        self._refused_at: dict[int, float] = {}  # when a look-back in a folder was refused for now
        self._retry_at: dict[int, datetime] = {}  # when a message of a folder is to be fetched again

    @property
    def retry_at(self) -> datetime | None:
        """When something must be fetched again, if it must."""
        return min(self._retry_at.values(), default=None)

    def scan(self, client: Client, folder_id: int) -> int:
        """Store everything new in a folder; returns how many candidates were stored.

        Raises:
            FolderMissingError: it cannot be opened.
            SQLAlchemyError: the database is away; nothing was marked, the connection is good.
            Exception: the connection must be dropped.
        """
        with reading(self._context.engine) as conn:
            folder = folders.get(conn, folder_id)
        if folder is None:
            raise FolderMissingError(f"folder row {folder_id} is gone")
        selected = self._examine(client, folder)
        if folder.uidvalidity != selected.uidvalidity or self._numbering.went_back(client, folder, selected):
            return self._start_epoch(client, folder, selected)
        count = client.refresh()
        uids = self._search(client, folder, selected, count=count)
        if not uids and (folder.last_scan_at is None or self._context.now() - folder.last_scan_at > _TOUCH):
            with writing(self._context.engine) as conn:
                folders.touch_scan(conn, folder.id, now=self._context.now())
        found = self._take_all(client, folder, uids, moves=True)
        return found + self._fetch_again(client, folder) + self._reconcile(client, folder)

    def forget_open(self) -> None:
        """The connection has left the folder, or was replaced."""
        self._open = None

    def _examine(self, client: Client, folder: Folder) -> Selected:
        known = self._open
        if (
            known is not None
            and known.client is client
            and known.folder_id == folder.id
            and time.monotonic() - known.since < _REOPEN
        ):
            return known.selected
        self._open = None
        selected = open_folder(client, folder.folder)
        self._open = Opening(client, folder.id, selected)
        return selected

    def _search(self, client: Client, folder: Folder, selected: Selected, *, count: int | None) -> list[int]:
        """The UIDs beyond the position.

        Where the search refuses or finds nothing, the folder's numbers are asked.
        """
        refused: Exception | None = None
        uids: list[int] = []
        try:
            uids = client.uids_from(folder.last_uid + 1)
        except (IMAPClientError, ValueError) as err:
            if is_connection_lost(err) or is_passing(str(err)):
                raise
            refused = err
        count = client.announced() or count
        if uids:
            self._silence.heard(folder, count)
            return uids
        return self._silence.ask_otherwise(client, folder, selected, count=count, refused=refused)

    def _start_epoch(self, client: Client, folder: Folder, selected: Selected) -> int:
        """First sight of a folder, or of its new numbering.

        Look back over a bounded time, then go on from its end.
        """
        context = self._context
        now = context.now()
        furthest = now - timedelta(days=context.limits.look_back_days)
        since = furthest if folder.last_scan_at is None else max(furthest, folder.last_scan_at - _OVERLAP)
        epoch = folder.epoch + 1 if folder.uidvalidity is not None else folder.epoch
        log.info(
            events.EPOCH,
            mailbox=folder.mailbox,
            folder=folder.folder,
            epoch=epoch,
            messages=selected.exists,
            since=since.isoformat(),
        )
        unsteady = self._numbering.is_unsteady(folder)
        base = selected.uidnext - 1 if selected.uidnext is not None else 0
        if selected.exists and not base:
            base = client.last_uid()
        sent = self._ask_back(client, folder, since) if selected.exists else []
        uids = [uid for uid in sent or () if uid <= base or selected.uidnext is None]  # later ones are new, not old
        base = max([base, *uids])
        with reading(context.engine) as conn:
            known = found_messages.known_uids(conn, folder.id, selected.uidvalidity, uids)
        uids = [uid for uid in uids if uid not in known]  # an earlier connection stored them before it ended
        renewed = replace(folder, uidvalidity=selected.uidvalidity, last_uid=base, epoch=epoch)
        found = self._take_all(client, renewed, uids, moves=False, renumber=unsteady)
        if not self._stop.is_set():
            with writing(context.engine) as conn:
                found_messages.leave_epoch(conn, folder.id, selected.uidvalidity)
                folders.save_position(
                    conn, folder.id, uidvalidity=selected.uidvalidity, last_uid=base, epoch=epoch, now=now
                )
                if sent is not None:
                    folders.note_reconciled(conn, folder.id, now=now)
        return found + self._fetch_again(client, renewed)

    def _ask_back(self, client: Client, folder: Folder, since: datetime) -> list[int] | None:
        """What a look-back finds.

        None where it is refused for now, also until it is asked for again.
        """
        if time.monotonic() - self._refused_at.get(folder.id, -_ASK_AGAIN) < _ASK_AGAIN:
            return None
        sent = self._look_back.ask(client, folder, since)
        if sent is None:
            self._refused_at[folder.id] = time.monotonic()
        return sent

    def _reconcile(self, client: Client, folder: Folder) -> int:
        """Once a day, ask for what should have been seen.

        Finding anything is worth a warning.
        """
        now = self._context.now()
        with reading(self._context.engine) as conn:
            last = folders.reconciled_at(conn, folder.id)
        if last is not None and now - last < _RECONCILE:
            return 0
        since = now - timedelta(days=self._context.limits.look_back_days)
        sent = self._ask_back(client, folder, since)
        if sent is None:
            return 0
        uids = [uid for uid in sent if uid <= folder.last_uid]
        with reading(self._context.engine) as conn:
            known = found_messages.known_uids(conn, folder.id, folder.uidvalidity, uids)
        found = self._take_all(client, folder, [uid for uid in uids if uid not in known], moves=False)
        with writing(self._context.engine) as conn:
            found_messages.fetch_set_aside_again(conn, folder.id, folder.uidvalidity, since=now - _SECOND_CHANCE)
            folders.note_reconciled(conn, folder.id, now=now)
        if found:
            log.warning(events.FOUND_LATE, mailbox=folder.mailbox, folder=folder.folder, count=found, by="reconcile")
            self._context.on_event(folder.mailbox, "found_late", found)
        return found

    def _take_all(
        self, client: Client, folder: Folder, uids: Sequence[int], *, moves: bool, renumber: bool = False
    ) -> int:
        """Store the candidates among these UIDs, chunk by chunk.

        With `moves` the position goes along in the same transaction. A chunk that fails is taken one by one.
        """
        stored, start = 0, 0
        while start < len(uids) and not self._stop.is_set():
            chunk = uids[start : start + self._chunk]
            lost: Exception | None = None
            try:
                found = self._fetcher.take(client, folder, chunk)
            except Exception as err:
                lost = err if is_connection_lost(err) else None
                self._chunk = 1
                if self._stop.is_set() or (lost and len(chunk) > 1):
                    raise
                if len(chunk) > 1:
                    continue
                found = [self._fetcher.put_off(folder, chunk[0], err)]
            stored += self._storing.store(folder, found, last_uid=chunk[-1] if moves else None, renumber=renumber)
            if lost is not None:
                raise lost
            start += len(chunk)
            self._chunk = min(CHUNK, self._chunk * 4)
        return stored

    def _fetch_again(self, client: Client, folder: Folder) -> int:
        """Fetch what a person asked for and what was put off, as far as its time has come.

        Returns how much came.
        """
        self._retry_at.pop(folder.id, None)
        with reading(self._context.engine) as conn:
            unfetched = found_messages.list_to_fetch(conn, folder.id, folder.uidvalidity)
        came = 0
        for each in unfetched:
            if self._stop.is_set():
                break
            if each.next_try_at is not None and each.next_try_at > self._context.now():
                self._note_retry(folder, each.next_try_at)
            else:
                came += self._fetch_one_again(client, folder, each)
        return came

    def _fetch_one_again(self, client: Client, folder: Folder, each: Unfetched) -> int:
        lost: Exception | None = None
        try:
            found = self._fetcher.retry(client, folder, each)
        except Exception as err:
            if self._stop.is_set():
                raise
            lost = err if is_connection_lost(err) else None
            found = self._fetcher.put_off(folder, each.uid, err, earlier=each)
        with writing(self._context.engine) as conn:
            if found is None:
                found_messages.discard(conn, each.row_id)
            else:
                found_messages.fill(conn, each.row_id, found)
        if lost is not None:
            raise lost
        if found is not None and found.next_try_at is not None:
            self._note_retry(folder, found.next_try_at)
        return int(found is not None and found.stage == messages.FETCHED)

    def _note_retry(self, folder: Folder, at: datetime) -> None:
        self._retry_at[folder.id] = min(at, self._retry_at.get(folder.id, at))
