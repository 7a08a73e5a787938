"""The table of insights: every reading, newest last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agent.domain.account import Account, ApiAuthorization, ReadingSummary
from agent.domain.authorization import State
from agent.domain.insights.document import InsightsDocument, is_everything
from agent.domain.insights.proof import kept_reason, read_features, refusal_reason
from agent.domain.published.event_types import EventType
from agent.store.account_columns import AccountColumns, write
from agent.store.account_rows import account_of
from agent.store.database.schema import accounts, insights
from agent.store.outbox.pending import note
from flows import marketplace

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
    conn: Connection, account: Account, *documents: InsightsDocument, at: datetime, visit_id: str
) -> tuple[int, ...]:
    """Keep the readings of one visit, one for each marketplace.

    And say whether everything can be read in all of them.

    Writes an event for each; returns their numbers.
    """
    numbers = tuple(_keep(conn, account, document, at=at, visit_id=visit_id) for document in documents)
    complete = all(is_everything(document) for document in documents)
    write(conn, account.id, {"insights_readable": complete, **_told(account, documents)}, now=at)
    return numbers


def _keep(conn: Connection, account: Account, document: InsightsDocument, *, at: datetime, visit_id: str) -> int:
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
    told = {
        "insights": number,
        "marketplace_id": document["marketplaceId"],
        "complete": complete,
        "missing": len(document["missing"]),
    }
    note(conn, EventType.INSIGHTS_READ, account_id=account.id, now=at, data=told)
    return number


def _told(account: Account, documents: Sequence[InsightsDocument]) -> AccountColumns:
    """What on-call reads of refused pages; nothing once they open."""
    refused = (reason for document in documents if (reason := refusal_reason(document)) is not None)
    reason = next(refused, None) if account.reading is ReadingSummary.PASS else None
    if reason is not None and (account.internal_reason is None or kept_reason(account.internal_reason)):
        return {"internal_reason": reason, "failure_code": "insights_refused"}
    if reason is None and kept_reason(account.internal_reason):
        return {"internal_reason": None, "failure_code": None}
    return {}


def last_insights(conn: Connection, account_id: str) -> StoredInsights | None:
    """The newest reading of an account."""
    return next(iter(list_insights(conn, account_id, limit=1)), None)


def newest_insights(conn: Connection, account: Account) -> list[StoredInsights]:
    """The newest reading of each of its marketplaces, its own first.

    What was never read is left out.
    """
    codes = (account.marketplace, *account.also_marketplaces)
    places = [marketplace(code).marketplace_id for code in codes]
    found = (list_insights(conn, account.id, limit=1, marketplace_id=place) for place in places)
    return [each for one in found for each in one]


def list_insights(
    conn: Connection,
    account_id: str,
    *,
    since: datetime | None = None,
    limit: int,
    below: int | None = None,
    marketplace_id: str | None = None,
) -> list[StoredInsights]:
    """The newest readings first, captured since `since`, numbered below `below`.

    With `marketplace_id` those of that marketplace alone.
    """
    query = sa.select(insights).where(insights.c.account_id == account_id)
    if marketplace_id is not None:
        query = query.where(insights.c.marketplace_id == marketplace_id)
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
    """When each feature's data was read last, ISO 8601 in UTC.

    A feature that never was is not in it.
    """
    found: dict[str, str] = {}
    for stored in list_insights(conn, account_id, limit=_LOOK_BACK):
        for name in read_features(stored.document):
            found.setdefault(name, stored.document["captured_at"])
    return found


def list_due_insights(conn: Connection, *, now: datetime, limit: int) -> list[Account]:
    """Complete accounts whose insights are due, the longest waiting first."""
    is_due = accounts.c.insights_due <= now
    query = sa.select(accounts).where(is_due, *_IS_READ).order_by(accounts.c.insights_due).limit(limit)
    return [account_of(row) for row in conn.execute(query).mappings()]


def is_any_unscheduled(conn: Connection) -> bool:
    """Whether an account became complete since readings were scheduled last."""
    query = sa.select(accounts.c.id).where(accounts.c.insights_due.is_(None), *_IS_READ).limit(1)
    return conn.scalar(query) is not None


def schedule_first(conn: Connection, *, due: datetime) -> None:
    """Say when the first reading of each newly complete account is due."""
    conn.execute(accounts.update().where(accounts.c.insights_due.is_(None), *_IS_READ).values(insights_due=due))


def forget_insights(conn: Connection, *, before: datetime) -> int:
    """Delete readings older than a time, but keep each account's newest.

    Returns how many went.
    """
    newer = insights.alias("newer")
    has_newer = sa.exists().where(newer.c.account_id == insights.c.account_id, newer.c.id > insights.c.id)
    return conn.execute(insights.delete().where(insights.c.captured_at < before, has_newer)).rowcount
