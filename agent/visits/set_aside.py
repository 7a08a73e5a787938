"""Accounts that no visit may be made for before a person has looked."""

from __future__ import annotations

from datetime import datetime

from agent.domain.account import Account
from agent.domain.authorization import Event
from agent.domain.login_order import LoginOrder, OrderState
from agent.store import transitions
from agent.store.database.handles import Connection
from agent.store.sign_in import login_orders
from agent.store.vault import sign_in_secrets
from agent.visits.plan import PoisonError, SetAsideError


def poison(conn: Connection, account: Account, now: datetime) -> PoisonError:
    """Set an account aside whose visits end with their worker."""
    reason = f"{account.crashes} visits in a row took their worker with them"
    _set_aside(conn, account, reason, code="poison", now=now)
    return PoisonError(account.id)


def unvouched(conn: Connection, account: Account, why: str, *, code: str, now: datetime) -> SetAsideError:
    """Set an account aside whose invitation is not authorised."""
    _set_aside(conn, account, why, code=code, now=now)
    return SetAsideError(why)


def ended_order(conn: Connection, account_id: str) -> LoginOrder | None:
    """The order that made no login, of an account that has no secrets.

    A visit would have nothing to sign in with.
    """
    order = None if sign_in_secrets.has(conn, account_id) else login_orders.get(conn, account_id)
    return order if order is not None and order.state is OrderState.ENDED else None


def without_login(conn: Connection, account: Account, order: LoginOrder, now: datetime) -> SetAsideError:
    """Set an account aside that was released although its order has ended."""
    reason = (
        f"it has no secrets, and its order of a login has ended ({order.ended_why}); place the order anew, or give them"
    )
    _set_aside(conn, account, reason, code=order.ended_why or "registration_unanswered", now=now)
    return SetAsideError(f"account {account.id}: {reason}")


def _set_aside(conn: Connection, account: Account, reason: str, *, code: str, now: datetime) -> None:
    facts = transitions.Facts(internal_reason=reason, failure_code=code)
    transitions.apply(conn, account.id, Event.HUMAN_NEEDED, now=now, why=reason, facts=facts)
