"""Keeping the code of a judged mail for the account that may use it."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import SecretStr

from agent.mail.codes.read import MailedCode
from agent.store import accounts
from agent.store.database.handles import Connection
from agent.store.sign_in import code_permits
from agent.store.vault import received_codes
from agent.store.vault.keys import Vault

_LATEST = timedelta(minutes=30)  # what is older belongs to a page of before


def keep_code(
    conn: Connection, vault: Vault, mailed: MailedCode, *, recipient: str, found_at: datetime, now: datetime
) -> str | None:
    """Seal a code for the account of the recipient.

    The account's id, None where none may use it.

    Only an order, a rotation, or an account whose codes are answered may.
    """
    account = accounts.find_by_email(conn, recipient)
    if account is None or now - mailed.sent_at > _LATEST or not code_permits.may_use(conn, account):
        return None
    received_codes.keep(
        conn,
        vault,
        account.id,
        None if mailed.code is None else SecretStr(mailed.code),
        purpose=mailed.purpose,
        sent_at=mailed.sent_at,
        found_at=found_at,
        problem=mailed.problem,
    )
    return account.id
