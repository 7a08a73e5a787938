"""One-off judging: a mail file or a link that a person gave, through the daemon's own checks."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from agent.settings import Settings
from agent.store.vault import Vault


def admit_file(path: Path, *, account_id: str, asked_by: str, settings: Settings, engine: Engine, vault: Vault, now: datetime) -> int:
    """Judge a mail file for this account and record its invitation; returns invitations.id, the known one when it came before.

    Raises:
        UsageError: unreadable file, unknown account.
        UnconfirmedError: the mail was refused, held, or could not be judged now; the reason is in the message.
    """
    raise NotImplementedError


def admit_link(url: str, *, account_id: str, asked_by: str, settings: Settings, engine: Engine, now: datetime) -> int:
    """Check a link as strictly as a mailed one and record its invitation; returns invitations.id, the known one when it came before.

    Raises:
        UsageError: the link fails the check, unknown account.
        UnconfirmedError: the account does not expect an invitation.
    """
    raise NotImplementedError
