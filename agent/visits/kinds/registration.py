"""An account whose login was ordered.

The login is found or created, its secrets come into force, then the visit goes on.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog
from pydantic import SecretStr

from agent.domain.login_order import OrderState
from agent.domain.requests import RequestKind
from agent.domain.totp_seed import parse_seed
from agent.observe import events
from agent.store.database.engine import reading, writing
from agent.store.processes.alarms import TableBoard
from agent.store.sign_in import login_orders
from agent.store.vault import drawn_secrets, sign_in_secrets
from agent.store.vault.drawn_secrets import Errand, PendingSeed
from agent.store.vault.sign_in_secrets import SignInSecrets
from agent.visits.codes.one_time_codes import OneTimeCodes
from agent.visits.errands import screens_of
from agent.visits.hooks import codes_for, hooks_for
from agent.visits.kinds.order_limits import require_room
from agent.visits.people.requests import Answered, ask_person
from agent.visits.plan import Plan
from agent.visits.shared.adopted_catalogue import current_catalogue
from agent.visits.shared.context import WorkerContext
from flows import (
    Act,
    Bounds,
    Credentials,
    Enrolment,
    FlowHooks,
    HostPolicy,
    LoginErrand,
    Redactor,
    RegistrationRefusedError,
    SeedUnknownError,
    Visit,
    create_login,
    seed_forms,
)

_CODES, _PEOPLE = 3, 2  # how often a visit may wait for a mail, and for a person

log = structlog.get_logger(__name__)


def errand_bounds(context: WorkerContext) -> Bounds:
    """The bounds of a visit that may have to wait for mails and people."""
    waits = context.settings.registration
    people = waits.person_wait * _PEOPLE if context.asks_people else 0
    return replace(context.bounds, visit=context.bounds.visit + timedelta(seconds=waits.code_wait * _CODES + people))


async def with_login(visit: Visit, plan: Plan, context: WorkerContext, *, redactor: Redactor, bounds: Bounds) -> Plan:
    """Find or create the ordered login; return the plan with its secrets.

    Raises:
        FlowError: see `flows.registration.create_login`; an order that is over by it ends with the visit.
    """
    ordered = _Ordered(plan=plan, context=context, redactor=redactor)
    await asyncio.to_thread(ordered.load)
    try:
        enrolled = await create_login(
            visit,
            host=plan.host,
            errand=ordered.errand(),
            credentials=ordered.credentials(),
            hooks=ordered.hooks(),
            created=ordered.created,
            bounds=bounds,
        )
        secrets = await ordered.settle(enrolled)
    except RegistrationRefusedError as err:
        await asyncio.to_thread(_hold_all, context, plan, err)
        raise
    visit.guard.policy = HostPolicy()  # from here on an ordinary visit
    visit.catalogue = await asyncio.to_thread(current_catalogue, context.engine, also=screens_of(secrets))
    log.info(events.LOGIN_CREATED, account=plan.account.id, visit=plan.visit_id)
    return secrets


def _hold_all(context: WorkerContext, plan: Plan, error: RegistrationRefusedError) -> None:
    now = context.clock.now()
    with writing(context.engine) as conn:
        login_orders.pause_all(conn, f"the site refused to create the login of {plan.account.id}", now=now)
    text = f"no login is created until a person has looked: {error}; 'sc-agent resume --registrations' lets it go on"
    TableBoard(context.engine).note(login_orders.ALARM, text, now=now, times=context.settings.observe.notify_after)


@dataclass(slots=True, kw_only=True)
class _Ordered:
    """One visit's hold on an order.

    Everything it writes is committed before the flow goes on.
    """

    plan: Plan
    context: WorkerContext
    redactor: Redactor
    _password: SecretStr | None = None
    _pending: list[PendingSeed] = field(default_factory=list)  # the newest first
    _asked: int = 0  # which of them signs in
    _enrolled: PendingSeed | None = None  # kept in this visit, last
    _signed_in_with: PendingSeed | None = None

    def load(self) -> None:
        """Read what earlier visits drew and kept.

        Raises:
            RegistrationsPausedError: the form may not be sent now; no page was opened for it.
        """
        with reading(self.context.engine) as conn:
            self._password = drawn_secrets.load_password(conn, self.context.vault, self._id)
            self._pending = drawn_secrets.load_pending(conn, self.context.vault, self._id, errand=Errand.REGISTRATION)
            if self.plan.order is not None and self.plan.order.may_submit:
                require_room(conn, limits=self.context.settings.registration, now=self.context.clock.now())
        if self._password is not None:
            self.redactor.register(self._password)
        for each in self._pending:
            self.redactor.register_all(seed_forms(each.seed.get_secret_value()))

    @property
    def _id(self) -> str:
        return self.plan.account.id

    def credentials(self) -> Credentials | None:
        """Who signs in, once a drawn password may have reached the site.

        By this order's form, or an earlier order's.
        """
        order = self.plan.order
        if self._password is None or order is None or not order.was_submitted:
            return None
        return Credentials(user_email=self.plan.account.user_email, password=self._password)

    def errand(self) -> LoginErrand:
        """What the flow is given."""
        order = self.plan.order
        assert order is not None  # noqa: S101 - such a visit has one
        invitation = self.plan.invitation
        return LoginErrand(
            user_email=self.plan.account.user_email,
            person_name=order.person_name,
            may_submit=order.may_submit,
            draw_password=self._draw_password,
            spend_phone=self._spend_phone,
            ask_code=self._ask_code,
            enrolment=Enrolment(keep_seed=self._keep_seed, code_of=self._code_of),
            invitation_url=None if invitation is None else invitation.link.url,
        )

    def hooks(self) -> FlowHooks:
        """An ordinary visit's, with codes of the seeds that the site may know."""
        lent = hooks_for(self.plan, self.context, redactor=self.redactor)

        async def outcome(act: Act, word: str) -> None:
            await lent.outcome(act, word)
            if act is Act.TYPE_CODE:
                self._answered(word)

        return replace(lent, next_code=self._next_code, outcome=outcome, ask_code=self._ask_code)

    async def created(self) -> None:
        """The site let us in: the login exists."""
        await asyncio.to_thread(self._move, OrderState.CREATED)

    async def settle(self, enrolled: SecretStr | None) -> Plan:
        """Let password and seed come into force.

        The seed enrolled in this visit, else the one that signed in.

        Raises:
            SeedUnknownError: two-step verification is on, and no seed of ours was proven.
        """
        kept = self._enrolled
        proven = kept if kept is not None and kept.seed == enrolled else self._signed_in_with
        if proven is None or self._password is None:
            raise SeedUnknownError(
                "expected two-step verification with our authenticator, found it on and no seed of ours was proven"
            )
        return await asyncio.to_thread(self._settle, proven, self._password)

    def _settle(self, proven: PendingSeed, password: SecretStr) -> Plan:
        now, given = self.context.clock.now(), SignInSecrets(password=password, totp_secret=proven.seed)
        with writing(self.context.engine) as conn:
            sign_in_secrets.save(conn, self.context.vault, self._id, given, now=now)
            drawn_secrets.settle_seeds(conn, self._id, errand=Errand.REGISTRATION, in_force=proven.id)
            drawn_secrets.forget_password(conn, self._id)
            login_orders.move(conn, self._id, OrderState.DONE, now=now)
            return replace(self.plan, secrets=sign_in_secrets.load(conn, self.context.vault, self._id), order=None)

    def _move(self, state: OrderState) -> None:
        with writing(self.context.engine) as conn:
            order = login_orders.get(conn, self._id, lock=True)
            if order is not None and order.state is OrderState.SUBMITTED:
                login_orders.move(conn, self._id, state, now=self.context.clock.now())

    async def _draw_password(self, least: int, most: int) -> SecretStr:
        """The order's password, drawn and sealed at its first use.

        Anew where the page takes no such one.
        """
        if self._password is None or len(self._password.get_secret_value()) > (most or drawn_secrets.MOST):
            drawn = drawn_secrets.draw_password(least=least, most=most or drawn_secrets.MOST)
            self.redactor.register(drawn)
            await asyncio.to_thread(self._keep_password, drawn)
            self._password = drawn
        return self._password

    def _keep_password(self, drawn: SecretStr) -> None:
        with writing(self.context.engine) as conn:
            drawn_secrets.keep_password(conn, self.context.vault, self._id, drawn)

    async def _spend_phone(self) -> str | None:
        return await asyncio.to_thread(self._phone)

    def _phone(self) -> str | None:
        with writing(self.context.engine) as conn:
            return login_orders.type_phone(conn, self._id, now=self.context.clock.now())

    async def _keep_seed(self, seed: SecretStr) -> None:
        self._enrolled = await asyncio.to_thread(self._seal, seed)
        self._asked = 0

    def _seal(self, seed: SecretStr) -> PendingSeed:
        plan = self.plan
        with writing(self.context.engine) as conn:
            return drawn_secrets.keep_seed(
                conn,
                self.context.vault,
                self._id,
                seed,
                errand=Errand.REGISTRATION,
                visit_id=plan.visit_id,
                now=self.context.clock.now(),
            )

    async def _code_of(self, seed: SecretStr) -> SecretStr:
        kept = self._enrolled
        assert kept is not None  # noqa: S101 - kept before
        return await self._codes(kept).next_code()

    async def _next_code(self) -> SecretStr:
        """A code of the seed that the site may know, the newest first."""
        known = [self._enrolled] if self._enrolled is not None else self._pending
        if self._asked >= len(known):
            raise SeedUnknownError("the site wants a code of an authenticator, and no seed of ours is left to try")
        return await self._codes(known[self._asked]).next_code()

    def _answered(self, word: str) -> None:
        known = [self._enrolled] if self._enrolled is not None else self._pending
        if word == "accepted":
            self._signed_in_with = known[self._asked]
        elif word == "rejected":
            self._asked += 1

    def _codes(self, seed: PendingSeed) -> OneTimeCodes:
        parsed = parse_seed(seed.seed.get_secret_value())
        return codes_for(self.plan, self.context, parsed, seed.seed_id, redactor=self.redactor)

    async def _ask_code(self, words: str) -> SecretStr | None:
        within = timedelta(seconds=self.context.settings.registration.person_wait)
        found = await ask_person(
            self.context, self.plan, kind=RequestKind.SMS_CODE, words=words, within=within, redactor=self.redactor
        )
        return found.text if isinstance(found, Answered) else None
