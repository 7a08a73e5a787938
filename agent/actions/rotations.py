"""What people say about rotations of authenticators."""

from __future__ import annotations

from datetime import datetime

from agent.errors import UsageError
from agent.store.database.handles import Connection
from agent.store.sign_in import login_orders, old_authenticators


def confirm_removed(conn: Connection, account_id: str, *, who: str, now: datetime) -> None:
    """Close the task about an old authenticator: a person removed it by hand.

    Raises:
        UsageError: no rotation of the account left one.
    """
    if not old_authenticators.forget(conn, account_id):
        raise UsageError(f"no rotation of {account_id} left an old authenticator; there is nothing to confirm")
    login_orders.told(conn, account_id, f"{who} says that the old authenticator was removed", now=now)
