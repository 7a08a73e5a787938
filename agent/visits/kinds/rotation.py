"""The rotation visit.

A new authenticator is enrolled, proven by a sign-in of its own, put in force, and the old one removed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog
from pydantic import SecretStr

from agent.domain.authorization import Event
from agent.domain.totp_seed import parse_seed
from agent.observe import events
from agent.store.database.engine import reading, writing
from agent.store.sign_in import login_orders, old_authenticators
from agent.store.sign_in.old_authenticators import OldState
from agent.store.vault import drawn_secrets, sign_in_secrets
from agent.store.vault.drawn_secrets import Errand, PendingSeed
from agent.store.vault.sign_in_secrets import SignInSecrets
from agent.visits.hooks import codes_for, hooks_for
from agent.visits.kinds.accept import credentials
from agent.visits.outcome import Conclusion
from agent.visits.plan import Plan
from agent.visits.shared.context import WorkerContext
from flows import (
    Act,
    Bounds,
    BrowserLostError,
    EarlierRotation,
    Enrolment,
    FlowHooks,
    NotOnError,
    Redactor,
    RotationErrand,
    Visit,
    ensure_signed_in,
    open_visit,
    rotate_authenticator,
    seed_forms,
)

log = structlog.get_logger(__name__)


async def rotate(visit: Visit, plan: Plan, context: WorkerContext, *, redactor: Redactor, bounds: Bounds) -> Conclusion:
    """Rotate and say what came of it; the account's state does not move.

    Raises:
        FlowError: the old authenticator is still in force.
    """
    rotating = _Rotating(plan=plan, context=context, redactor=redactor, visit=visit, bounds=bounds)
    await asyncio.to_thread(rotating.load)
    left = await rotate_authenticator(
        visit,
        host=plan.host,
        credentials=credentials(plan),
        hooks=rotating.hooks(),
        errand=rotating.errand(),
        bounds=bounds,
    )
    why = "a new authenticator is in force" + ("" if left is None else f"; the old one is still enrolled: {left}")
    log.info(events.TOTP_ROTATED, account=plan.account.id, visit=plan.visit_id, removed=left is None)
    await asyncio.to_thread(rotating.tell, why, left=left)
    return Conclusion(outcome="rotated" if left is None else "rotated_old_left", event=Event.INTERRUPTED, why=why)


@dataclass(slots=True, kw_only=True)
class _Rotating:
    """One visit's new seed."""

    plan: Plan
    context: WorkerContext
    redactor: Redactor
    visit: Visit
    bounds: Bounds
    _kept: PendingSeed | None = None
    _earlier: EarlierRotation | None = None
    _hooks: FlowHooks | None = None  # of the secrets in force

    def load(self) -> None:
        """Read how far an earlier rotation came."""
        mine = self.plan.account.id
        with reading(self.context.engine) as conn:
            known = old_authenticators.get(conn, mine)
            pending = drawn_secrets.load_pending(conn, self.context.vault, mine, errand=Errand.ROTATION)
        for each in pending:
            self.redactor.register_all(seed_forms(each.seed.get_secret_value()))
        if known is None or known.state is OldState.LEFT:
            return
        if known.state is OldState.TO_REMOVE:
            self._earlier = EarlierRotation(labels=known.labels)
        elif pending:
            self._kept = pending[0]
            self._earlier = EarlierRotation(labels=known.labels, seed=pending[0].seed)

    def errand(self) -> RotationErrand:
        """What the flow is given."""
        return RotationErrand(
            enrolment=Enrolment(keep_seed=self.keep_seed, code_of=self.code_of),
            listed=self._note_listed,
            proven=self.put_in_force,
            earlier=self._earlier,
        )

    async def _note_listed(self, labels: Sequence[str]) -> None:
        await asyncio.to_thread(self._write_listed, labels)

    def _write_listed(self, labels: Sequence[str]) -> None:
        with writing(self.context.engine) as conn:
            old_authenticators.note_listed(conn, self.plan.account.id, labels, now=self.context.clock.now())

    def hooks(self) -> FlowHooks:
        """An ordinary visit's codes, which follow the new seed once it is in force."""
        lent = hooks_for(self.plan, self.context, redactor=self.redactor)
        self._hooks = lent

        async def next_code() -> SecretStr:
            return await self._in_force().next_code()

        async def before_act(act: Act) -> None:
            await self._in_force().before_act(act)

        async def outcome(act: Act, word: str) -> None:
            await self._in_force().outcome(act, word)

        return replace(lent, next_code=next_code, before_act=before_act, outcome=outcome)

    def _in_force(self) -> FlowHooks:
        assert self._hooks is not None  # noqa: S101 - `hooks` came first
        return self._hooks

    async def keep_seed(self, seed: SecretStr) -> None:
        """Seal a seed that the page showed."""
        self._kept = await asyncio.to_thread(self._seal, seed)

    def _seal(self, seed: SecretStr) -> PendingSeed:
        with writing(self.context.engine) as conn:
            return drawn_secrets.keep_seed(
                conn,
                self.context.vault,
                self.plan.account.id,
                seed,
                errand=Errand.ROTATION,
                visit_id=self.plan.visit_id,
                now=self.context.clock.now(),
            )

    async def code_of(self, seed: SecretStr) -> SecretStr:
        """A fresh code of the new seed."""
        kept = self._kept
        assert kept is not None  # noqa: S101 - kept before
        parsed = parse_seed(seed.get_secret_value())
        return await codes_for(self.plan, self.context, parsed, kept.seed_id, redactor=self.redactor).next_code()

    async def put_in_force(self, seed: SecretStr) -> None:
        """Sign in with the new seed in a fresh context, then make it the account's."""
        browser = self.visit.context.browser
        if browser is None:
            raise BrowserLostError("expected a browser for a sign-in with the new authenticator, found none")
        lent = hooks_for(self.plan, self.context, redactor=self.redactor)

        asked = False

        async def next_code() -> SecretStr:
            nonlocal asked
            asked = True
            return await self.code_of(seed)

        async with open_visit(browser, options=self.context.pool.options, redactor=self.redactor) as fresh:
            await ensure_signed_in(
                fresh,
                host=self.plan.host,
                credentials=credentials(self.plan),
                hooks=replace(lent, next_code=next_code),
                bounds=self.bounds,
            )
        if not asked:
            raise NotOnError("expected the sign-in to ask for a code of the new authenticator, found that it did not")
        await asyncio.to_thread(self._settle, seed)
        self._hooks = hooks_for(self.plan, self.context, redactor=self.redactor)

    def _settle(self, seed: SecretStr) -> None:
        kept, mine = self._kept, self.plan.account.id
        assert kept is not None  # noqa: S101 - kept before
        given = SignInSecrets(password=self.plan.secrets.secrets.password, totp_secret=seed)
        with writing(self.context.engine) as conn:
            sign_in_secrets.save(conn, self.context.vault, mine, given, now=self.context.clock.now())
            drawn_secrets.settle_seeds(conn, mine, errand=Errand.ROTATION, in_force=kept.id)
            old_authenticators.note_in_force(conn, mine, now=self.context.clock.now())
            self.plan = replace(self.plan, secrets=sign_in_secrets.load(conn, self.context.vault, mine))

    def tell(self, why: str, *, left: str | None) -> None:
        """Write a line of history, and leave an old authenticator to a person.

        One that is still enrolled.
        """
        mine, now = self.plan.account.id, self.context.clock.now()
        with writing(self.context.engine) as conn:
            login_orders.told(conn, mine, why, now=now)
            if left is None:
                old_authenticators.forget(conn, mine)
            else:
                old_authenticators.note_left(conn, mine, left, now=now)
