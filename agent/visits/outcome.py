"""What a visit ended in, whatever it was.

The event for the account, the facts, the session, the document.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, assert_never

from agent.domain.audit.document import AuditDocument
from agent.domain.audit.next_steps import closed_reason, invite_again
from agent.domain.authorization import Event
from agent.domain.insights.document import InsightsDocument
from agent.settings.model import Settings
from agent.store.transitions import Facts
from agent.visits.errors import LeaseLostError, RegistrationsPausedError, SignInsStoppedError, VisitHaltedError
from agent.visits.plan import Plan, VisitKind
from flows import (
    AccountNotOfferedError,
    AuditReading,
    Disposition,
    FlowError,
    InvitationClosedError,
    WrongIdentityError,
)

_SOON = timedelta(seconds=2)
_NO_LOGINS = timedelta(minutes=15)  # the same while no login may be created
_STOPPED = timedelta(minutes=5)  # until an account is looked at again while no password may be typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """How a visit ended.

    After INTERRUPTED nothing counts, and the account is due again at `due`.
    """

    outcome: str  # for counting: accepted, pass, fail, ..., or an error's code
    event: Event
    why: str
    facts: Facts = field(default_factory=Facts)
    due: datetime | None = None
    invitation_state: str | None = None
    document: AuditDocument | None = None  # stored; the account's state follows from it
    shown: AuditDocument | None = None  # the same reading judged by the policy that a person asked for
    insights: tuple[InsightsDocument, ...] = ()  # one for each marketplace, the account's own first
    session: dict[str, Any] | None = None
    forget_session: bool = False
    error: FlowError | None = None
    drift: tuple[str, ...] = ()  # screens on which an element was not where it used to be
    unread: AuditReading | None = None  # an audit that could not read everything: what it did read


def interrupted(now: datetime) -> Conclusion:
    """The visit was told to stop: it starts again as soon as a worker may."""
    return Conclusion(outcome="interrupted", event=Event.INTERRUPTED, why="stopped in the middle", due=now)


def from_error(
    error: FlowError, plan: Plan, settings: Settings, *, now: datetime, session: dict[str, Any] | None = None
) -> Conclusion:
    """What an error means for the account; its disposition decides."""
    if isinstance(error, LeaseLostError | VisitHaltedError):
        return Conclusion(outcome=error.code, event=Event.INTERRUPTED, why=str(error), due=now + _SOON, error=error)
    if isinstance(error, RegistrationsPausedError):
        return Conclusion(
            outcome=error.code, event=Event.INTERRUPTED, why=str(error), due=now + _NO_LOGINS, error=error
        )
    if isinstance(error, SignInsStoppedError):
        return Conclusion(outcome=error.code, event=Event.INTERRUPTED, why=str(error), due=now + _STOPPED, error=error)
    if plan.kind is VisitKind.ROTATION:  # the old authenticator is in force; who asked is told
        return Conclusion(outcome=error.code, event=Event.INTERRUPTED, why=str(error), error=error)
    forget = isinstance(error, WrongIdentityError)
    if isinstance(error, AccountNotOfferedError) and plan.kind is VisitKind.AUDIT and plan.account.granted_at is None:
        return Conclusion(outcome=error.code, event=Event.NOT_OFFERED, why=str(error), session=session, error=error)
    match error.disposition:
        case Disposition.RETRY:
            return _retry(error, plan, settings, session)
        case Disposition.GIVE_UP if plan.kind is VisitKind.ACCEPT:
            return _closed(error, plan, session)
        case Disposition.GIVE_UP | Disposition.NEEDS_HUMAN:
            return _human(error, str(error), forget=forget)
        case _:
            assert_never(error.disposition)


def _retry(error: FlowError, plan: Plan, settings: Settings, session: dict[str, Any] | None) -> Conclusion:
    limit = settings.work.max_retries
    if plan.kind is not VisitKind.INSIGHTS and plan.account.retries + 1 >= limit:
        return _human(error, f"{limit} visits in a row decided nothing, the last one: {error}", forget=False)
    facts = Facts(internal_reason=str(error), failure_code=error.code)
    return Conclusion(outcome=error.code, event=Event.RETRY, why=str(error), facts=facts, session=session, error=error)


def _human(error: FlowError, reason: str, *, forget: bool) -> Conclusion:
    facts = Facts(internal_reason=reason, failure_code=error.code)
    return Conclusion(
        outcome=error.code, event=Event.HUMAN_NEEDED, why=reason, facts=facts, forget_session=forget, error=error
    )


def _closed(error: FlowError, plan: Plan, session: dict[str, Any] | None) -> Conclusion:
    reason = error.reason if isinstance(error, InvitationClosedError) else "refused"
    facts = Facts(
        reasons=(closed_reason(reason),),
        next_step=invite_again(user_email=plan.account.user_email),
        internal_reason=str(error),
        failure_code=f"{error.code}:{reason}",
    )
    return Conclusion(
        outcome=f"{error.code}:{reason}",
        event=Event.INVITATION_CLOSED,
        why=str(error),
        facts=facts,
        invitation_state="failed",
        session=session,
        error=error,
    )
