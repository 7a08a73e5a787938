"""The table of audits: every judged reading, newest last."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.audit.changes import changes_since
from agent.domain.audit.document import AuditDocument
from agent.domain.audit.memory import is_complete
from agent.domain.published.event_types import EventType
from agent.store.database.schema import audits
from agent.store.outbox.pending import note

_SETTLED = ("pass", "fail")


_ENDED = ("pass", "fail")
_LOOK_BACK = 50  # audits: older ones are not kept


def record_audit(conn: Connection, *, account: str, at: datetime, document: AuditDocument, visit_id: str) -> int:
    """Keep one audit and write its events; returns its number."""
    before = _last_settled(conn, account)
    row = audits.insert().values(
        account_id=account, audited_at=at, verdict=document["verdict"], document=document, visit_id=visit_id
    )
    key = conn.execute(row).inserted_primary_key
    number = int(key[0]) if key else 0
    _tell(conn, account, number, before=before, document=document, now=at)
    return number


def _last_settled(conn: Connection, account: str) -> AuditDocument | None:
    """The newest stored audit that concluded something."""
    settled = sa.select(audits.c.document).where(audits.c.account_id == account, audits.c.verdict.in_(_SETTLED))
    newest_first = (audits.c.audited_at.desc(), audits.c.id.desc())
    return cast("AuditDocument | None", conn.scalar(settled.order_by(*newest_first).limit(1)))


def _tell(
    conn: Connection,
    account: str,
    number: int,
    *,
    before: AuditDocument | None,
    document: AuditDocument,
    now: datetime,
) -> None:
    """Write `audit.completed`, and `permissions.changed` where findings changed.

    Compared with the last settled audit.
    """
    verdict, counts = document["verdict"], document["counts"]
    told = {"audit": number, "verdict": verdict, "rows": counts["permissions"], "findings": counts["findings"]}
    note(conn, EventType.AUDIT_COMPLETED, account_id=account, now=now, data=told)
    if verdict not in _SETTLED:
        return
    changes = changes_since(before, document)
    if any(changes.values()):
        data = {"audit": number, "verdict": verdict, **{name: len(found) for name, found in changes.items()}}
        note(conn, EventType.PERMISSIONS_CHANGED, account_id=account, now=now, data=data)


def last_audit(conn: Connection, account: str, *, skip: int = 0) -> AuditDocument | None:
    """The newest stored audit of an account, or with `skip` an older one."""
    newest_first = (audits.c.audited_at.desc(), audits.c.id.desc())
    query = sa.select(audits.c.document).where(audits.c.account_id == account).order_by(*newest_first)
    return cast("AuditDocument | None", conn.scalar(query.offset(skip).limit(1)))


def audit_by_number(conn: Connection, account: str, number: int) -> AuditDocument | None:
    """One stored audit of an account; None when it is forgotten or never was."""
    query = sa.select(audits.c.document).where(audits.c.account_id == account, audits.c.id == number)
    return cast("AuditDocument | None", conn.scalar(query))


def number_of_visit(conn: Connection, visit_id: str) -> int | None:
    """The number of the audit that a visit made; None when it made none."""
    return cast("int | None", conn.scalar(sa.select(audits.c.id).where(audits.c.visit_id == visit_id)))


def list_numbers(conn: Connection, account: str, *, limit: int) -> list[tuple[int, datetime, str]]:
    """The newest audits of an account: number, time and verdict."""
    query = sa.select(audits.c.id, audits.c.audited_at, audits.c.verdict).where(audits.c.account_id == account)
    return [(row[0], row[1], row[2]) for row in conn.execute(query.order_by(audits.c.id.desc()).limit(limit))]


def newest_number(conn: Connection, account: str) -> int | None:
    """The number of the newest stored audit of an account."""
    return cast("int | None", conn.scalar(sa.select(sa.func.max(audits.c.id)).where(audits.c.account_id == account)))


def oldest_number(conn: Connection, account: str) -> int | None:
    """The number of the oldest audit of an account that is kept."""
    return cast("int | None", conn.scalar(sa.select(sa.func.min(audits.c.id)).where(audits.c.account_id == account)))


def last_complete_audit(conn: Connection, account: str) -> AuditDocument | None:
    """The newest stored audit of an account that read everything."""
    ended = audits.c.verdict.in_(_ENDED)
    query = sa.select(audits.c.document).where(audits.c.account_id == account, ended)
    newest_first = query.order_by(audits.c.audited_at.desc(), audits.c.id.desc()).limit(_LOOK_BACK)
    found = (cast("AuditDocument", document) for document in conn.scalars(newest_first))
    return next((document for document in found if is_complete(document)), None)


def forget_audits(conn: Connection, *, before: datetime) -> int:
    """Delete old audits, but keep each account's newest.

    The newest that ended with a verdict is kept, too. Returns
    how many went.
    """
    newer = audits.alias("newer")
    has_newer = sa.exists().where(newer.c.account_id == audits.c.account_id, newer.c.id > audits.c.id)
    has_newer_ended = sa.exists().where(
        newer.c.account_id == audits.c.account_id, newer.c.id > audits.c.id, newer.c.verdict.in_(_ENDED)
    )
    is_spent = sa.or_(audits.c.verdict.not_in(_ENDED), has_newer_ended)
    return conn.execute(audits.delete().where(audits.c.audited_at < before, has_newer, is_spent)).rowcount
