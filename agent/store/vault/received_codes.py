"""Codes that came by mail.

Sealed, found by account, purpose and the moment they were asked for, used once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Connection

from agent.store.database.schema import mail_codes
from agent.store.vault.keys import Vault

_WHOLE_SECONDS = timedelta(seconds=1)  # a Date header drops the fraction
_KEPT = timedelta(minutes=30)
UNCLEAR = "unclear"  # the purpose of a mail that only a person may use


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedCode:
    """The answer to a look: a code, or why a person must look.

    Neither while nothing came.
    """

    code: SecretStr | None = None
    problem: str | None = None


def keep(
    conn: Connection,
    vault: Vault,
    account_id: str,
    code: SecretStr | None,
    *,
    purpose: str,
    sent_at: datetime,
    found_at: datetime,
    problem: str | None = None,
) -> None:
    """Seal a code that came, or note a mail whose code only a person may use."""
    key_id, sealed = (None, None)
    if code is not None:
        key_id, sealed = vault.seal(code.get_secret_value().encode(), context=context(account_id))
    row = {
        "account_id": account_id,
        "purpose": purpose,
        "sent_at": sent_at,
        "found_at": found_at,
        "problem": problem,
        "key_id": key_id,
        "sealed": sealed,
    }
    conn.execute(mail_codes.insert().values(row))


def take(
    conn: Connection, vault: Vault, account_id: str, *, purpose: str, asked_at: datetime, skew: timedelta, now: datetime
) -> ReceivedCode:
    """Take the one code of this purpose that came after the page asked, and spend it.

    `asked_at` by our clock; `skew` is what the site's clock is ahead. Two different codes are for a person. Commit
    before the code is typed.

    Raises:
        VaultError: it does not open.
    """
    late = sa.and_(mail_codes.c.found_at >= asked_at, mail_codes.c.sent_at > asked_at + skew - _WHOLE_SECONDS)
    mine = sa.and_(mail_codes.c.account_id == account_id, mail_codes.c.purpose == purpose, late)
    rows = conn.execute(sa.select(mail_codes).where(mine).order_by(mail_codes.c.id).with_for_update()).mappings().all()
    if problem := next((row["problem"] for row in rows if row["problem"]), None):
        return ReceivedCode(problem=problem)
    if any(row["used_at"] for row in rows):
        return ReceivedCode(problem="a code of this purpose was used already, and another one came")
    found = {vault.unseal(row["key_id"], row["sealed"], context=context(account_id)) for row in rows if row["sealed"]}
    if not found:
        return ReceivedCode()
    if len(found) > 1:
        return ReceivedCode(problem=f"{len(found)} different codes came after the page asked for one")
    spent = mail_codes.update().where(mail_codes.c.id.in_([row["id"] for row in rows]))
    conn.execute(spent.values(used_at=now, key_id=None, sealed=None))
    return ReceivedCode(code=SecretStr(found.pop().decode()))


def unclear_since(conn: Connection, account_id: str, *, asked_at: datetime) -> str | None:
    """Why a mail that came since may have been the one, and is for a person."""
    mine = sa.and_(
        mail_codes.c.account_id == account_id, mail_codes.c.purpose == UNCLEAR, mail_codes.c.found_at >= asked_at
    )
    return conn.scalar(sa.select(mail_codes.c.problem).where(mine).order_by(mail_codes.c.id.desc()).limit(1))


def forget_old(conn: Connection, *, now: datetime) -> int:
    """Delete what is older than any page waits; returns how many."""
    return conn.execute(mail_codes.delete().where(mail_codes.c.found_at < now - _KEPT)).rowcount


def context(account_id: str) -> str:
    """What the seal of a code is bound to."""
    return f"mail_code:{account_id}"
