"""One ChannelAdvisor account: its own user email, sign-in and marketplace, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from agent.domain.authorization import FixedText, State, customer_text


class ApiAuthorization(StrEnum):
    """The step that comes before Seller Central; nothing is started while it is pending."""

    COMPLETE = "complete"
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What registers an account."""

    id: str
    user_email: str
    marketplace: str
    merchant_id: str | None = None
    merchant_name: str | None = None
    audit_as: str | None = None
    api_authorization: ApiAuthorization = ApiAuthorization.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as stored; secrets are not part of it."""

    id: str
    user_email: str
    marketplace: str
    merchant_id: str | None
    merchant_name: str | None
    audit_as: str | None
    api_authorization: ApiAuthorization
    authorization: State
    resumes_to: State | None
    message_kind: FixedText | None
    reasons: tuple[str, ...]
    next_step: str
    internal_reason: str | None
    failure_code: str | None
    confirmation_code: str | None
    invitation: int | None
    accepted_at: datetime | None
    granted_at: datetime | None
    last_complete_read_at: datetime | None
    secret_version: int
    due: datetime | None
    urgent: bool
    retries: int
    incompletes: int
    deaths: int
    created_at: datetime
    updated_at: datetime

    @property
    def api_complete(self) -> bool:
        """Whether Seller Central may be started at all."""
        return self.api_authorization is ApiAuthorization.COMPLETE

    @property
    def message(self) -> str:
        """The one line the customer sees."""
        return customer_text(self.authorization, self.message_kind, api_complete=self.api_complete)


def normalised_email(address: str) -> str:
    """The form user emails are stored and matched in."""
    return address.strip().lower()
