"""What the customer has to do next, in the words of Seller Central."""

from __future__ import annotations

from agent.domain.authorization import State

_USER_PERMISSIONS = "In Seller Central, signed in as the account owner, open Settings > User Permissions"


def next_step(state: State, *, user_email: str, confirmation_code: str | None = None) -> str:
    """One sentence for the state an account is in.

    Findings bring their own remedies beside it.
    """
    match state:
        case State.API_AUTHORIZATION_REQUIRED:
            return "Complete the API authorization first; Seller Central Authorization starts by itself afterwards."
        case State.AWAITING_INVITATION:
            return f"{_USER_PERMISSIONS} and, under Add a New User, send an invitation to {user_email}."
        case State.AWAITING_CONFIRMATION:
            code = f" and enter the confirmation code {confirmation_code}" if confirmation_code else ""
            return f"{_USER_PERMISSIONS}, find {user_email} among the pending users, choose Confirm{code}."
        case State.AWAITING_PERMISSIONS:
            return (
                f"{_USER_PERMISSIONS}, choose Manage Permissions beside {user_email} and set every permission "
                "to View & Edit, or to View "
                "where View & Edit is not offered; only Settings > Agreements/Amendments and Settings > User "
                "Permissions stay None. Then save; the permissions are read again by themselves."
            )
        case State.FAILED:
            return (
                f"{_USER_PERMISSIONS}, correct the permissions of {user_email} as listed and save; they are read "
                "again by themselves."
            )
        case State.COMPLETE | State.ACCEPTING | State.AUDITING:
            return "Nothing to do."
        case State.NEEDS_HUMAN:
            return "Nothing to do: our staff is looking into it."
        case State.PAUSED:
            return "Nothing to do: the authorization is paused."


def closed_reason(reason: str) -> str:
    """Why an invitation could not be accepted; `reason` is a flow's word."""
    return _CLOSED.get(reason, _CLOSED["refused"])


def invite_again(*, user_email: str) -> str:
    """What to do after an acceptance failed."""
    return (
        f"{_USER_PERMISSIONS}, remove any pending invitation to {user_email} and send a new one; it is accepted by "
        "itself."
    )


_CLOSED = {
    "expired": "The invitation has expired.",
    "withdrawn": "The invitation was withdrawn.",
    "other_recipient": "The invitation was addressed to somebody else.",
    "refused": "Seller Central refused the invitation.",
}
