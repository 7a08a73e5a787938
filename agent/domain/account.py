"""One ChannelAdvisor account.

Its own user email, sign-in and marketplace, and where it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from agent.domain.authorization import FixedText, State, customer_text


class ApiAuthorization(StrEnum):
    """The step that comes before Seller Central.

    Nothing is started while it is pending.
    """

    COMPLETE = "complete"
    PENDING = "pending"


class ReadingSummary(StrEnum):
    """What the last reading of the permissions that settled anything came to."""

    PASS = "pass"  # noqa: S105 - a verdict
    FAIL = "fail"
    NOTHING_GRANTED = "nothing_granted"
    UNREADABLE = "unreadable"  # the page is refused although something was granted before


class MerchantSource(StrEnum):
    """Who said which merchant an account belongs to; the stored words."""

    REGISTRATION = "registration"  # given with the account, or by a later correction of it
    API_AUTHORIZATION = "api_authorization"  # given by the platform with the API authorization
    APPROVAL = "approval"  # a person approved an invitation that shows it
    INVITATION = "invitation"  # taken from the first invitation, and confirmed by no person


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What registers an account.

    A merchant or global account id given here is authorised by the person who registers it.
    """

    id: str
    user_email: str
    marketplace: str
    merchant_id: str | None = None
    merchant_name: str | None = None
    global_account_id: str | None = None
    audit_as: str | None = None
    api_authorization: ApiAuthorization = ApiAuthorization.PENDING
    answer_mail_codes: bool = False  # codes that the sign-in asks for by mail are answered
    also_marketplaces: tuple[str, ...] = ()  # of the same region and seller: insights are read there, too


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as stored; secrets are not part of it."""

    id: str
    user_email: str
    marketplace: str
    merchant_id: str | None
    merchant_name: str | None
    global_account_id: str | None
    merchant_source: MerchantSource | None  # None: no merchant is known yet
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
    crashes: int  # visits in a row that ended with their worker's process
    created_at: datetime
    updated_at: datetime
    revision: int = 1  # +1 in each transaction that changes the status document or the registration
    changed_at: datetime | None = None  # of the last revision; None: before revisions were counted
    fingerprint: str | None = None  # of what the revision stands for
    condition_times: Mapping[str, Mapping[str, str]] | None = None  # condition: {"status", "since"}
    reading: ReadingSummary | None = None
    stale_since: datetime | None = None  # not read completely for too long, since then
    insights_readable: bool | None = None  # None: never tried
    insights_due: datetime | None = None  # None: as soon as the account is complete
    answer_mail_codes: bool = False  # codes that the sign-in asks for by mail are answered
    also_marketplaces: tuple[str, ...] = ()  # of the same region and seller: insights are read there, too

    @property
    def last_changed_at(self) -> datetime:
        """When the revision moved last."""
        return self.changed_at or self.updated_at

    @property
    def api_complete(self) -> bool:
        """Whether Seller Central may be started at all."""
        return self.api_authorization is ApiAuthorization.COMPLETE

    @property
    def is_bound(self) -> bool:
        """Whether its merchant is known."""
        return self.merchant_id is not None or self.global_account_id is not None

    @property
    def message(self) -> str:
        """The one line the customer sees."""
        return customer_text(self.authorization, self.message_kind, api_complete=self.api_complete)


def normalised_email(address: str) -> str:
    """The form user emails are stored and matched in."""
    return address.strip().lower()
