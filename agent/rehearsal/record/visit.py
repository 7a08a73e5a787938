"""The visit behind `sc-agent record`.

Leased, budgeted and journaled like any other, with a recorder beside it; it decides nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from agent.domain.policy.load import load_policy
from agent.rehearsal.record.flows_by_name import describe, run_flow
from agent.settings.model import Settings
from agent.store.database.handles import Engine
from agent.store.vault.keys import Vault
from agent.visits.hooks import hooks_for
from agent.visits.kept.recording import inputs_of, mail_of
from agent.visits.plan import Plan, VisitKind
from agent.visits.shared.command_context import command_context
from agent.visits.shared.context import WorkerContext
from agent.visits.watched import watched, watched_page
from flows import Recorder, find_volatile, recording_visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One visit as it went."""

    plan: Plan
    recorder: Recorder
    inputs: dict[str, Any]
    outcome: dict[str, Any]


async def record_visit(
    settings: Settings, *, engine: Engine, vault: Vault, account_id: str, flow: str, output: Path, twice: bool
) -> str:
    """Visit once or twice, write the first visit down, and say how it ended.

    The account's state does not follow from it: it is due again at once, and the daemon sees for itself what was
    reached.

    Raises:
        UnconfirmedError: the account is busy, blocked, or has nothing to accept.
        ConfigurationError: there is no browser.
    """
    async with command_context(
        settings, engine, vault, load_policy(settings.audit.policy_file), patient=True
    ) as context:
        first = await _visit(context, account_id, flow)
        second = await _visit(context, account_id, flow) if twice else None
    volatile = find_volatile(first.recorder.exchanges, second.recorder.exchanges) if second else ()
    await first.recorder.save(
        output,
        flow=flow,
        inputs=first.inputs,
        outcome=first.outcome,
        mail=mail_of(engine, vault, first.plan),
        version=version("secondary-user"),
        volatile=volatile,
    )
    return describe(first.outcome) + (f"; {len(volatile)} fields change by themselves" if twice else "")


async def _visit(context: WorkerContext, account_id: str, flow: str) -> Recorded:
    kind = VisitKind.ACCEPT if flow == "accept" else VisitKind.AUDIT
    return await watched(context, account_id, lambda plan: _browse(context, plan, flow), kind=kind)


async def _browse(context: WorkerContext, plan: Plan, flow: str) -> Recorded:
    inputs = inputs_of(plan, flow)
    async with (
        watched_page(context, plan) as visit,
        recording_visit(visit, now=context.clock.now, patient=True) as recorder,
    ):
        hooks = await asyncio.to_thread(hooks_for, plan, context, redactor=visit.redactor)
        outcome = await run_flow(flow, recorder.visit, inputs, hooks=hooks, bounds=context.bounds)
    return Recorded(plan=plan, recorder=recorder, inputs=inputs, outcome=outcome)
