"""After a visit: everything that is written down, in one transaction.

State, journal, session, document, counters and lease.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import datetime, timedelta

from agent.domain.account import Account
from agent.domain.authorization import Event, State
from agent.domain.login_order import OrderState
from agent.store import account_changes, accounts, transitions, visits
from agent.store.api import operations
from agent.store.audits import record_audit
from agent.store.database.engine import writing
from agent.store.database.handles import Connection, OperationalError
from agent.store.inbox import invitations
from agent.store.insights import record_insights
from agent.store.processes import leases
from agent.store.sign_in import acts, login_orders, sign_in_breaker
from agent.store.sign_in.password_marks import Mark
from agent.store.transitions import Facts
from agent.store.vault import sessions
from agent.visits.errors import PasswordDoubtedError
from agent.visits.hooks import remember_password
from agent.visits.kinds import chrome_drafts
from agent.visits.outcome import Conclusion
from agent.visits.people.confirmed import confirm_lost
from agent.visits.plan import Plan, VisitKind
from agent.visits.shared.context import WorkerContext
from flows import Act, LoginExistsError, RegistrationRefusedError, RegistrationUnansweredError

_ENDS = (LoginExistsError, RegistrationRefusedError, RegistrationUnansweredError)  # an order is over with its visit
_TRIES = 4
_AGAIN = timedelta(hours=1)  # until insights that could not be read are tried once more
_BETWEEN = 1.0  # seconds between tries while the database does not answer


async def finish(context: WorkerContext, plan: Plan, conclusion: Conclusion) -> Account | None:
    """Write down how a visit ended.

    None when the account or the lease is gone, then nothing was changed.

    Raises:
        OperationalError: the database did not answer, several times; the visit will count as cut off.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            return await asyncio.to_thread(_finish, context, plan, conclusion)
        except OperationalError:
            if attempt == _TRIES:
                raise
            await context.clock.sleep(_BETWEEN * attempt)
    return None


def _finish(context: WorkerContext, plan: Plan, conclusion: Conclusion) -> Account | None:
    now = context.clock.now()
    with writing(context.engine) as conn:
        # before its leases, as `prepare` does: the same order everywhere
        is_known = accounts.lock(conn, plan.account.id)
        conclusion = _doubting(conn, context, plan, conclusion)
        visits.end(conn, plan.visit_id, outcome=conclusion.outcome, now=now)
        sign_in_breaker.observe(
            conn, plan.signs_in.id, plan.visit_id, outcome=conclusion.outcome, now=now, limits=context.breaker_limits
        )
        shared = leases.shared_now(conn, now)
        if not all(leases.renew(conn, lease, now=shared, length=context.lease_length) for lease in plan.leases):
            account_changes.take_back_crash(conn, plan.account.id)  # the visit ended, and not its worker
            return None  # another worker goes on with it; what we know may be old
        if not is_known:
            return None
        _release(conn, plan, conclusion, now)
        _save(conn, context, plan, conclusion, now)
        account = (
            _move(conn, context, plan, conclusion, now)
            if plan.kind is not VisitKind.INSIGHTS or conclusion.event is Event.HUMAN_NEEDED
            else accounts.get(conn, plan.account.id)
        )
        for lease in plan.leases:
            leases.release(conn, lease)
            operations.tell_waiting(conn, lease.account_id)
        return account


def _doubting(conn: Connection, context: WorkerContext, plan: Plan, conclusion: Conclusion) -> Conclusion:
    """Leave a typed password without a yes to a person.

    Whatever else the visit ended in.
    """
    if not acts.doubt_unanswered(conn, plan.visit_id, Act.TYPE_PASSWORD):
        return conclusion
    remember_password(conn, context, plan, Mark.DOUBTED)
    if conclusion.event not in (Event.RETRY, Event.INTERRUPTED, Event.NOT_OFFERED):
        return conclusion
    why = (
        f"the password was typed and no known yes came ({conclusion.why}): it is not typed again before "
        f"a person has read the evidence; then: sc-agent accounts release {plan.signs_in.id}"
    )
    facts = Facts(internal_reason=why, failure_code=PasswordDoubtedError.code)
    return replace(conclusion, event=Event.HUMAN_NEEDED, why=why, facts=facts, session=None)


