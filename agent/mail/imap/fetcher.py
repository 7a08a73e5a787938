"""Getting the bytes of messages.

One that does not come, or not as it should, is put off and never taken for gone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import timedelta

import structlog

from agent.domain.invitation import MailVerdict
from agent.mail import events
from agent.mail.context import MailContext
from agent.mail.imap.connection.answers import is_passing
from agent.mail.imap.connection.client import MAX_HEADER_BYTES, Client, Headline
from agent.mail.imap.failures import is_connection_lost
from agent.mail.trust.headers import plain_line
from agent.store.inbox import messages
from agent.store.inbox.folders import Folder
from agent.store.inbox.found_messages import FoundMessage, Unfetched

UNFETCHED = "not_fetched"
_TRIES = 3
_WAITS = (2.0, 10.0)  # seconds before the second and third try of a message that was refused
_PATIENCE = timedelta(hours=24)  # for refusals that pass
_AGAIN = 2  # times a body that came too short is asked for again at once
_CUT = 0.5  # below this part of its size a body is not judged
_LINES = re.compile(rb"^(?:from|sender|reply-to|subject)[ \t]*:(.*)$", re.IGNORECASE | re.MULTILINE)
_MESSAGE_ID = re.compile(rb"^message-id[ \t]*:(.*)$", re.IGNORECASE | re.MULTILINE)
_MARKS = (b"amazon", b"seller central", b"sellercentral")

log = structlog.get_logger("agent.mail")


def is_candidate(header: bytes, *, domains: Sequence[str] = ()) -> bool:
    """Whether a header block could be of an invitation, genuine or forged.

    Everything else leaves no row. The sender's bytes are only searched here, not parsed.

    `domains` are sender domains of the settings that do not have Amazon's name in them.
    """
    marks = (*_MARKS, *(domain.lower().encode() for domain in domains))
    return any(mark in line.lower() for line in _LINES.findall(_unfolded(header)) for mark in marks)


class NotFetchedError(Exception):
    """A message that is there did not come, or came cut off."""


class Fetcher:
    """Fetches and seals candidates of one mailbox."""

    def __init__(self, context: MailContext, *, domains: Sequence[str]) -> None:
        self._context = context
        self._domains = domains

    def take(self, client: Client, folder: Folder, uids: Sequence[int]) -> list[FoundMessage]:
        """The candidates among these UIDs, and rows for what must be fetched again.

        Raises:
            Exception: the whole chunk was refused, or the connection is lost.
        """
        heads = client.headlines(uids)
        missing = [uid for uid in uids if uid not in heads]
        still_there = client.which_of(missing) if missing else set()
        self._count_vanished(folder, len(missing) - len(still_there))
        found: list[FoundMessage] = []
        for uid in uids:
            if uid in still_there:
                found.append(self.put_off(folder, uid, NotFetchedError("nothing came for it")))
            elif uid in heads:
                found += self._take_one(client, folder, heads[uid])
        return found

    def _take_one(self, client: Client, folder: Folder, head: Headline) -> list[FoundMessage]:
        try:
            row = self._fetch(client, folder, head)
        except Exception as err:
            if is_connection_lost(err):
                raise
            return [self.put_off(folder, head.uid, err)]
        return [] if row is None else [row]

    def retry(self, client: Client, folder: Folder, unfetched: Unfetched) -> FoundMessage | None:
        """One message again; None when it is no candidate.

        Raises:
            Exception: it did not come again, or the connection is lost.
        """
        try:
            head = client.headlines([unfetched.uid]).get(unfetched.uid)
        except Exception as err:
            if is_connection_lost(err):
                raise
            head = None  # perhaps its date or size alone is what cannot be read
        if head is None and not client.which_of([unfetched.uid]):
            self._count_vanished(folder, 1)
            return _found(folder, unfetched.uid, stage=messages.VANISHED, reason="vanished")
        return self._fetch(client, folder, head or Headline(uid=unfetched.uid, size=None, arrived_at=None, header=None))

    def put_off(self, folder: Folder, uid: int, error: Exception, *, earlier: Unfetched | None = None) -> FoundMessage:
        """The row of a message that did not come.

        To be fetched again, or, after three tries, set aside with an alarm.

        One whose fetching ended the connection waits for the next connection only.
        """
        now = self._context.now()
        attempts = (earlier.attempts if earlier else 0) + 1
        text = plain_line(f"{type(error).__name__}: {error}", limit=200)
        lasting = is_connection_lost(error) or not is_passing(text)
        since = earlier.found_at if earlier else now
        if attempts >= _TRIES and (lasting or now - since > _PATIENCE):
            return self._set_aside(folder, uid, attempts=attempts, why=text)
        log.warning(
            events.UNFETCHED, mailbox=folder.mailbox, folder=folder.folder, uid=uid, attempts=attempts, error=text
        )
        self._context.on_event(folder.mailbox, "unfetched", 1)
        wait = 0.0 if is_connection_lost(error) else _wait_after(attempts)
        return _found(
            folder,
            uid,
            stage=messages.FOUND,
            reason=UNFETCHED,
            attempts=attempts,
            next_try_at=now + timedelta(seconds=wait),
        )

    def _set_aside(self, folder: Folder, uid: int, *, attempts: int, why: str) -> FoundMessage:
        log.error(events.POISON, mailbox=folder.mailbox, folder=folder.folder, uid=uid, error=why)
        self._context.on_event(folder.mailbox, "poison", 1)
        self._context.on_alarm(
            f"poison:{folder.id}:{folder.uidvalidity}:{uid}",
            f"a message in {folder.folder} of {folder.mailbox} cannot be fetched ({why}); it was set aside: "
            "'sc-agent mail list' shows it as cannot_be_fetched, 'sc-agent mail retry' fetches it again",
        )
        return _found(
            folder,
            uid,
            stage=messages.POISON,
            verdict=MailVerdict.HELD,
            reason="cannot_be_fetched",
            attempts=attempts,
        )

    def _fetch(self, client: Client, folder: Folder, head: Headline) -> FoundMessage | None:
        """Fetch and seal one message, if it is a candidate.

        Too big ones are held without being fetched.

        Raises:
            NotFetchedError: nothing came, or much less than there is.
        """
        limit = self._context.limits.max_message_bytes
        if head.header is not None and not is_candidate(head.header, domains=self._domains):
            return None
        known = {
            "message_id": _message_id(head.header or b""),
            "internaldate": head.arrived_at,
            "size": head.size or 0,
        }
        held = {"stage": messages.DONE, "verdict": MailVerdict.HELD}
        if head.size is not None and head.size > limit:
            return _found(folder, head.uid, reason="too_big", **held, **known)
        if len(head.header or b"") >= MAX_HEADER_BYTES:
            return _found(folder, head.uid, reason="header_too_big", **held, **known)
        raw = _whole(client, head, limit)
        if head.header is None and not is_candidate(raw[:MAX_HEADER_BYTES], domains=self._domains):
            return None
        if len(raw) > limit:
            return _found(folder, head.uid, reason="too_big", **held, **known | {"size": len(raw)})
        digest = hashlib.sha256(raw).hexdigest()
        key_id, sealed = self._context.vault.seal(raw, context=f"message:{digest}")
        known |= {"size": head.size or len(raw), "message_id": known["message_id"] or _message_id(raw)}
        return _found(folder, head.uid, sha256=digest, sealed=sealed, key_id=key_id, **known)

    def _count_vanished(self, folder: Folder, count: int) -> None:
        if count:
            log.info(events.VANISHED, mailbox=folder.mailbox, folder=folder.folder, count=count)
            self._context.on_event(folder.mailbox, "vanished", count)


def _whole(client: Client, head: Headline, limit: int) -> bytes:
    """The bytes of a message.

    They are asked for again when fewer came than the server says there are; some servers' sizes are
    inexact, so a little less is taken in the end.

    Raises:
        NotFetchedError: nothing, or much less.
    """
    size = head.size or 0
    longest = b""
    for _ in range(1 + _AGAIN):
        raw = client.raw_message(head.uid, limit + 1) or b""
        longest = max(longest, raw, key=len)
        if longest.strip() and len(longest) >= size:
            return longest
    if not longest.strip() or len(longest) < max(_CUT * size, len((head.header or b"").strip())):
        raise NotFetchedError(f"{len(longest)} of {size} bytes came")
    return longest


def _wait_after(attempts: int) -> float:
    return _WAITS[attempts - 1] if attempts <= len(_WAITS) else min(60.0 * 2.0 ** min(attempts - _TRIES, 6), 3600.0)


def _found(folder: Folder, uid: int, **known: object) -> FoundMessage:
    blank: dict[str, object] = dict.fromkeys(("message_id", "sha256", "internaldate", "sealed", "key_id"), None)
    values: dict[str, object] = blank | {"size": 0} | known
    return FoundMessage(folder_id=folder.id, uidvalidity=folder.uidvalidity, uid=uid, **values)  # type: ignore[arg-type]  # one dict for all columns


def bare(found: FoundMessage) -> FoundMessage:
    """The same message without what a database may refuse."""
    return FoundMessage(
        folder_id=found.folder_id,
        uidvalidity=found.uidvalidity,
        uid=found.uid,
        message_id=None,
        sha256=None,
        internaldate=None,
        size=0,
        sealed=None,
        key_id=None,
        stage=messages.POISON,
        verdict=MailVerdict.HELD,
        reason="cannot_be_stored",
        attempts=found.attempts,
        next_try_at=None,
    )


def _unfolded(header: bytes) -> bytes:
    return re.sub(rb"\r?\n[ \t]+", b" ", header)


def _message_id(header: bytes) -> str | None:
    """The Message-ID as it is written; it is parsed by the judging process alone."""
    values = _MESSAGE_ID.findall(_unfolded(header[:MAX_HEADER_BYTES]))
    return plain_line(values[0].decode("ascii", "replace"), limit=250) or None if len(values) == 1 else None
