"""Pausing, resuming and releasing, one account or everything."""

from __future__ import annotations

from datetime import datetime

from agent.domain.account import Account
from agent.domain.authorization import Event, State
from agent.store import accounts, transitions
from agent.store.database.handles import Connection
from agent.store.processes import switches
from agent.store.sign_in import acts


def pause(conn: Connection, account_id: str, *, now: datetime, reason: str = "paused by a person") -> Account:
    """Stop everything for one account until it is resumed.

    Raises:
        UnknownAccountError: there is none.
    """
    return _happen(conn, account_id, Event.PAUSED, now=now, why=reason)


def resume(conn: Connection, account_id: str, *, now: datetime, reason: str = "resumed by a person") -> Account:
    """Let a paused account go on where it stood; another one stays as it is.

    Raises:
        UnknownAccountError: there is none.
    """
    return _happen(conn, account_id, Event.RESUMED, now=now, why=reason)


def release(conn: Connection, account_id: str, *, now: datetime, reason: str = "released by a person") -> Account:
    """Let an account that needed a human go on.

    A password that was doubted may be typed again, a rejected one never.

    Raises:
        UnknownAccountError: there is none.
    """
    if accounts.get(conn, account_id, lock=True).authorization is not State.NEEDS_HUMAN:
        acts.release(conn, account_id, now=now)  # a password may be doubted whatever the account waits for
    return _happen(conn, account_id, Event.RELEASED, now=now, why=reason)


def pause_all(conn: Connection, *, now: datetime, who: str) -> None:
    """Stop every flow within seconds, until `resume_all`; survives restarts."""
    switches.pause_all(conn, now=now, who=who)


def resume_all(conn: Connection, *, now: datetime) -> bool:
    """Let everything go on; False when nothing was paused."""
    return switches.resume_all(conn, now=now)


def _happen(conn: Connection, account_id: str, event: Event, *, now: datetime, why: str) -> Account:
    accounts.get(conn, account_id, lock=True)
    return transitions.apply(conn, account_id, event, now=now, why=why)
