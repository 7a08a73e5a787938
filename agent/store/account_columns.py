"""Writing columns of the accounts table.

Only the store imports this; the rooms above change an account by the verbs of its repositories.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from sqlalchemy.engine import Connection

from agent.domain.account import ApiAuthorization, MerchantSource, ReadingSummary
from agent.domain.authorization import FixedText, State
from agent.store.database.schema import accounts
from agent.store.outbox.notes import QUIET
from agent.store.outbox.pending import touch


class AccountColumns(TypedDict, total=False):
    """What may be written of a registered account.

    Revisions and the version of the secrets move by themselves.
    """

    user_email: str
    marketplace: str
    also_marketplaces: list[str] | None
    merchant_id: str | None
    merchant_name: str | None
    global_account_id: str | None
    merchant_source: MerchantSource | None
    audit_as: str | None
    api_authorization: ApiAuthorization
    authorization: State
    resumes_to: State | None
    message_kind: FixedText | None
    reasons: list[str]
    next_step: str
    internal_reason: str | None
    failure_code: str | None
    confirmation_code: str | None
    invitation: int | None
    accepted_at: datetime | None
    granted_at: datetime | None
    last_complete_read_at: datetime | None
    due: datetime | None
    urgent: bool
    retries: int
    incompletes: int
    deaths: int
    reading: ReadingSummary | None
    stale_since: datetime | None
    insights_readable: bool | None
    insights_due: datetime | None
    updated_at: datetime


def write(conn: Connection, account_id: str, columns: AccountColumns, *, now: datetime) -> None:
    """Write columns of an account.

    What changes the registration moves the account's revision and makes an event.
    """
    write_quietly(conn, account_id, columns)
    if names := set(columns) - QUIET:
        touch(conn, account_id, *names, now=now)


def write_quietly(conn: Connection, account_id: str, columns: AccountColumns) -> None:
    """Write columns of an account that say nothing of what it is."""
    conn.execute(accounts.update().where(accounts.c.id == account_id).values(dict(columns)))
