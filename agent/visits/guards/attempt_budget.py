"""The attempt budget: what may still be typed for an account.

Counted durably, by the daemon and the commands together.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from agent.settings.groups.visits import SignInSettings
from agent.store.database.handles import Connection
from agent.store.sign_in import acts
from agent.store.sign_in.password_marks import Mark
from agent.visits.errors import (
    BudgetSpentError,
    CodesRejectedTooOftenError,
    PasswordDoubtedError,
    PasswordRejectedBeforeError,
)
from flows import Act

HOUR = timedelta(hours=1)


def require(
    conn: Connection, account_id: str, act: Act, *, limits: SignInSettings, now: datetime, mark: Mark | None = None
) -> None:
    """Forbid an act that is over the budget; nothing is written.

    `mark` is what is remembered of this very password.

    Raises:
        PasswordRejectedBeforeError: the password was rejected before.
        PasswordDoubtedError: it may have been, and no person has looked since.
        CodesRejectedTooOftenError: too many codes were rejected in a row.
        BudgetSpentError: too many attempts in the last hour were refused or have no known end.
    """
    match act:
        case Act.TYPE_PASSWORD:
            _require_password(conn, account_id, limits=limits, now=now, mark=mark)
        case Act.TYPE_CODE:
            rejected = acts.rejected_since_release(conn, account_id, act)
            if rejected >= limits.codes_rejected_limit:
                raise CodesRejectedTooOftenError(
                    f"{rejected} one-time codes were rejected in a row; check the seed and the clock, then release it"
                )
        case Act.ACCEPT_INVITATION:
            pass  # the page itself says whether it was accepted before
        case Act.REGISTER | Act.TYPE_PHONE | Act.ENROL | Act.DELETE_AUTHENTICATOR:
            pass  # once an order or rotation; what limits them is spent with them


def _require_password(
    conn: Connection, account_id: str, *, limits: SignInSettings, now: datetime, mark: Mark | None
) -> None:
    if mark is Mark.REJECTED or acts.was_rejected(conn, account_id, Act.TYPE_PASSWORD):
        raise PasswordRejectedBeforeError(
            "the password was rejected before and is never typed again; give the right one: "
            f"sc-agent accounts secret {account_id} --secrets-stdin, then: sc-agent accounts release {account_id}"
        )
    if mark is Mark.DOUBTED or acts.doubted_since_release(conn, account_id, Act.TYPE_PASSWORD):
        raise PasswordDoubtedError(
            "the password was typed and no known yes came, which may have been a rejection: it is not typed "
            f"again before a person has read the evidence; then: sc-agent accounts release {account_id}"
        )
    if acts.crashed_in_a_row(conn, account_id, Act.TYPE_PASSWORD) >= acts.CRASHES:
        raise PasswordDoubtedError(
            f"{acts.CRASHES} visits in a row ended with their process after the password was typed, and what the "
            "site said is not known: it is not typed again before a person has looked; then: sc-agent "
            f"accounts release {account_id}"
        )
    spent = acts.not_taken_since(conn, account_id, Act.TYPE_PASSWORD, now - HOUR)
    if spent >= limits.attempts_per_hour:
        raise BudgetSpentError(
            f"{spent} sign-in attempts within an hour were refused or cut off (allowed: {limits.attempts_per_hour}); "
            f"look at the evidence, then: sc-agent accounts release {account_id}"
        )
