"""An account put into any state, which no verb of the store does."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy.engine import Connection

from agent.clock import utc_now
from agent.store.account_columns import AccountColumns, write


def write_account(conn: Connection, account_id: str, **columns: Any) -> None:
    """Write columns of the accounts table as they stand there."""
    write(conn, account_id, cast("AccountColumns", columns), now=utc_now())
