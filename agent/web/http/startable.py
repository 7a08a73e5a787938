"""Whether the console or the API may start something for an account."""

from __future__ import annotations

from agent.domain.account import Account
from agent.domain.authorization import State
from agent.store.database.handles import Connection
from agent.store.processes import switches
from agent.web.http.problems import Code, Problem


def require_startable(conn: Connection, account: Account) -> None:
    """Raise a Problem (409): paused, API not authorized, or waiting for people."""
    if switches.paused_by(conn) is not None:
        raise Problem(409, Code.PAUSED, "Everything is paused; resume it first.")
    if account.authorization is State.PAUSED:
        raise Problem(409, Code.PAUSED, "The account is paused; resume it first.")
    if not account.api_complete:
        raise api_pending()
    if account.authorization is State.NEEDS_HUMAN:
        raise Problem(409, Code.NEEDS_PERSON, "The account waits for people; release it first.")


def api_pending() -> Problem:
    """The answer while the API authorization of the account is pending."""
    return Problem(
        409,
        Code.API_AUTHORIZATION_PENDING,
        "Nothing is started while the API authorization is pending; it has to be complete first.",
    )
