"""The table of audits: every judged reading, newest last."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.audit.document import AuditDocument
from agent.store.database.schema import audits


def record_audit(conn: Connection, *, account: str, at: datetime, document: AuditDocument, visit_id: str) -> int:
    """Keep one audit; returns its number."""
    row = audits.insert().values(
        account_id=account, audited_at=at, verdict=document["verdict"], document=document, visit_id=visit_id
    )
    key = conn.execute(row).inserted_primary_key
    return int(key[0]) if key else 0


def last_audit(conn: Connection, account: str, *, skip: int = 0) -> AuditDocument | None:
    """The newest stored audit of an account, or with `skip` an older one."""
    newest_first = (audits.c.audited_at.desc(), audits.c.id.desc())
    query = sa.select(audits.c.document).where(audits.c.account_id == account).order_by(*newest_first)
    return cast("AuditDocument | None", conn.scalar(query.offset(skip).limit(1)))


def forget_audits(conn: Connection, *, before: datetime) -> int:
    """Delete audits older than a time, but keep each account's newest; returns how many went."""
    newer = audits.alias("newer")
    has_newer = sa.exists().where(newer.c.account_id == audits.c.account_id, newer.c.id > audits.c.id)
    return conn.execute(audits.delete().where(audits.c.audited_at < before, has_newer)).rowcount
