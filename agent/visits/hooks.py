"""What a visit gives its flow.

Codes, the permission to act, the journal of acts, the clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from pydantic import SecretStr

from agent.domain.requests import RequestKind
from agent.domain.totp_seed import Seed, parse_seed
from agent.observe import events
from agent.store import accounts, visits
from agent.store.console.presence import is_anybody_there
from agent.store.database.engine import reading, writing
from agent.store.database.handles import Connection
from agent.store.sign_in import acts, sign_in_breaker
from agent.store.sign_in.password_marks import Mark
from agent.store.vault import password_memory, sessions
from agent.visits.codes.mailed_codes import MailedCodes
from agent.visits.codes.one_time_codes import OneTimeCodes
from agent.visits.errors import AcceptanceUnansweredError, SignInsStoppedError, VisitHaltedError
from agent.visits.guards import attempt_budget as budget
from agent.visits.guards import unanswered
from agent.visits.guards.egress import egress_of
from agent.visits.guards.lease_guard import require_leases
from agent.visits.kinds.order_limits import spend_order
from agent.visits.people.requests import Answered, ask_person
from agent.visits.plan import Plan, VisitKind
from agent.visits.shared.context import WorkerContext
from flows import Act, FlowHooks, Redactor

log = structlog.get_logger(__name__)
_NO_SEED = "A" * 32  # stands in while a login has none; its codes are never asked for
StorageState = Callable[[], Awaitable[dict[str, Any]]]


def hooks_for(
    plan: Plan, context: WorkerContext, *, redactor: Redactor, storage_state: StorageState | None = None
) -> FlowHooks:
    """Build the callables of one visit.

    With `storage_state`, the session is stored with the intention to accept: a visit cut off after the click does not
    sign in again.
    """
    given = plan.secrets.secrets.totp_secret.get_secret_value() if plan.order is None else _NO_SEED
    codes = codes_for(plan, context, parse_seed(given), plan.secrets.seed_id, redactor=redactor)
    permission = _ActPermission(plan, context, storage_state)
    by_mail = MailedCodes(plan=plan, context=context, redactor=redactor)
    answers_mail = plan.signs_in.answer_mail_codes or plan.order is not None or plan.kind is VisitKind.ROTATION
    return FlowHooks(
        next_code=codes.next_code,
        before_act=permission.before_act,
        outcome=permission.outcome,
        now=context.clock.now,
        clock_seen=codes.clock_seen,
        ask_code=_code_asker(plan, context, redactor),
        mail_code=by_mail.next_code if answers_mail else None,
    )


def codes_for(plan: Plan, context: WorkerContext, seed: Seed, seed_id: str, *, redactor: Redactor) -> OneTimeCodes:
    """The one-time codes of one seed in this visit, by the site's clock."""
    codes = OneTimeCodes(
        engine=context.engine,
        seed=seed,
        seed_id=seed_id,
        visit_id=plan.visit_id,
        clock=context.clock,
        limits=context.settings.sign_in,
        register=redactor.register,
        warn=lambda seconds: log.warning(events.CLOCK_SKEWED, visit=plan.visit_id, seconds=round(seconds, 1)),
    )
    codes.load_skew()
    return codes


def _code_asker(plan: Plan, context: WorkerContext, redactor: Redactor) -> Callable[[str], Awaitable[SecretStr | None]]:
    """Ask for a code sent by message, where a person could answer.

    The settings must allow it.
    """

    async def ask_code(words: str) -> SecretStr | None:
        limits = context.settings.sign_in
        if limits.ask == "never" or not (limits.ask == "always" or await asyncio.to_thread(_is_anybody_there, context)):
            return None
        within = timedelta(seconds=limits.ask_within)
        kind = RequestKind.SMS_CODE
        found = await ask_person(context, plan, kind=kind, words=words, within=within, redactor=redactor)
        return found.text if isinstance(found, Answered) else None

    return ask_code


def _is_anybody_there(context: WorkerContext) -> bool:
    with reading(context.engine) as conn:
        return is_anybody_there(conn, now=context.clock.now())