def _is_in_force(conn: Connection, plan: Plan) -> bool:
    """Whether the session is of the secrets that are in force still."""
    return accounts.get(conn, plan.signs_in.id).secret_version == plan.secrets.version


def _save(conn: Connection, context: WorkerContext, plan: Plan, conclusion: Conclusion, now: datetime) -> None:
    """Save what the visit read and decided."""
    if plan.order is not None and isinstance(conclusion.error, _ENDS):
        login_orders.move(conn, plan.account.id, OrderState.ENDED, now=now, why=conclusion.error.code)
    crashes = plan.account.crashes if conclusion.outcome == "interrupted" else 0
    account_changes.set_crashes(conn, plan.account.id, crashes)
    if conclusion.forget_session:
        sessions.forget(conn, plan.signs_in.id)
    elif conclusion.session is not None and _is_in_force(conn, plan):
        sessions.save(conn, context.vault, plan.signs_in.id, conclusion.session, now=now)
    if conclusion.invitation_state is not None and plan.invitation is not None:
        accepted_at = now if conclusion.invitation_state == "accepted" else None
        invitations.set_state(conn, plan.invitation.id, conclusion.invitation_state, accepted_at=accepted_at)
    if plan.kind is VisitKind.INSIGHTS:
        _save_insights(conn, context, plan, conclusion, now)
    if conclusion.document is not None:
        record_audit(conn, account=plan.account.id, at=now, document=conclusion.document, visit_id=plan.visit_id)
        chrome_drafts.keep(conn, conclusion.document, account_id=plan.account.id, visit_id=plan.visit_id, now=now)
        if context.confirmed is not None:
            confirm_lost(conn, plan.account, conclusion.document, context.confirmed, now=now)


def _save_insights(conn: Connection, context: WorkerContext, plan: Plan, conclusion: Conclusion, now: datetime) -> None:
    """Keep the reading, and say when the next one is due.

    A visit that was stopped is made again as soon as may be.
    """
    interval = timedelta(seconds=context.settings.insights.interval)
    if conclusion.insights:
        account = accounts.get(conn, plan.account.id)
        record_insights(conn, account, *conclusion.insights, at=now, visit_id=plan.visit_id)
        chance = random.random()  # noqa: S311 - jitter
        account_changes.set_insights_due(conn, account.id, context.rhythm.after(interval, now=now, chance=chance))
    elif conclusion.event is not Event.INTERRUPTED:
        account_changes.set_insights_due(conn, plan.account.id, now + min(interval, _AGAIN))


_UNDECIDED = (Event.HUMAN_NEEDED, Event.INTERRUPTED, Event.RETRY)


def _release(conn: Connection, plan: Plan, conclusion: Conclusion, now: datetime) -> None:
    """Let an account that a person took over go on as released.

    Once its visit has decided something.

    Before what the visit read is saved: where it goes on depends on what was open when it began.
    """
    stood = accounts.get(conn, plan.account.id).authorization
    if plan.asked is not None and conclusion.event not in _UNDECIDED and stood is State.NEEDS_HUMAN:
        why = "a person passed what stopped it"
        transitions.apply(conn, plan.account.id, Event.RELEASED, now=now, why=why, visit_id=plan.visit_id)


def _move(conn: Connection, context: WorkerContext, plan: Plan, conclusion: Conclusion, now: datetime) -> Account:
    return transitions.apply(
        conn,
        plan.account.id,
        conclusion.event,
        now=now,
        why=conclusion.why,
        visit_id=plan.visit_id,
        facts=conclusion.facts,
        rhythm=context.rhythm,
        again_at=conclusion.due,
    )
