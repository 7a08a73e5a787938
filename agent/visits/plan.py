"""What one visit is for and what it may use; why there is none now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from agent.domain.account import Account
from agent.domain.authorization import State
from agent.domain.login_order import LoginOrder
from agent.store.inbox.invitations import Invitation
from agent.store.processes.leases import Lease
from agent.store.vault.sign_in_secrets import StoredSecrets


class VisitKind(StrEnum):
    """What a visit is for."""

    ACCEPT = "accept"
    AUDIT = "audit"
    INSIGHTS = "insights"
    ROTATION = "rotation"  # a new authenticator


class NotNowError(Exception):
    """The visit does not start; nothing was written.

    `busy`: another one is running; `stuck`: only a person changes that.
    """

    def __init__(self, reason: str, *, busy: bool = False, stuck: bool = False) -> None:
        super().__init__(reason)
        self.busy = busy
        self.stuck = stuck


class SetAsideError(Exception):
    """The account was set aside now: it needs a person before it is visited again."""


class PoisonError(SetAsideError):
    """Too many visits of this account took their worker with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One visit that has been written down as begun."""

    visit_id: str
    kind: VisitKind
    account: Account
    signs_in: Account  # the account itself, or the one that may open its page
    leases: tuple[Lease, ...]  # the account's own first
    host: str
    secrets: StoredSecrets
    session: dict[str, Any] | None
    invitation: Invitation | None
    asked: str | None = None  # the take-over that a person asked for, whose visit this is
    order: LoginOrder | None = None  # an open one: the login is found or created first

    @property
    def own(self) -> bool:
        """Whether the account signs in itself."""
        return self.signs_in.id == self.account.id


def kind_for(account: Account) -> VisitKind:
    """What an account in this state is visited for."""
    return VisitKind.ACCEPT if account.authorization is State.ACCEPTING else VisitKind.AUDIT
