"""One-off visits for the commands: the same lease and the same visit as the daemon's, without the engine."""

from __future__ import annotations

from sqlalchemy.engine import Engine

from agent.domain.account import Account
from agent.domain.document import AuditDocument
from agent.domain.policy import Policy
from agent.settings import Settings
from agent.store.vault import Vault


async def accept_one(settings: Settings, *, engine: Engine, vault: Vault, account_id: str, invitation_row: int, asked_by: str) -> Account:
    """Accept a recorded invitation now and return the account as it stands afterwards.

    Raises:
        UnknownAccountError: there is no such account.
        UnconfirmedError: the account is busy, held, or its API authorization is pending; or the visit ended without an answer.
        FindingError: the site will not take the invitation any more.
    """
    raise NotImplementedError


async def audit_one(
    settings: Settings, *, engine: Engine, vault: Vault, account_id: str, policy: Policy, as_account: str | None = None
) -> AuditDocument:
    """Read and judge an account's permissions now; the document is stored and the account's state follows from it.

    Raises:
        UnknownAccountError: there is no such account.
        UnconfirmedError: the account is busy, held, or its API authorization is pending; or the visit ended without an answer.
    """
    raise NotImplementedError
