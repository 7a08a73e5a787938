"""What bounds the one register form of an order.

Checked and spent in one transaction.
"""

from __future__ import annotations

from datetime import datetime

from agent.settings.groups.visits import RegistrationSettings
from agent.store.database.handles import Connection
from agent.store.sign_in import login_orders
from agent.visits.errors import OrderSpentError, RegistrationsPausedError


def spend_order(conn: Connection, account_id: str, *, limits: RegistrationSettings, now: datetime) -> None:
    """Spend the account's order.

    Raises:
        RegistrationsPausedError: the creation of logins is paused, or the fleet made enough for a day.
        OrderSpentError: the form was sent before, or there is no order.
    """
    login_orders.lock_counting(conn, now=now)
    require_room(conn, limits=limits, now=now)
    if not login_orders.submit(conn, account_id, now=now):
        raise OrderSpentError("the order's one register form was sent before: it is never sent again")


def require_room(conn: Connection, *, limits: RegistrationSettings, now: datetime) -> None:
    """Check that the fleet may create one more login now.

    Raises:
        RegistrationsPausedError: as `spend_order`.
    """
    if (why := login_orders.paused_because(conn)) is not None:
        raise RegistrationsPausedError(
            f"no login is created now ({why}); 'sc-agent resume --registrations' lets it go on: nothing was sent"
        )
    sent = login_orders.submitted_lately(conn, now=now)
    if sent >= limits.per_day:
        raise RegistrationsPausedError(
            f"the fleet sent {sent} register forms within a day (REGISTRATION__PER_DAY: {limits.per_day}): "
            "nothing was sent"
        )
