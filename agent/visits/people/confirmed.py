"""Writing down that a person said rows are gone: who, when and why.

For one account or for every one.
"""

from __future__ import annotations

from datetime import datetime

from agent.domain.account import Account
from agent.domain.audit.document import AuditDocument
from agent.domain.audit.memory import Confirmation, words_of_lost
from agent.store.console import operator_log
from agent.store.database.handles import Connection
from agent.store.people import lost_rows


def confirm_lost(
    conn: Connection, account: Account, document: AuditDocument, confirmed: Confirmation, *, now: datetime
) -> None:
    """Log the lost rows of an audit as confirmed.

    With `fleet` keep them for every account of the marketplace and layout.

    Nothing is written where the audit lost no row.
    """
    if not document.get("lost_rows"):
        return
    person, reason = confirmed.person, confirmed.reason
    if confirmed.fleet:
        lost_rows.confirm(conn, document, marketplace=account.marketplace, person=person, reason=reason, now=now)
    act = words_of_lost(document, marketplace=account.marketplace if confirmed.fleet else None)
    operator_log.append(
        conn, person=person, source=confirmed.source, act=act, subject=account.id, reason=reason, now=now
    )
