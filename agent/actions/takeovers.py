"""Asking for an account's page.

Only where a person at it may help, and never after a rejected password.
"""

from __future__ import annotations

import re
from datetime import datetime

from agent.domain.account import Account
from agent.domain.authorization import State
from agent.domain.takeover import TakeoverKind
from agent.settings.model import Settings
from agent.store import accounts
from agent.store.database.handles import Connection
from agent.store.people import takeovers
from agent.store.people.takeovers import Takeover, TakeoverOpenError
from agent.store.processes import switches
from agent.store.sign_in import acts
from flows import Act, load_catalogue

_HELPED = ("challenge", "unknown_screen", "stuck", "password_doubted", "interrupted")
_OFF = "Take-overs are switched off (SC_AGENT_TAKEOVER__ENABLED)."
_SCREEN = re.compile(r"\((\w+)\)")


class NotOfferedError(Exception):
    """The page is not offered; the sentence says why."""


def ask(conn: Connection, account_id: str, *, settings: Settings, person: str, reason: str, now: datetime) -> Takeover:
    """Want the page of an account that needs people; a worker goes there.

    The person has looked at the evidence: a password that was doubted may be typed again, within the budget. A rejected
    one may not.

    Raises:
        UnknownAccountError: there is no such account.
        NotOfferedError: it is not offered now.
    """
    account = accounts.get(conn, account_id, lock=True)
    if (why := refusal(conn, account, settings=settings)) is not None:
        raise NotOfferedError(why)
    acts.undoubt(conn, account_id, Act.TYPE_PASSWORD)
    try:
        return takeovers.ask(conn, account_id, person=person, reason=reason, now=now)
    except TakeoverOpenError as err:
        raise NotOfferedError("There is a take-over of this account already.") from err


def ask_survey(
    conn: Connection, account_id: str, *, settings: Settings, person: str, reason: str, now: datetime
) -> Takeover:
    """Want a survey of the site with this account.

    A worker makes it, and its page may be taken over.

    Raises:
        UnknownAccountError: there is no such account.
        NotOfferedError: it is not made now.
    """
    account = accounts.get(conn, account_id, lock=True)
    if (why := survey_refusal(conn, account, settings=settings)) is not None:
        raise NotOfferedError(why)
    try:
        return takeovers.ask(conn, account_id, person=person, reason=reason, now=now, kind=TakeoverKind.SURVEY)
    except TakeoverOpenError as err:
        raise NotOfferedError("There is a take-over or a survey of this account already.") from err


def survey_refusal(conn: Connection, account: Account, *, settings: Settings) -> str | None:
    """Why no survey is made with an account; None: it may be."""
    if not settings.takeover.enabled:
        return _OFF
    if (who := switches.paused_by(conn)) is not None:
        return f"Everything is paused by {who}."
    if account.authorization is State.PAUSED:
        return "The account is paused."
    if account.authorization is State.NEEDS_HUMAN:
        return "The account waits for a person: take it over or release it first."
    if not account.api_complete:
        return "The API authorization is pending."
    if acts.was_rejected(conn, account.id, Act.TYPE_PASSWORD):
        return "The password was rejected and is never typed again: give the right one first."
    return None


def refusal(conn: Connection, account: Account, *, settings: Settings) -> str | None:
    """Why a page is not offered for an account; None: it is."""
    if not settings.takeover.enabled:
        return _OFF
    if (who := switches.paused_by(conn)) is not None:
        return f"Everything is paused by {who}."
    if account.authorization is not State.NEEDS_HUMAN:
        return "The account does not wait for a person; nothing is to be taken over."
    if not account.api_complete:
        return "The API authorization is pending."
    if acts.was_rejected(conn, account.id, Act.TYPE_PASSWORD):
        return "The password was rejected and is never typed again: give the right one first."
    if account.failure_code not in _HELPED:
        return f"A person at the page does not help with {account.failure_code}: see the runbook."
    return _closed_screen(account)


def may_help(failure_code: str | None) -> bool:
    """Whether a person at the page can help with what stopped an account."""
    return failure_code in _HELPED


def _closed_screen(account: Account) -> str | None:
    """A screen that is never offered, such as a locked account."""
    screens = load_catalogue().screens
    for name in _SCREEN.findall(account.internal_reason or ""):
        if name in screens and screens[name].takeover is None:
            return f"The screen {name} is not for people in the console: see the runbook."
    return None
