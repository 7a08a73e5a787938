"""Writing down that a person said rows are gone: who, when and why; for one account or for every one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from agent.domain.account import Account
from agent.domain.audit.document import AuditDocument
from agent.domain.audit.memory import Confirmation
from agent.store import lost_rows
from agent.store.console import operator_log


def confirm_lost(
    conn: Connection, account: Account, document: AuditDocument, confirmed: Confirmation, *, now: datetime
) -> None:
    """Log the lost rows of an audit as confirmed, and with `fleet` keep them for every account of the marketplace and layout.

    Nothing is written where the audit lost no row.
    """
    lost = document.get("lost_rows", [])
    if not lost:
        return
    if confirmed.fleet:
        keys = [(row["scope"], row["section"], row["permission"], row.get("occurrence", 1)) for row in lost]
        lost_rows.confirm(
            conn,
            keys,
            marketplace=account.marketplace,
            layout=document["layout"],
            person=confirmed.person,
            reason=confirmed.reason,
            now=now,
        )
    named = "; ".join(f"{row['section']} > {row['permission']} ({row['scope']})" for row in lost)
    whose = f"every {account.marketplace} account, {document['layout']}" if confirmed.fleet else account.id
    operator_log.append(
        conn,
        person=confirmed.person,
        source=confirmed.source,
        act=f"confirm lost rows of {whose}: {named}"[:1000],
        subject=account.id,
        reason=confirmed.reason,
        now=now,
    )
