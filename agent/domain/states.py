"""States and events of an account, and the texts its customer sees."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """The states of the contract."""

    API_AUTHORIZATION_REQUIRED = "api_authorization_required"  # nothing is started
    AWAITING_INVITATION = "awaiting_invitation"  # the seller has to invite the user email
    ACCEPTING = "accepting"  # an invitation arrived and is being accepted
    AWAITING_CONFIRMATION = "awaiting_confirmation"  # the seller has to confirm the user
    AWAITING_PERMISSIONS = "awaiting_permissions"  # the user exists; nothing has been granted yet
    AUDITING = "auditing"  # the first permissions, or corrected ones, are being read
    COMPLETE = "complete"  # every permission was read and is as it should be; re-read on a schedule
    FAILED = "failed"  # the acceptance or the permissions failed; the customer must act
    NEEDS_HUMAN = "needs_human"  # our own staff must act; never on a timer
    PAUSED = "paused"  # a person said so


class Event(StrEnum):
    """What can happen to an account."""

    API_PENDING = "api_pending"  # the API authorization is (again) pending
    API_COMPLETE = "api_complete"
    INVITATION_ARRIVED = "invitation_arrived"  # a trusted one, recorded
    ACCEPTED = "accepted"  # also: found already accepted
    CONFIRMATION_ASKED = "confirmation_asked"  # accepted, and the seller must confirm with a code
    INVITATION_CLOSED = "invitation_closed"  # expired, withdrawn, for another address, refused
    AUDIT_STARTED = "audit_started"
    PASS = "pass"  # every row read, every row as expected # noqa: S105
    FAIL = "fail"  # at least one finding
    INCOMPLETE = "incomplete"  # not everything could be read; nothing is concluded
    INCOMPLETE_TOO_OFTEN = "incomplete_too_often"
    NOTHING_GRANTED = "nothing_granted"  # page refused, or every row None, and never anything above None before
    NOT_OFFERED = "not_offered"  # the site does not (yet) offer the merchant, and nothing was ever granted
    NOT_PERMITTED = "not_permitted"  # the page is refused although something was granted before
    RETRY = "retry"  # nothing was decided; later again
    INTERRUPTED = "interrupted"  # a visit was stopped by ourselves; nothing was decided and nothing counts
    HUMAN_NEEDED = "human_needed"  # a challenge, a lock, an unknown screen, a spent budget, too many retries
    PAUSED = "paused"
    RESUMED = "resumed"
    RELEASED = "released"  # a person released it from needs_human
    REBOUND = "rebound"  # a person said that another seller, or another user, is meant: everything begins again


class FixedText(StrEnum):
    """Which of the two texts fixed by the mission applied last."""

    API = "api"
    FAILED = "failed"


FIXED_TEXT: Mapping[FixedText, str] = {  # to the letter
    FixedText.API: "API Authorization Status must be complete before Seller Central Authorization may be started",
    FixedText.FAILED: "Error: Seller Central Authorization failed. Please update authorization.",
}

CUSTOMER_TEXT: Mapping[State, str] = {  # where no fixed text applies
    State.API_AUTHORIZATION_REQUIRED: FIXED_TEXT[FixedText.API],
    State.AWAITING_INVITATION: "Seller Central Authorization is waiting for the invitation.",
    State.ACCEPTING: "Seller Central Authorization is in progress: the invitation is being accepted.",
    State.AWAITING_CONFIRMATION: (
        "Seller Central Authorization is in progress: the new user has to be confirmed in Seller Central."
    ),
    State.AWAITING_PERMISSIONS: "Seller Central Authorization is in progress: waiting for the permissions to be set.",
    State.AUDITING: "Seller Central Authorization is in progress: the permissions are being checked.",
    State.COMPLETE: "Seller Central Authorization is complete.",
    State.FAILED: FIXED_TEXT[FixedText.FAILED],
    State.NEEDS_HUMAN: "Seller Central Authorization is in progress.",
    State.PAUSED: "Seller Central Authorization is in progress.",
}


def customer_text(state: State, message: FixedText | None, *, api_complete: bool = True) -> str:
    """The one line the customer sees."""
    if not api_complete:
        return FIXED_TEXT[FixedText.API]
    if state in (State.AUDITING, State.NEEDS_HUMAN, State.PAUSED) and message is FixedText.FAILED:
        return FIXED_TEXT[FixedText.FAILED]
    return CUSTOMER_TEXT[state]
