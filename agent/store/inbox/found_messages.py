"""Messages that were found and not fetched yet: numbers in a folder, bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.domain.invitation import MailVerdict
from agent.store.database.schema import messages
from agent.store.inbox.messages import FETCHED, FOUND, POISON, VANISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMessage:
    """What a scan writes.

    Without `sealed` the message could not be fetched and `reason` says why.
    """

    folder_id: int | None
    uidvalidity: int | None
    uid: int | None
    message_id: str | None
    sha256: str | None
    internaldate: datetime | None
    size: int
    sealed: bytes | None
    key_id: str | None
    stage: str = FETCHED
    verdict: MailVerdict | None = None
    reason: str | None = None
    attempts: int = 0
    next_try_at: datetime | None = None


def insert(conn: Connection, found: FoundMessage, *, now: datetime) -> int | None:
    """Insert a found message; None when this UID is already known."""
    if found.uid is not None and known_uids(conn, found.folder_id, found.uidvalidity, [found.uid]):
        return None
    values = {name: getattr(found, name) for name in FoundMessage.__slots__}
    row_id: int = conn.execute(messages.insert().values(found_at=now, **values).returning(messages.c.id)).scalar_one()
    return row_id


def known_uids(conn: Connection, folder_id: int | None, uidvalidity: int | None, uids: list[int]) -> set[int]:
    """Which of these UIDs of a folder are stored already."""
    query = sa.select(messages.c.uid).where(messages.c.folder_id == folder_id, messages.c.uidvalidity == uidvalidity)
    return {
        uid
        for start in range(0, len(uids), 500)
        for uid in conn.scalars(query.where(messages.c.uid.in_(uids[start : start + 500])))
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfetched:
    """A message that was found and whose bytes are not here."""

    row_id: int
    uid: int
    attempts: int
    next_try_at: datetime | None
    found_at: datetime


def list_to_fetch(conn: Connection, folder_id: int, uidvalidity: int | None) -> list[Unfetched]:
    """The messages that must be fetched (again), oldest first.

    Whether their time has come or not.
    """
    columns = (messages.c.uid, messages.c.attempts, messages.c.next_try_at, messages.c.found_at)
    query = sa.select(messages.c.id.label("row_id"), *columns).where(
        messages.c.stage == FOUND,
        messages.c.folder_id == folder_id,
        messages.c.uidvalidity == uidvalidity,
        messages.c.uid.is_not(None),
    )
    return [Unfetched(**row) for row in conn.execute(query.order_by(messages.c.id)).mappings()]


def discard(conn: Connection, row_id: int) -> None:
    """Delete a row of which turned out, once fetched, that it is no candidate."""
    conn.execute(messages.delete().where(messages.c.id == row_id, messages.c.stage == FOUND))


def fetch_set_aside_again(conn: Connection, folder_id: int, uidvalidity: int | None, *, since: datetime) -> int:
    """Let what could not be fetched be tried once more; returns how many."""
    aside = (messages.c.stage == POISON) & (messages.c.reason == "cannot_be_fetched") & (messages.c.found_at >= since)
    here = (messages.c.folder_id == folder_id) & (messages.c.uidvalidity == uidvalidity)
    return conn.execute(messages.update().where(aside, here).values(stage=FOUND, next_try_at=None)).rowcount


def leave_epoch(conn: Connection, folder_id: int, uidvalidity: int) -> None:
    """Close what was never fetched under an older numbering.

    What is still there is found again under the new one.
    """
    old = (messages.c.folder_id == folder_id) & (messages.c.stage == FOUND) & (messages.c.uidvalidity != uidvalidity)
    conn.execute(messages.update().where(old).values(stage=VANISHED, reason="renumbered"))


def forget_numbers(conn: Connection, folder_id: int, uidvalidity: int, first: int) -> None:
    """Take the numbers at or above `first` off the rows that have them.

    The server gives them anew.
    """
    reused = (messages.c.folder_id == folder_id) & (messages.c.uidvalidity == uidvalidity) & (messages.c.uid >= first)
    unfetched = messages.update().where(reused, messages.c.stage == FOUND)
    conn.execute(unfetched.values(stage=VANISHED, reason="renumbered"))
    conn.execute(messages.update().where(reused).values(uidvalidity=None, uid=None))


def renumber(conn: Connection, found: FoundMessage) -> bool:
    """Give the row of the same bytes the folder's new number; False without one."""
    same = sa.select(sa.func.min(messages.c.id)).where(
        messages.c.folder_id == found.folder_id,
        messages.c.sha256 == found.sha256,
        messages.c.uidvalidity != found.uidvalidity,
    )
    row_id = None if found.sha256 is None else conn.scalar(same)
    if row_id is None:
        return False
    values = {"uidvalidity": found.uidvalidity, "uid": found.uid}
    conn.execute(messages.update().where(messages.c.id == row_id).values(values))
    return True


def fill(conn: Connection, row_id: int, found: FoundMessage) -> None:
    """Complete a row that was fetched later than it was found."""
    values = {
        name: getattr(found, name) for name in FoundMessage.__slots__ if name not in ("folder_id", "uidvalidity", "uid")
    }
    conn.execute(messages.update().where(messages.c.id == row_id).values(values))
