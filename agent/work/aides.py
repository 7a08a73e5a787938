"""What a visit lends its flow: codes, the permission to act, the journal of acts, the clock."""

from __future__ import annotations

import asyncio

from agent.domain.seed import parse_seed
from agent.store import acts
from agent.store.database import writing
from agent.work import budget
from agent.work.crew import Crew
from agent.work.leasing import require_held
from agent.work.one_time_codes import OneTimeCodes
from agent.work.visits.plan import Plan
from flows.models import Act, Aides
from flows.redact import Redactor


def aides_for(plan: Plan, crew: Crew, *, redactor: Redactor) -> Aides:
    """Build the callables of one visit."""
    codes = OneTimeCodes(
        engine=crew.engine,
        seed=parse_seed(plan.secrets.secrets.totp_secret.get_secret_value()),
        seed_id=plan.secrets.seed_id,
        visit_id=plan.visit_id,
        clock=crew.clock,
        limits=crew.settings.sign_in,
        register=redactor.register,
    )
    codes.load_skew()
    permits = _Permits(plan, crew)
    return Aides(
        next_code=codes.next_code,
        before_click=permits.before_click,
        outcome=permits.outcome,
        now=crew.clock.now,
        clock_seen=codes.clock_seen,
    )


class _Permits:
    """Permission before an act, its outcome after; both committed before the flow goes on."""

    def __init__(self, plan: Plan, crew: Crew) -> None:
        self._plan = plan
        self._crew = crew

    async def before_click(self, act: Act) -> None:
        await asyncio.to_thread(self._permit, act)

    async def outcome(self, act: Act, word: str) -> None:
        await asyncio.to_thread(self._conclude, act, word)

    def _permit(self, act: Act) -> None:
        crew, plan, now = self._crew, self._plan, self._crew.clock.now()
        with writing(crew.engine) as conn:
            require_held(conn, plan.held, now=now, length=crew.lease_length)
            budget.require(conn, plan.signs_in.id, act, limits=crew.settings.sign_in, now=now)
            acts.intend(conn, plan.signs_in.id, act, visit_id=plan.visit_id, now=now)

    def _conclude(self, act: Act, word: str) -> None:
        with writing(self._crew.engine) as conn:
            acts.conclude_last(conn, self._plan.signs_in.id, act, word, visit_id=self._plan.visit_id)
