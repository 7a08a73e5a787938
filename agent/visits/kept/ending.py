"""What a visit leaves that did not end well: evidence, recording, session."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import structlog

from agent.observe import events
from agent.visits.kept.pictured import write_story
from agent.visits.kept.recording import is_worth_recording, keep_recording
from agent.visits.kinds.audit import make_private
from agent.visits.plan import Plan
from agent.visits.shared.context import WorkerContext
from flows import (
    AuditReading,
    FlowError,
    Recorder,
    Redactor,
    Visit,
    capture,
    outcome_of,
)

log = structlog.get_logger(__name__)


_EVIDENCE_WITHIN = 6.0  # seconds


_RECORDING_WITHIN = 15.0


_SESSION_WITHIN = 3.0


async def keep_evidence(context: WorkerContext, plan: Plan, visit: Visit, redactor: Redactor, error: Exception) -> None:
    """Write down what the page shows; what that meets is only logged."""
    directory = context.evidence_dir(plan.account.id, plan.visit_id)
    try:
        make_private(directory)
        async with asyncio.timeout(_EVIDENCE_WITHIN):
            await capture(visit.page, directory, "failure", redactor, visit=visit, error=error)
    except Exception as err:  # noqa: BLE001 - what the visit met must not be overshadowed by what keeping it met
        log.warning(events.EVIDENCE_MISSED, account=plan.account.id, visit=plan.visit_id, error=type(err).__name__)


async def keep_visit_recording(
    context: WorkerContext, plan: Plan, recorder: Recorder, ended: Exception | AuditReading
) -> None:
    """Write down what the visit exchanged, unless we ended it."""
    if isinstance(ended, Exception) and not is_worth_recording(ended):
        return
    if recorder.visit.person_acted:  # what a person typed is in what the page sent
        return
    directory = context.evidence_dir(plan.account.id, plan.visit_id)
    try:
        make_private(directory)
        async with asyncio.timeout(_RECORDING_WITHIN):
            kept = await keep_recording(context, plan, recorder, directory, outcome=outcome_of(ended))
            if not isinstance(ended, Exception):
                write_story(recorder.visit, kept, directory, kind=plan.kind, outcome="incomplete")
    except Exception as err:  # noqa: BLE001 - as above
        log.warning(events.EVIDENCE_MISSED, account=plan.account.id, visit=plan.visit_id, error=type(err).__name__)


async def session_of(visit: Visit) -> dict[str, Any] | None:
    """The cookies as they are now; a browser that is gone has none."""
    try:
        async with asyncio.timeout(_SESSION_WITHIN):
            return await visit.storage_state()
    except (TimeoutError, FlowError):
        return None


def kept_in(directory: Path) -> tuple[Path, ...]:
    """What a directory of evidence holds, by name."""
    return tuple(sorted(directory.iterdir())) if directory.is_dir() else ()
