"""The shapes that the API takes and gives; those it takes allow no unknown field."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from flows import GIVEN_ID

Text = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Reason = Annotated[
    str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")
]
AccountId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
MerchantId = Annotated[str, StringConstraints(pattern=f"^{GIVEN_ID}$")]
Password = Annotated[SecretStr, Field(min_length=1, max_length=1000)]


MarketplaceCodes = Annotated[list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$")]], Field(max_length=22)]


class Given(BaseModel):
    """What is taken."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


class Secret(Given):
    """What signs an account in; written, never read."""

    password: Password
    totp_secret: Password = Field(description="Base32 or otpauth://")


class CreateLogin(Given):
    """For whom a login is created when an invited user email has none."""

    person_name: Text
    agreed_by: Text = Field(description="who accepted Amazon's conditions")
    phone: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$")] | None = Field(
        default=None, description="E.164; typed once at most"
    )


class NewAccount(Given):
    """An account to be registered."""

    id: AccountId
    user_email: Text
    marketplace: Text
    also_marketplaces: MarketplaceCodes | None = None
    merchant_id: MerchantId | None = None
    merchant_name: Text | None = None
    global_account_id: MerchantId | None = None
    api_authorization: Literal["complete", "pending"] = "pending"
    secret: Secret | None = None
    secret_ref: Text | None = None
    create_login: CreateLogin | None = None


class Changes(Given):
    """What is to be changed.

    Another merchant, user email or region needs a reason and begins again.
    """

    user_email: Text | None = None
    marketplace: Text | None = None
    also_marketplaces: MarketplaceCodes | None = None
    merchant_id: MerchantId | None = None
    merchant_name: Text | None = None
    global_account_id: MerchantId | None = None
    audit_as: AccountId | None = None
    reason: Reason | None = None


class ApiAuthorization(Given):
    """The platform's switch, and which seller it is of."""

    status: Literal["complete", "pending"]
    merchant_id: MerchantId | None = None
    global_account_id: MerchantId | None = None
    merchant_name: Text | None = None


class NewSecret(Given):
    """New secrets, or where they are kept; one of the two."""

    password: Password | None = None
    totp_secret: Password | None = None
    ref: Text | None = None


class Why(Given):
    """Why it was done; kept in the journal."""

    reason: Reason


class Invitation(Given):
    """An invitation that a person has; one of the two."""

    link: Annotated[str, StringConstraints(max_length=2000)] | None = None
    mail: Annotated[str, StringConstraints(max_length=90_000)] | None = Field(
        default=None, description="Base64 of the raw message"
    )


class Condition(BaseModel):
    """One thing that is so, is not, or is not known."""

    type: str
    status: Literal["true", "false", "unknown"]
    reason: str
    message: str
    since: str


class StatusDocument(BaseModel):
    """Where an account stands, in the words its customer sees."""

    schema_: Literal[1] = Field(alias="schema")
    account: str
    user_email: str
    marketplace: str
    revision: int
    message: str
    reasons: list[str]
    next_step: str
    confirmation_code: str | None
    authorization: str
    conditions: list[Condition]
    changed_at: str


class Account(StatusDocument):
    """The status document and the registration.

    The last fields only for a key with `operator:read`.
    """

    id: str
    also_marketplaces: list[str]
    merchant_id: str | None
    merchant_name: str | None
    global_account_id: str | None
    merchant_source: str | None
    audit_as: str | None
    api_authorization: Literal["complete", "pending"]
    has_secrets: bool
    accepted_at: str | None
    last_complete_read_at: str | None
    created_at: str
    updated_at: str
    internal_reason: str | None = None
    failure_code: str | None = None
    due: str | None = None


class Accounts(BaseModel):
    """One page of accounts, by id."""

    accounts: list[Account]
    next_cursor: str | None


class Operation(BaseModel):
    """What a worker was asked to do, and what came of it."""

    id: str
    account: str
    kind: Literal["audit", "invitation"]
    state: Literal["queued", "running", "done"]
    outcome: str | None
    audit: dict[str, Any] | None
    created_at: str
    ended_at: str | None


class Paused(BaseModel):
    """Whether everything is paused."""

    paused: bool
    by: str | None
