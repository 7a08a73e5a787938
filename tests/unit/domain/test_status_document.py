"""The status document: one function of the account, whose every answer is true, false or unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agent.domain.account import Account, ApiAuthorization, ReadingSummary
from agent.domain.authorization import FixedText, State
from agent.domain.published.status_document import status_document

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ACCOUNT = Account(
    id="A1", user_email="a1@users.example", marketplace="US", merchant_id=None, merchant_name=None,
    global_account_id=None, merchant_source=None, audit_as=None,
    api_authorization=ApiAuthorization.COMPLETE, authorization=State.AWAITING_INVITATION, resumes_to=None,
    message_kind=None, reasons=(), next_step="", internal_reason="for on-call", failure_code=None,
    confirmation_code=None, invitation=None, accepted_at=None, granted_at=None, last_complete_read_at=None,
    secret_version=1, due=None, urgent=False, retries=0, incompletes=0, crashes=0, created_at=NOW, updated_at=NOW,
)  # fmt: skip
KEYS = {
    "schema", "account", "user_email", "marketplace", "revision", "message", "reasons", "next_step",
    "confirmation_code", "authorization", "conditions", "changed_at",
}  # fmt: skip


def told(account: Account) -> dict[str, str]:
    """The status of each condition."""
    return {each["type"]: each["status"] for each in status_document(account)["conditions"]}


@pytest.mark.parametrize("state", State)
def test_every_state_has_every_key_and_every_condition(state: State) -> None:
    document = status_document(replace(ACCOUNT, authorization=state))
    assert set(document) == KEYS
    assert [each["type"] for each in document["conditions"]] == [
        "ApiAuthorized",
        "InvitationReceived",
        "InvitationAccepted",
        "UserConfirmed",
        "PermissionsGranted",
        "PermissionsAsExpected",
        "ReadRecently",
        "InsightsReadable",
    ]
    assert {each["status"] for each in document["conditions"]} <= {"true", "false", "unknown"}
    assert "for on-call" not in str(document)


def test_a_new_account_knows_only_that_nothing_has_come() -> None:
    assert told(ACCOUNT) == {
        "ApiAuthorized": "true",
        "InvitationReceived": "false",
        "InvitationAccepted": "false",
        "UserConfirmed": "unknown",
        "PermissionsGranted": "unknown",
        "PermissionsAsExpected": "unknown",
        "ReadRecently": "unknown",
        "InsightsReadable": "unknown",
    }


def test_a_complete_account_is_true_throughout() -> None:
    account = replace(
        ACCOUNT, authorization=State.COMPLETE, invitation=1, accepted_at=NOW, granted_at=NOW,
        last_complete_read_at=NOW, reading=ReadingSummary.PASS, insights_readable=True,
    )  # fmt: skip
    assert set(told(account).values()) == {"true"}


def test_while_an_invitation_is_accepted_whether_it_was_is_unknown_even_to_people() -> None:
    running = replace(ACCOUNT, authorization=State.ACCEPTING, invitation=1)
    held = replace(running, authorization=State.NEEDS_HUMAN, resumes_to=State.ACCEPTING)
    assert told(running)["InvitationAccepted"] == told(held)["InvitationAccepted"] == "unknown"


def test_a_closed_invitation_is_not_accepted_and_says_why() -> None:
    account = replace(
        ACCOUNT, authorization=State.FAILED, message_kind=FixedText.FAILED, invitation=1,
        failure_code="invitation_closed:expired",
    )  # fmt: skip
    conditions = {each["type"]: each for each in status_document(account)["conditions"]}
    assert (conditions["InvitationAccepted"]["status"], conditions["InvitationAccepted"]["reason"]) == (
        "false",
        "expired",
    )


@pytest.mark.parametrize(
    ("reading", "granted", "expected"),
    [
        (None, "unknown", "unknown"),
        (ReadingSummary.NOTHING_GRANTED, "false", "unknown"),
        (ReadingSummary.FAIL, "true", "false"),
        (ReadingSummary.UNREADABLE, "unknown", "unknown"),
    ],
)
def test_what_was_not_read_is_unknown_and_never_true(
    reading: ReadingSummary | None, granted: str, expected: str
) -> None:
    account = replace(ACCOUNT, authorization=State.AUDITING, accepted_at=NOW, granted_at=NOW, reading=reading)
    assert told(account)["PermissionsGranted"] == granted
    assert told(account)["PermissionsAsExpected"] == expected


def test_a_user_who_is_not_confirmed_stays_so_while_the_account_is_paused() -> None:
    account = replace(
        ACCOUNT, authorization=State.PAUSED, resumes_to=State.AWAITING_CONFIRMATION, accepted_at=NOW, invitation=1
    )
    assert told(account)["UserConfirmed"] == "false"


def test_a_stale_reading_is_not_recent() -> None:
    account = replace(ACCOUNT, last_complete_read_at=NOW, stale_since=NOW)
    assert told(account)["ReadRecently"] == "false"
