"""Watched folders: their position, connection and watching process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from agent.store.database.schema import folders, leases, switches
from agent.store.database.upsert import upsert

_LEASE = "mailbox:"
_RECONCILED = "mail_reconciled:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """One folder as last seen.

    Everything up to last_uid of this uidvalidity is in the database.
    """

    id: int
    mailbox: str
    folder: str
    role: str  # inbox, junk
    uidvalidity: int | None
    last_uid: int
    epoch: int
    state: str  # new, up, down, auth_failed, config, certificate, folder_missing, passive
    fail_count: int
    last_error: str | None
    last_scan_at: datetime | None
    last_push_at: datetime | None
    last_connect_at: datetime | None


def ensure(conn: Connection, *, mailbox: str, folder: str, role: str) -> Folder:
    """The row of a folder, made if there is none."""
    query = sa.select(folders).where(folders.c.mailbox == mailbox, folders.c.folder == folder)
    row = conn.execute(query).mappings().one_or_none()
    if row is None:
        conn.execute(folders.insert().values(mailbox=mailbox, folder=folder, role=role))
        row = conn.execute(query).mappings().one()
    return _folder(row)


def get(conn: Connection, folder_id: int) -> Folder | None:
    """A folder by its row id."""
    row = conn.execute(sa.select(folders).where(folders.c.id == folder_id)).mappings().one_or_none()
    return None if row is None else _folder(row)


def list_all(conn: Connection) -> list[Folder]:
    """Every folder ever watched."""
    return [
        _folder(row) for row in conn.execute(sa.select(folders).order_by(folders.c.mailbox, folders.c.id)).mappings()
    ]


def save_position(
    conn: Connection, folder_id: int, *, uidvalidity: int, last_uid: int, epoch: int, now: datetime
) -> None:
    """Move the position, in the transaction that inserts the rows it covers."""
    values = {"uidvalidity": uidvalidity, "last_uid": last_uid, "epoch": epoch, "last_scan_at": now}
    conn.execute(folders.update().where(folders.c.id == folder_id).values(values))


def touch_scan(conn: Connection, folder_id: int, *, now: datetime) -> None:
    """Remember that a scan found nothing new."""
    conn.execute(folders.update().where(folders.c.id == folder_id).values(last_scan_at=now))


def note_state(
    conn: Connection, mailbox: str, *, state: str, error: str | None, fail_count: int, now: datetime
) -> None:
    """Write how a mailbox's connection stands into all its folders."""
    values: dict[str, object] = {"state": state, "last_error": error, "fail_count": fail_count}
    if state == "up":
        values["last_connect_at"] = now
    conn.execute(folders.update().where(folders.c.mailbox == mailbox).values(values))


def note_push(conn: Connection, folder_id: int, *, now: datetime) -> None:
    """Remember when the server last told us of a change."""
    conn.execute(folders.update().where(folders.c.id == folder_id).values(last_push_at=now))


def reconciled_at(conn: Connection, folder_id: int) -> datetime | None:
    """When a folder was last compared with what should have been seen in it."""
    return conn.scalar(sa.select(switches.c.at).where(switches.c.name == f"{_RECONCILED}{folder_id}"))


def note_reconciled(conn: Connection, folder_id: int, *, now: datetime) -> None:
    """Remember that a folder was compared, for other sessions and processes, too."""
    upsert(conn, switches, {"name": f"{_RECONCILED}{folder_id}"}, {"value": "", "at": now})


def junk_of(conn: Connection, mailbox: str) -> str | None:
    """The junk folder of a mailbox, as last seen."""
    query = sa.select(folders.c.folder).where(folders.c.mailbox == mailbox, folders.c.role == "junk")
    return conn.scalar(query.order_by(folders.c.id.desc()).limit(1))


def watcher_of(conn: Connection, mailbox: str) -> str | None:
    """The process that holds the mailbox, expired or not."""
    return conn.scalar(sa.select(leases.c.holder).where(leases.c.account_id == _LEASE + mailbox))


def take_watch(
    conn: Connection, mailbox: str, *, holder: str, now: datetime, until: datetime, from_dead: str | None = None
) -> bool:
    """Take or renew the right to watch a mailbox.

    `from_dead` names a holder whose process is known to be gone.
    """
    key = _LEASE + mailbox
    row = conn.execute(
        sa.select(leases.c.holder, leases.c.until).where(leases.c.account_id == key).with_for_update()
    ).one_or_none()
    if row is None:
        conn.execute(leases.insert().values(account_id=key, holder=holder, token=holder, until=until))
        return True
    if row.holder not in (holder, from_dead) and row.until > now:
        return False
    conn.execute(leases.update().where(leases.c.account_id == key).values(holder=holder, token=holder, until=until))
    return True


def release_watch(conn: Connection, mailbox: str, *, holder: str) -> None:
    """Give the mailbox up, if we hold it."""
    conn.execute(leases.delete().where(leases.c.account_id == _LEASE + mailbox, leases.c.holder == holder))


def _folder(row: sa.RowMapping) -> Folder:
    return Folder(**{name: row[name] for name in Folder.__slots__})
