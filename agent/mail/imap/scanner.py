"""Finding new messages: the position, the rows it covers and nothing else; no verdicts."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from agent.domain.invitation import MailVerdict
from agent.mail import events
from agent.mail.context import MailContext
from agent.mail.imap.client import CHUNK, MAX_HEADER_BYTES, Client, Headline, IMAPClientError, Selected
from agent.mail.imap.failures import FolderMissingError
from agent.mail.trust.headers import Headers, readable
from agent.store.database.engine import reading, writing
from agent.store.inbox import folders, messages
from agent.store.inbox.folders import Folder
from agent.store.inbox.messages import Found

_SENDER = "amazon"  # what a look-back asks the server for
_OVERLAP = timedelta(days=2)
_RECONCILE = timedelta(days=1)
_TOUCH = timedelta(minutes=1)
_REOPEN = 300.0  # seconds until an open folder is opened again, to see a new UIDVALIDITY
_TRIES = 3
_LINES = re.compile(rb"^(?:from|sender|reply-to|subject)[ \t]*:(.*)$", re.IGNORECASE | re.MULTILINE)
_MESSAGE_ID = re.compile(rb"^message-id[ \t]*:(.*)$", re.IGNORECASE | re.MULTILINE)
_MARKS = (b"amazon", b"seller central", b"sellercentral")

log = structlog.get_logger("agent.mail")


def is_candidate(header: bytes, *, domains: Sequence[str] = ()) -> bool:
    """Whether a header block could be of an invitation, genuine or forged; everything else leaves no row.

    `domains` are sender domains of the settings that do not have Amazon's name in them.
    """
    unfolded = re.sub(rb"\r?\n[ \t]+", b" ", header)
    marks = (*_MARKS, *(domain.lower().encode() for domain in domains))
    return any(mark in line.lower() for line in _LINES.findall(unfolded) for mark in marks)


class Scanner:
    """Scans the folders of one mailbox on the connection it is given; used by one thread."""

    def __init__(self, context: MailContext, *, stop: threading.Event) -> None:
        self._context = context
        self._stop = stop
        self._domains = [domain for domain in context.limits.from_domains if _SENDER not in domain.lower()]
        self._open: tuple[int, int, float] | None = None  # connection, folder row, when
        self._selected: Selected | None = None
        self._chunk = CHUNK
        self._failures: Counter[tuple[int, int, int]] = Counter()
        self._reconciled: dict[int, datetime] = {}

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
        if folder.uidvalidity != selected.uidvalidity:
            return self._start_epoch(client, folder, selected)
        client.noop()
        uids = client.uids_from(folder.last_uid + 1)
        if not uids and (folder.last_scan_at is None or self._context.now() - folder.last_scan_at > _TOUCH):
            with writing(self._context.engine) as conn:
                folders.touch_scan(conn, folder.id, now=self._context.now())
        found = self._take_all(client, folder, uids, moves=True)
        return found + self._fetch_asked(client, folder) + self._reconcile(client, folder)

    def forget_open(self) -> None:
        """The connection has left the folder, or was replaced."""
        self._open = None

    def _examine(self, client: Client, folder: Folder) -> Selected:
        if (
            self._open
            and self._selected
            and self._open[:2] == (id(client), folder.id)
            and time.monotonic() - self._open[2] < _REOPEN
        ):
            return self._selected
        self._open = None
        self._selected = open_folder(client, folder.folder)
        self._open = (id(client), folder.id, time.monotonic())
        return self._selected

    def _start_epoch(self, client: Client, folder: Folder, selected: Selected) -> int:
        """First sight of a folder, or of its new numbering: look back over a bounded time, then go on from its end."""
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
        base = selected.uidnext - 1 if selected.uidnext is not None else client.last_uid()
        renewed = replace(folder, uidvalidity=selected.uidvalidity, last_uid=base, epoch=epoch)
        uids = [uid for uid in self._sent_since(client, since) if uid <= base] if selected.exists else []
        found = self._take_all(client, renewed, uids, moves=False)
        if not self._stop.is_set():
            with writing(context.engine) as conn:
                folders.save_position(
                    conn, folder.id, uidvalidity=selected.uidvalidity, last_uid=base, epoch=epoch, now=now
                )
            self._reconciled[folder.id] = now
        return found

    def _reconcile(self, client: Client, folder: Folder) -> int:
        """Once a day, ask for what should have been seen; finding anything is worth a warning."""
        now = self._context.now()
        if now - self._reconciled.setdefault(folder.id, now) < _RECONCILE:
            return 0
        since = now - timedelta(days=self._context.limits.look_back_days)
        uids = [uid for uid in self._sent_since(client, since) if uid <= folder.last_uid]
        with reading(self._context.engine) as conn:
            known = messages.known_uids(conn, folder.id, folder.uidvalidity, uids)
        found = self._take_all(client, folder, [uid for uid in uids if uid not in known], moves=False)
        self._reconciled[folder.id] = now
        if found:
            log.warning(events.FOUND_LATE, mailbox=folder.mailbox, folder=folder.folder, count=found, by="reconcile")
            self._context.on_event(folder.mailbox, "found_late", found)
        return found

    def _sent_since(self, client: Client, since: datetime) -> list[int]:
        return sorted({uid for sender in (_SENDER, *self._domains) for uid in client.uids_since(since, sender)})

    def _take_all(self, client: Client, folder: Folder, uids: Sequence[int], *, moves: bool) -> int:
        """Store the candidates among these UIDs, chunk by chunk; with `moves` the position goes along in the same
        transaction.
        """
        stored, start = 0, 0
        while start < len(uids) and not self._stop.is_set():
            chunk = uids[start : start + self._chunk]
            found = self._take(client, folder, chunk)
            now = self._context.now()
            with writing(self._context.engine) as conn:
                rows = [row for each in found if (row := messages.insert(conn, each, now=now)) is not None]
                if moves:
                    assert folder.uidvalidity is not None  # noqa: S101 - a position is only moved within an epoch
                    folders.save_position(
                        conn, folder.id, uidvalidity=folder.uidvalidity, last_uid=chunk[-1], epoch=folder.epoch, now=now
                    )
            for row in rows:
                log.info(events.FOUND, mailbox=folder.mailbox, folder=folder.folder, message=row)
            self._context.on_event(folder.mailbox, "found", len(rows))
            stored += len(rows)
            start += len(chunk)
            self._chunk = min(CHUNK, self._chunk * 4)
        return stored

    def _take(self, client: Client, folder: Folder, uids: Sequence[int]) -> list[Found]:
        """Fetch a chunk. One that breaks the connection is split; a single message that does so three times is set
        aside.
        """
        only = (folder.id, folder.uidvalidity or 0, uids[0])
        if len(uids) == 1 and self._failures[only] >= _TRIES:
            log.error(events.POISON, mailbox=folder.mailbox, folder=folder.folder, uid=uids[0])
            self._context.on_event(folder.mailbox, "poison", 1)
            self._context.on_alarm(
                f"poison:{only}",
                f"a message in {folder.folder} of {folder.mailbox} cannot be fetched; it was set aside",
            )
            return [
                _found(folder, uids[0], stage=messages.POISON, verdict=MailVerdict.HELD, reason="cannot_be_fetched")
            ]
        try:
            heads = client.headlines(uids)
            wanted = [
                heads[uid] for uid in uids if uid in heads and is_candidate(heads[uid].header, domains=self._domains)
            ]
            found = [each for head in wanted if (each := self._fetch(client, folder, head)) is not None]
        except Exception:
            self._chunk = 1
            if len(uids) == 1:
                self._failures[only] += 1
            raise
        if vanished := len(uids) - len(heads):
            log.info(events.VANISHED, mailbox=folder.mailbox, folder=folder.folder, count=vanished)
            self._context.on_event(folder.mailbox, "vanished", vanished)
        return found

    def _fetch(self, client: Client, folder: Folder, head: Headline) -> Found | None:
        """Fetch and seal one candidate; too big ones are held without being fetched, vanished ones are None."""
        limit = self._context.limits.max_message_bytes
        known = {"message_id": _message_id(head.header), "internaldate": head.arrived_at, "size": head.size}
        if head.size > limit:
            return _found(folder, head.uid, stage=messages.DONE, verdict=MailVerdict.HELD, reason="too_big", **known)
        if len(head.header) >= MAX_HEADER_BYTES:
            return _found(
                folder, head.uid, stage=messages.DONE, verdict=MailVerdict.HELD, reason="header_too_big", **known
            )
        raw = client.raw_message(head.uid, limit + 1)
        if raw is None:
            return None
        digest = hashlib.sha256(raw).hexdigest()
        key_id, sealed = self._context.vault.seal(raw, context=f"message:{digest}")
        return _found(folder, head.uid, sha256=digest, sealed=sealed, key_id=key_id, **known)

    def _fetch_asked(self, client: Client, folder: Folder) -> int:
        """Fetch again what a person asked for and what was never fetched."""
        with reading(self._context.engine) as conn:
            asked = messages.list_to_fetch(conn, folder.id, folder.uidvalidity)
        for row_id, uid in asked:
            self._failures.pop((folder.id, folder.uidvalidity or 0, uid), None)
            head = client.headlines([uid]).get(uid)
            found = self._fetch(client, folder, head) if head else None
            with writing(self._context.engine) as conn:
                messages.fill(conn, row_id, found or _found(folder, uid, stage=messages.VANISHED, reason="vanished"))
        return len(asked)


def open_folder(client: Client, name: str) -> Selected:
    """Open a folder read-only.

    Raises:
        FolderMissingError: the server says NO; the connection is good.
    """
    try:
        return client.examine(name)
    except client.AbortError:
        raise
    except IMAPClientError as err:
        raise FolderMissingError(f"folder {name} cannot be opened: {err}") from err


def _found(folder: Folder, uid: int, **known: object) -> Found:
    blank: dict[str, object] = dict.fromkeys(("message_id", "sha256", "internaldate", "sealed", "key_id"), None)
    values: dict[str, object] = blank | {"size": 0} | known
    return Found(folder_id=folder.id, uidvalidity=folder.uidvalidity, uid=uid, **values)  # type: ignore[arg-type]  # one dict for all columns


def _message_id(header: bytes) -> str | None:
    values = _MESSAGE_ID.findall(header)
    shown = Headers((("message-id", values[0].decode("ascii", "replace").strip()),)) if len(values) == 1 else None
    return (readable(shown.one("message-id"), limit=250) or None) if shown else None
