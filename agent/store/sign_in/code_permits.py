"""Which accounts may have codes answered that came by mail.

For an order, a rotation, or at sign-in where that was allowed.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.account import Account
from agent.store.database.schema import visits
from agent.store.sign_in import login_orders

ROTATION = "rotation"  # the kind of visit


def may_use(conn: Connection, account: Account) -> bool:
    """Whether any page of the account's may get such a code now."""
    if account.answer_mail_codes:
        return True
    order = login_orders.get(conn, account.id)
    if order is not None and order.is_open:
        return True
    rotating = sa.and_(visits.c.account_id == account.id, visits.c.kind == ROTATION, visits.c.ended_at.is_(None))
    return conn.scalar(sa.select(visits.c.id).where(rotating).limit(1)) is not None
