"""From what a flow read to what the domain judges, and the judgement.

Levels, gaps and probes are the same values. A row's problem is parsed here, and what kind of page it was is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from agent.domain.audit.document import AuditDocument, RowDocument, document
from agent.domain.audit.judge import Audit, judge
from agent.domain.audit.memory import Confirmation, key_of, lost_rows, place_of, still_lost, without_lost
from agent.domain.audit.reading import Reading, Row, Source, Trouble
from agent.domain.policy.model import Policy
from flows import AuditReading, PermissionRow, drift_of

__all__ = ["JudgedAudit", "judge_reading", "reading_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedAudit:
    """A judged audit and its document (one element of the contract's `audits`)."""

    audit: Audit
    document: AuditDocument


def judge_reading(
    reading: AuditReading,
    policy: Policy,
    *,
    account: str,
    user_email: str,
    now: datetime,
    before: AuditDocument | None = None,
    confirmed: Confirmation | None = None,
    gone: Mapping[tuple[str, str, str, int], str] | None = None,
) -> JudgedAudit:
    """Judge what `flows.permissions.audit` read.

    `before` is the account's last complete audit: rows that it had and this one has not make it incomplete, unless a
    person says that they are gone; then `confirmed` says who and why. `gone`: rows that were said to be gone for every
    account, with who said so.

    `.audit.verdict` decides the state (decision 1); `.audit.all_none` is true when rows were read and every one is None
    (decision 2), `.audit.any_granted` when any row is above None.
    """
    read = reading_of(reading)
    all_lost, said = lost_rows(before, read), gone or {}
    lost = still_lost(all_lost, said)
    read = read if confirmed else without_lost(read, lost)
    audit = judge(read, policy, account=account, user_email=user_email, now=now)
    told = document(audit)
    told["lost_rows"] = [
        RowDocument(
            scope=row["scope"], section=row["section"], permission=row["permission"], occurrence=row["occurrence"]
        )
        for row in lost
    ]
    told["notes"] += [
        f"gone for every account, as confirmed by {said[key_of(row)]}: {place_of(row)}"
        for row in all_lost
        if key_of(row) in said
    ]
    if confirmed and lost:
        told["notes"] += [f"gone, as confirmed by {confirmed}: {place_of(row)}" for row in lost]
    return JudgedAudit(audit=audit, document=told)


def reading_of(reading: AuditReading) -> Reading:
    """Say in the domain's words what a flow read."""
    grid = reading.grid
    common = {
        "refusal": None if reading.refusal is None else reading.refusal.kind.value,
        "probes": reading.probes,
        "blocked": reading.blocked_requests,
        "evidence": reading.evidence,
    }
    if grid is None:
        gaps = () if reading.refusal else ("no permissions were found to read",)
        return Reading(source=Source.NONE, gaps=gaps, **common)  # type: ignore[arg-type]  # the values are as typed above
    return Reading(
        source=Source.OWN_VIEW if grid.own and not grid.editable else Source.GRID,
        layout=grid.layout,
        rows=tuple(_row(row) for row in grid.rows),
        editable=grid.editable,
        own=grid.own,
        complete=grid.complete,
        gaps=grid.gaps,
        named_gaps=grid.named_gaps,
        second_look_s=grid.second_look.total_seconds(),
        language=grid.language,
        subject=grid.subject,
        drift=drift_of(grid.layout, grid.shape),
        **common,  # type: ignore[arg-type]  # the values are as typed above
    )


def _row(row: PermissionRow) -> Row:
    trouble, detail = _trouble(row)
    return Row(
        scope=row.scope,
        section=row.section,
        permission=row.permission,
        occurrence=row.occurrence,
        legacy_id=row.legacy_id,
        offered=row.offered,
        level=None if trouble else row.level,
        raw=row.raw,
        trouble=trouble,
        detail=detail,
    )


def _trouble(row: PermissionRow) -> tuple[Trouble | None, str]:
    """A row's problem is written `code: sentence`.

    A code we do not know is simply unread.
    """
    if row.problem is None:
        return (Trouble.UNREAD, "no level is marked") if row.level is None else (None, "")
    code, _, detail = row.problem.partition(": ")
    if code in set(Trouble):
        return Trouble(code), detail
    return Trouble.UNREAD, row.problem
