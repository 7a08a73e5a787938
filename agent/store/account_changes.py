"""Changing one thing of an account.

States change by `transitions`, merchants by `merchants`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.engine import Connection

from agent.store.account_columns import AccountColumns, write, write_quietly
from agent.store.database.schema import accounts


def set_audit_as(conn: Connection, account_id: str, auditor: str, *, now: datetime) -> None:
    """Let another account sign in for this one's audits."""
    write(conn, account_id, {"audit_as": auditor, "updated_at": now}, now=now)


def set_also_marketplaces(conn: Connection, account_id: str, codes: Sequence[str], *, now: datetime) -> None:
    """Say in which other marketplaces the account is read, too."""
    write(conn, account_id, {"also_marketplaces": list(codes) or None, "updated_at": now}, now=now)


def set_marketplace(
    conn: Connection, account_id: str, code: str, *, also: Sequence[str], due: datetime | None, now: datetime
) -> None:
    """Move an account to another marketplace of its region.

    `due` None leaves when it is due.
    """
    columns: AccountColumns = {"marketplace": code, "also_marketplaces": list(also) or None, "updated_at": now}
    if due is not None:
        columns["due"] = due
    write(conn, account_id, columns, now=now)


def set_due(conn: Connection, account_id: str, due: datetime) -> None:
    """Say when the account is looked at next."""
    write_quietly(conn, account_id, {"due": due})


def set_insights_due(conn: Connection, account_id: str, due: datetime) -> None:
    """Say when the account's insights are read next."""
    write_quietly(conn, account_id, {"insights_due": due})


def note_stale(conn: Connection, account_id: str, *, now: datetime) -> None:
    """Remember since when the account is noted as not read completely for too long."""
    write(conn, account_id, {"stale_since": now}, now=now)


def set_crashes(conn: Connection, account_id: str, crashes: int) -> None:
    """Say how many visits in a row ended with their worker's process."""
    write_quietly(conn, account_id, {"deaths": crashes})


def take_back_crash(conn: Connection, account_id: str) -> None:
    """Count one crash less: the visit ended, and its worker lives."""
    mine = accounts.update().where(accounts.c.id == account_id, accounts.c.deaths > 0)
    conn.execute(mine.values(deaths=accounts.c.deaths - 1))
