"""The status document: what one account's customer may know.

It is the same for API, console, panel, command and webhooks.

It is a function of the account alone, so `revision` names exactly one document. Nothing for on-call is in it.
"""

from __future__ import annotations

from typing import TypedDict

from agent.clock import timestamp
from agent.domain.account import Account
from agent.domain.published.conditions import Condition, conditions_of

SCHEMA = 1


class ConditionDocument(TypedDict):
    """One condition; `status` is the word true, false or unknown."""

    type: str
    status: str
    reason: str
    message: str
    since: str


class StatusDocument(TypedDict):
    """The contract's status document."""

    schema: int
    account: str
    user_email: str
    marketplace: str
    revision: int
    message: str
    reasons: list[str]
    next_step: str
    confirmation_code: str | None
    authorization: str
    conditions: list[ConditionDocument]
    changed_at: str


def status_document(account: Account) -> StatusDocument:
    """The document of an account as stored. Times are UTC to the second, with a Z."""
    return StatusDocument(
        schema=SCHEMA,
        account=account.id,
        user_email=account.user_email,
        marketplace=account.marketplace,
        revision=account.revision,
        message=account.message,
        reasons=list(account.reasons),
        next_step=account.next_step,
        confirmation_code=account.confirmation_code,
        authorization=str(account.authorization),
        conditions=[_condition(account, each) for each in conditions_of(account)],
        changed_at=timestamp(account.last_changed_at),
    )


def _condition(account: Account, condition: Condition) -> ConditionDocument:
    known = (account.condition_times or {}).get(condition.type)
    return ConditionDocument(
        type=str(condition.type),
        status=str(condition.status),
        reason=condition.reason,
        message=condition.message,
        since=known["since"] if known else timestamp(account.last_changed_at),
    )
