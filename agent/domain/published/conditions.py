"""The conditions of an account.

What is known to be so, known not to be so, or not known, each by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from agent.domain.account import Account, ReadingSummary
from agent.domain.states import State


class ConditionType(StrEnum):
    """The conditions of the contract, in the order of the way to "complete"."""

    API_AUTHORIZED = "ApiAuthorized"
    INVITATION_RECEIVED = "InvitationReceived"
    INVITATION_ACCEPTED = "InvitationAccepted"
    USER_CONFIRMED = "UserConfirmed"
    PERMISSIONS_GRANTED = "PermissionsGranted"
    PERMISSIONS_AS_EXPECTED = "PermissionsAsExpected"
    READ_RECENTLY = "ReadRecently"
    INSIGHTS_READABLE = "InsightsReadable"


class Truth(StrEnum):
    """Whether it is so; UNKNOWN is an answer of its own."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition with the reason (one word for programs, one sentence for people)."""

    type: ConditionType
    status: Truth
    reason: str
    message: str


T = Truth
_TRANSIENT = frozenset({State.AUDITING, State.PAUSED, State.NEEDS_HUMAN, State.API_AUTHORIZATION_REQUIRED})
_CLOSED = "invitation_closed"  # the failure code of a closed invitation begins so
_NEVER_READ = (T.UNKNOWN, "not_read_yet", "The permissions have not been read yet.")
_READ_AS: Mapping[ReadingSummary, tuple[Truth, str, str]] = {
    ReadingSummary.PASS: (T.TRUE, "as_expected", "Every permission is as expected."),
    ReadingSummary.FAIL: (T.FALSE, "permissions_differ", "Some permissions are not as expected."),
    ReadingSummary.NOTHING_GRANTED: (T.UNKNOWN, "nothing_granted", "No permission is set yet."),
    ReadingSummary.UNREADABLE: (T.UNKNOWN, "not_readable", "The permissions cannot be read at the moment."),
}


def conditions_of(account: Account) -> Iterator[Condition]:
    """Every condition of an account, always all of them and in the same order."""
    answers = {
        ConditionType.API_AUTHORIZED: _api_authorized,
        ConditionType.INVITATION_RECEIVED: _invitation_received,
        ConditionType.INVITATION_ACCEPTED: _invitation_accepted,
        ConditionType.USER_CONFIRMED: _user_confirmed,
        ConditionType.PERMISSIONS_GRANTED: _permissions_granted,
        ConditionType.PERMISSIONS_AS_EXPECTED: _permissions_as_expected,
        ConditionType.READ_RECENTLY: _read_recently,
        ConditionType.INSIGHTS_READABLE: _insights_readable,
    }
    for kind, answer in answers.items():
        status, reason, message = answer(account)
        yield Condition(type=kind, status=status, reason=reason, message=message)


def _stands(account: Account) -> State:
    """Where the account stands on its way, whatever holds it at the moment."""
    is_aside = account.authorization in _TRANSIENT and account.resumes_to is not None
    return account.resumes_to if is_aside and account.resumes_to else account.authorization


def _api_authorized(account: Account) -> tuple[Truth, str, str]:
    if account.api_complete:
        return T.TRUE, "complete", "The API authorization is complete."
    return T.FALSE, "pending", "The API authorization is pending."


def _invitation_received(account: Account) -> tuple[Truth, str, str]:
    if account.invitation is not None or account.accepted_at is not None:
        return T.TRUE, "received", "An invitation was received."
    return T.FALSE, "no_invitation", "No invitation was received yet."


def _invitation_accepted(account: Account) -> tuple[Truth, str, str]:
    code = account.failure_code or ""
    if _stands(account) is State.ACCEPTING:
        return T.UNKNOWN, "being_accepted", "The invitation is being accepted."
    if _stands(account) is State.FAILED and code.startswith(_CLOSED):
        return T.FALSE, code.partition(":")[2] or "refused", "The last invitation could not be accepted."
    if account.accepted_at is not None:
        return T.TRUE, "accepted", "The invitation was accepted."
    if account.invitation is None:
        return T.FALSE, "no_invitation", "No invitation was received yet."
    return T.UNKNOWN, "not_known", "Whether the invitation was accepted is not known."


def _user_confirmed(account: Account) -> tuple[Truth, str, str]:
    if account.accepted_at is None or _stands(account) is State.ACCEPTING:
        return T.UNKNOWN, "not_accepted_yet", "The invitation has not been accepted yet."
    if _stands(account) is State.AWAITING_CONFIRMATION:
        return T.FALSE, "confirmation_required", "The new user has to be confirmed in Seller Central."
    return T.TRUE, "confirmed", "The user exists in Seller Central."


def _permissions_granted(account: Account) -> tuple[Truth, str, str]:
    match account.reading:
        case None:
            return _NEVER_READ
        case ReadingSummary.NOTHING_GRANTED:
            return T.FALSE, "nothing_granted", "No permission is set yet."
        case ReadingSummary.UNREADABLE:
            return _READ_AS[ReadingSummary.UNREADABLE]
        case ReadingSummary.PASS | ReadingSummary.FAIL:
            if account.granted_at is None and account.reading is ReadingSummary.FAIL:
                return T.FALSE, "nothing_granted", "No permission is set yet."
            return T.TRUE, "granted", "Permissions are set."


def _permissions_as_expected(account: Account) -> tuple[Truth, str, str]:
    return _NEVER_READ if account.reading is None else _READ_AS[account.reading]


def _read_recently(account: Account) -> tuple[Truth, str, str]:
    if account.last_complete_read_at is None:
        return T.UNKNOWN, "never_read", "The permissions were never read completely."
    if account.stale_since is not None:
        return T.FALSE, "too_long_ago", "The permissions were last read completely too long ago."
    return T.TRUE, "read", "The permissions were read completely not long ago."


def _insights_readable(account: Account) -> tuple[Truth, str, str]:
    match account.insights_readable:
        case None:
            return T.UNKNOWN, "not_read_yet", "Account health and sales figures have not been read yet."
        case True:
            return T.TRUE, "readable", "Account health and sales figures can be read."
        case False:
            return T.FALSE, "not_readable", "Account health and sales figures cannot be read completely."