class _ActPermission:
    """Permission before an act, its outcome after.

    Both committed before the flow goes on.
    """

    def __init__(self, plan: Plan, context: WorkerContext, storage_state: StorageState | None) -> None:
        self._plan = plan
        self._context = context
        self._storage_state = storage_state

    async def before_act(self, act: Act) -> None:
        if act is Act.TYPE_PASSWORD:
            unanswered.begin(self._plan.visit_id)  # first: a stop between here and the answer waits for it
        keep = self._storage_state if act is Act.ACCEPT_INVITATION else None
        session = None if keep is None else await keep()
        try:
            await asyncio.to_thread(self._permit, act, session)
        except Exception:
            unanswered.end(self._plan.visit_id)  # nothing is typed
            raise

    async def outcome(self, act: Act, word: str) -> None:
        try:
            await asyncio.to_thread(self._conclude, act, word)
        finally:
            if act is Act.TYPE_PASSWORD:
                unanswered.end(self._plan.visit_id)

    def _permit(self, act: Act, session: dict[str, Any] | None) -> None:
        context, plan, now = self._context, self._plan, self._context.clock.now()
        with writing(context.engine) as conn:
            require_leases(conn, plan.leases, now=now, length=context.lease_length)
            self._require_secrets_in_force(conn)
            budget.require(
                conn, plan.signs_in.id, act, limits=context.settings.sign_in, now=now, mark=self._mark(conn, act)
            )
            self._require_unclicked(conn, act)
            self._require_sign_ins(conn, act, now)
            if act is Act.REGISTER:
                spend_order(conn, plan.account.id, limits=context.settings.registration, now=now)
            if act is Act.TYPE_PASSWORD:
                visits.note_sign_in(conn, plan.visit_id, egress=egress_of(context.settings))
            acts.intend(conn, plan.signs_in.id, act, visit_id=plan.visit_id, now=now, version=plan.secrets.version)
            if session is not None:
                sessions.save(conn, context.vault, plan.signs_in.id, session, now=now)

    def _mark(self, conn: Connection, act: Act) -> Mark | None:
        """What is remembered of this password, for any account and version."""
        if act is not Act.TYPE_PASSWORD:
            return None
        plan = self._plan
        return password_memory.mark_of(
            conn, self._context.vault, plan.signs_in.user_email, plan.secrets.secrets.password
        )

    def _require_secrets_in_force(self, conn: Connection) -> None:
        """A secret that was replaced meanwhile is not typed.

        What became of it would count for the new one.
        """
        signs_in = self._plan.signs_in.id
        if accounts.get(conn, signs_in).secret_version != self._plan.secrets.version:
            raise VisitHaltedError(
                f"the secrets of account {signs_in} were changed in the middle of the visit; it begins again "
                "with the new ones"
            )

    def _require_sign_ins(self, conn: Connection, act: Act, now: datetime) -> None:
        """Let one account at a time type a password while the breaker is open.

        It opens when sign-ins of many accounts meet an unknown page or answer.
        """
        if act is not Act.TYPE_PASSWORD:
            return
        limits = self._context.breaker_limits
        if not sign_in_breaker.admit(conn, self._plan.signs_in.id, now=now, limits=limits):
            raise SignInsStoppedError(
                f"no password is typed for any account: {sign_in_breaker.read(conn).why}; look at the evidence, then "
                "'sc-agent resume --sign-ins', or wait: single accounts are tried by themselves"
            )

    def _require_unclicked(self, conn: Connection, act: Act) -> None:
        """Look at an offer that was clicked without an answer, until the site says more."""
        offered = self._plan.invitation
        if (
            act is Act.ACCEPT_INVITATION
            and offered
            and acts.is_unanswered_since(conn, self._plan.signs_in.id, act, offered.received_at)
        ):
            raise AcceptanceUnansweredError(
                "the invitation was clicked before without an answer and is still offered: it is not clicked "
                f"again; if it stays so, see the evidence, then: sc-agent accounts release {self._plan.account.id}"
            )

    def _conclude(self, act: Act, word: str) -> None:
        with writing(self._context.engine) as conn:
            acts.conclude_last(conn, self._plan.signs_in.id, act, word, visit_id=self._plan.visit_id)
            if act is Act.TYPE_PASSWORD and word in (acts.REJECTED, acts.DOUBTED):
                remember_password(conn, self._context, self._plan, Mark(word))


def remember_password(conn: Connection, context: WorkerContext, plan: Plan, mark: Mark) -> None:
    """Remember what became of the password that this visit signs in with."""
    password, now = plan.secrets.secrets.password, context.clock.now()
    password_memory.remember(conn, context.vault, plan.signs_in.user_email, password, mark, now=now)
