"""Accounts, invitations and times for tests of the store and of work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import Connection

from agent.domain.account import Account, ApiAuthorization, NewAccount
from agent.store import accounts, transitions
from agent.store.database.engine import open_database, writing
from agent.store.database.schema import accounts as accounts_table
from agent.store.database.schema import invitations
from agent.store.vault import sign_in_secrets
from agent.store.vault.keys import Vault
from agent.store.vault.sign_in_secrets import SignInSecrets

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSW"
PASSWORD = "correct-horse-battery-staple"
MERCHANT = "A1MERCHANT0001"


def add_account(
    conn: Connection, account_id: str = "A1", *, api: ApiAuthorization = ApiAuthorization.COMPLETE, now: datetime = NOW
) -> Account:
    """Register an account without secrets."""
    new = NewAccount(
        id=account_id,
        user_email=f"{account_id.lower()}@users.example",
        marketplace="US",
        merchant_id=MERCHANT,
        api_authorization=api,
    )
    return accounts.add(conn, new, now=now)


def add_secrets(
    conn: Connection, vault: Vault, account_id: str = "A1", *, seed: str = SEED, password: str = PASSWORD
) -> None:
    """Give an account a password and a seed."""
    given = SignInSecrets(password=SecretStr(password), totp_secret=SecretStr(seed))
    sign_in_secrets.save(conn, vault, account_id, given, now=NOW)


def add_invitation(conn: Connection, account_id: str = "A1", *, number: int = 1, now: datetime = NOW) -> int:
    """Record an invitation row as the mail room does, without handing it over."""
    uuid = f"00000000-0000-4000-8000-{number:012d}"
    host = "sellercentral.amazon.com"
    row = {
        "invitation_id": uuid,
        "account_id": account_id,
        "source": "mail",
        "host": host,
        "url": f"https://{host}/invitation/accept?invitationId={uuid}&merchantId={MERCHANT}",
        "merchant_id": MERCHANT,
        "state": "waiting",
        "received_at": now,
        "expires_at": now + timedelta(days=7),
    }
    row_id: int = conn.execute(invitations.insert().values(row).returning(invitations.c.id)).scalar_one()
    return row_id


def invite(conn: Connection, account_id: str = "A1", *, number: int = 1, now: datetime = NOW) -> int:
    """Record an invitation and hand it over."""
    row_id = add_invitation(conn, account_id, number=number, now=now)
    transitions.invitation_arrived(conn, account_id, row_id, now=now)
    return row_id


def name_by_invitation(file: Path, account_id: str) -> None:
    """As if the first invitation had named the merchant of an account in this database."""
    engine = open_database(f"sqlite:///{file}")
    with writing(engine) as conn:
        mine = accounts_table.c.id == account_id
        conn.execute(sa.update(accounts_table).where(mine).values(merchant_source="invitation"))
    engine.dispose()
