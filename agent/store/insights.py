"""The table of insights: every reading of account health and the Featured Offer percentage, newest last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.account import Account, ApiAuthorization, ReadingSummary
from agent.domain.authorization import State
from agent.domain.event_types import EventType
from agent.domain.insights.document import InsightsDocument, is_everything
from agent.domain.insights.proof import kept_reason, read_features, refusal_reason
from agent.store.account_rows import account_of
from agent.store.accounts import edit
from agent.store.database.schema import accounts, insights
from agent.store.outbox.pending import note

_IS_READ = (  # by the clock: nothing is while the API authorization is pending, or the account is paused
    accounts.c.authorization == State.COMPLETE,
    accounts.c.api_authorization == ApiAuthorization.COMPLETE,
)
_LOOK_BACK = 20  # readings in which a feature's last proof is looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredInsights:
    """One reading with its number."""

    number: int
    captured_at: datetime
    document: InsightsDocument


def record_insights(
    conn: Connection, account: Account, *, at: datetime, document: InsightsDocument, visit_id: str
) -> int:
    """Keep one reading, say whether everything can be read, and write its event; returns its number."""
    complete = is_everything(document)
    row = insights.insert().values(
        account_id=account.id,
        marketplace_id=document["marketplaceId"],
        captured_at=at,
        complete=complete,
        document=document,
        visit_id=visit_id,
    )
    key = conn.execute(row).inserted_primary_key
    number = int(key[0]) if key else 0
    edit(conn, account.id, insights_readable=complete, **_told(account, document))
    told = {
        "insights": number,
        "marketplace_id": document["marketplaceId"],
        "complete": complete,
        "missing": len(document["missing"]),
    }
    note(conn, EventType.INSIGHTS_READ, account_id=account.id, now=at, data=told)
    return number


def _told(account: Account, document: InsightsDocument) -> dict[str, object]:
    """What on-call reads: refused pages of an account whose rows pass, and nothing of it once they open."""
    reason = refusal_reason(document) if account.reading is ReadingSummary.PASS else None
    if reason is not None and (account.internal_reason is None or kept_reason(account.internal_reason)):
        return {"internal_reason": reason, "failure_code": "insights_refused"}
    if reason is None and kept_reason(account.internal_reason):
        return {"internal_reason": None, "failure_code": None}
    return {}


def last_insights(conn: Connection, account_id: str) -> StoredInsights | None:
    """The newest reading of an account."""
    return next(iter(list_insights(conn, account_id, limit=1)), None)


def list_insights(
    conn: Connection, account_id: str, *, since: datetime | None = None, limit: int, below: int | None = None
) -> list[StoredInsights]:
    """The newest readings first, of those captured at or after `since` and with a number below `below`."""
    query = sa.select(insights).where(insights.c.account_id == account_id)
    if since is not None:
        query = query.where(insights.c.captured_at >= since)
    if below is not None:
        query = query.where(insights.c.id < below)
    rows = conn.execute(query.order_by(insights.c.id.desc()).limit(limit))
    return [
        StoredInsights(number=row.id, captured_at=row.captured_at, document=cast("InsightsDocument", row.document))
        for row in rows
    ]


def features_read(conn: Connection, account_id: str) -> dict[str, str]:
    """When each feature's data was read last, ISO 8601 in UTC; a feature that never was is not in it."""
    found: dict[str, str] = {}
    for stored in list_insights(conn, account_id, limit=_LOOK_BACK):
        for name in read_features(stored.document):
            found.setdefault(name, stored.document["captured_at"])
    return found


def list_due_insights(conn: Connection, *, now: datetime, limit: int) -> list[Account]:
    """Complete accounts whose API authorization is complete and whose insights are due, the longest waiting first."""
    is_due = accounts.c.insights_due <= now
    query = sa.select(accounts).where(is_due, *_IS_READ).order_by(accounts.c.insights_due).limit(limit)
    return [account_of(row) for row in conn.execute(query).mappings()]


def is_any_unscheduled(conn: Connection) -> bool:
    """Whether an account has become complete since the first readings were scheduled last."""
    query = sa.select(accounts.c.id).where(accounts.c.insights_due.is_(None), *_IS_READ).limit(1)
    return conn.scalar(query) is not None


def schedule_first(conn: Connection, *, due: datetime) -> None:
    """Say when the first reading of each newly complete account is due."""
    conn.execute(accounts.update().where(accounts.c.insights_due.is_(None), *_IS_READ).values(insights_due=due))


def forget_insights(conn: Connection, *, before: datetime) -> int:
    """Delete readings older than a time, but keep each account's newest; returns how many went."""
    newer = insights.alias("newer")
    has_newer = sa.exists().where(newer.c.account_id == insights.c.account_id, newer.c.id > insights.c.id)
    return conn.execute(insights.delete().where(insights.c.captured_at < before, has_newer)).rowcount
