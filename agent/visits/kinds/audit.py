"""The audit visit: the permissions of one user, read and judged.

Nothing is changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from agent.domain.account import Account
from agent.domain.audit.document import AuditDocument
from agent.domain.audit.findings import Finding
from agent.domain.audit.judge import Audit, Verdict
from agent.domain.audit.next_steps import next_step
from agent.domain.audit.rules import UNIVERSAL_ADMIN
from agent.domain.authorization import Event, State
from agent.domain.insights.proof import kept_reason
from agent.domain.policy.model import Policy
from agent.store.audits import last_complete_audit
from agent.store.database.engine import reading as store_reading
from agent.store.insights import features_read
from agent.store.people.lost_rows import RowKey, confirmed
from agent.store.transitions import Facts
from agent.visits.guards.vouched import is_vouched
from agent.visits.kinds.accept import credentials, seller_account
from agent.visits.kinds.audit_reading import JudgedAudit, judge_reading
from agent.visits.kinds.explained import keep_explanation, share_pictures
from agent.visits.outcome import Conclusion
from agent.visits.plan import Plan
from agent.visits.shared.context import WorkerContext
from flows import (
    AuditReading,
    Bounds,
    FlowHooks,
    Grid,
    PageGap,
    PageGapKind,
    PageReader,
    PermissionRow,
    Visit,
    audit_at_once,
    audit_permissions,
    capture_rows,
)

_INTERNAL = (Event.NOT_PERMITTED, Event.INCOMPLETE, Event.INCOMPLETE_TOO_OFTEN)
_NOBODY = (
    "nobody has said which merchant the account belongs to (merchant_unknown), so this may be another seller's "
    "page; give the merchant with the API authorization"
)
_NAMED_REMEDIES = 10  # in next_step; all of them are in reasons
_PICTURES = 40
_PICTURES_TIME = 30  # seconds for all of them


async def audit_by_itself(visit: Visit, plan: Plan, context: WorkerContext, *, bounds: Bounds) -> Conclusion | None:
    """The short way: open the page at once.

    It counts only where it proves user and account itself.

    None where it does not; the visit is used up then, and `audit` needs another one.
    """
    reading = await audit_at_once(
        visit,
        account=seller_account(plan),
        viewer=plan.signs_in.user_email,
        subject=plan.account.user_email,
        own=plan.own,
        bounds=bounds,
        may_pass=partial(_may_pass, plan.account, context),
    )
    return None if reading is None else await _concluded(visit, plan, context, reading)


async def audit(visit: Visit, plan: Plan, context: WorkerContext, *, hooks: FlowHooks, bounds: Bounds) -> Conclusion:
    """Read, judge and say what follows.

    Raises:
        FlowError: see `flows.permissions.audit`.
    """
    reading = await audit_permissions(
        visit,
        account=seller_account(plan),
        credentials=credentials(plan),
        hooks=hooks,
        subject=plan.account.user_email,
        own=plan.own,
        bounds=bounds,
        may_pass=partial(_may_pass, plan.account, context),
    )
    return await _concluded(visit, plan, context, reading)


def _may_pass(account: Account, context: WorkerContext, grid: Grid) -> bool:
    """Whether nothing that was read so far makes the audit fail.

    Then a whole page is looked at once more.
    """
    so_far = judge_reading(
        AuditReading(grid=grid),
        context.policy,
        account=account.id,
        user_email=account.user_email,
        now=context.clock.now(),
    )
    return so_far.audit.verdict is not Verdict.FAIL


async def _concluded(visit: Visit, plan: Plan, context: WorkerContext, reading: AuditReading) -> Conclusion:
    account = plan.account
    if not is_vouched(account, any_merchant=context.settings.accept_any_merchant):
        reading = of_nobody_known(reading)
    now = context.clock.now()
    before, proven, gone = await asyncio.to_thread(_known, context, account, reading.grid)

    def judged_by(policy: Policy) -> JudgedAudit:
        judged = judge_reading(
            reading,
            policy,
            account=account.id,
            user_email=account.user_email,
            now=now,
            before=before,
            confirmed=context.confirmed,
            gone=gone,
        )
        for feature in judged.document["features"]:
            feature["read"] = proven.get(feature["name"])
        return judged

    judged = judged_by(context.policy)
    shown = None if context.asked_policy in (None, context.policy) else judged_by(context.asked_policy).document
    directory = context.evidence_dir(account.id, plan.visit_id)
    await keep_pictures(visit, reading, judged.document, directory)
    names = frozenset({account.user_email.casefold(), plan.signs_in.user_email.casefold()})
    await keep_explanation(visit, reading, judged.document, directory, asked=context.explains, names=names)
    if shown is not None:
        share_pictures(judged.document, shown)
    event = event_of(judged.audit, plan, limit=context.settings.audit.incomplete_limit)
    return Conclusion(
        outcome=judged.audit.verdict,
        event=event,
        why=_why(judged.audit),
        facts=_facts(judged, event, plan),
        document=judged.document,
        shown=shown,
        session=await visit.storage_state(),
        unread=reading if judged.audit.verdict is Verdict.INCOMPLETE else None,
    )


def _known(
    context: WorkerContext, account: Account, grid: Grid | None
) -> tuple[AuditDocument | None, dict[str, str], dict[RowKey, str]]:
    """What an audit is compared with.

    The last complete audit, when each feature's data was read last, and the rows that are gone for every account.
    """
    with store_reading(context.engine) as conn:
        gone = {} if grid is None else confirmed(conn, marketplace=account.marketplace, layout=grid.layout)
        said = {key: f"{one.person} ({one.reason})" for key, one in gone.items()}
        return last_complete_audit(conn, account.id), features_read(conn, account.id), said


def of_nobody_known(reading: AuditReading) -> AuditReading:
    """Never pass a reading of an account whose merchant is not known."""
    grid = reading.grid
    return (
        reading
        if grid is None
        else replace(reading, grid=grid.short_of(PageGap(kind=PageGapKind.SUBJECT, words=_NOBODY)))
    )


def event_of(audit: Audit, plan: Plan, *, limit: int) -> Event:
    """The event a verdict stands for (decisions 1 and 2)."""
    never_granted = plan.account.granted_at is None
    if never_granted and (audit.all_none or audit.verdict is Verdict.NOT_PERMITTED):
        return Event.NOTHING_GRANTED
    match audit.verdict:
        case Verdict.PASS:
            return Event.PASS
        case Verdict.FAIL:
            return Event.FAIL
        case Verdict.NOT_PERMITTED:
            return Event.NOT_PERMITTED
        case Verdict.INCOMPLETE:
            return Event.INCOMPLETE_TOO_OFTEN if plan.account.incompletes + 1 >= limit else Event.INCOMPLETE


def _facts(judged: JudgedAudit, event: Event, plan: Plan) -> Facts:
    audit = judged.audit
    now = audit.audited_at
    told = event is Event.FAIL
    refused = kept_reason(plan.account.internal_reason) if event is Event.PASS else None
    return Facts(
        reasons=tuple(_sentence(finding) for finding in audit.findings) if told else (),
        next_step=_remedies(audit, plan) if told else None,
        internal_reason=_why(audit) if event in _INTERNAL else refused,
        failure_code=_failure_code(audit, event) or ("insights_refused" if refused else None),
        granted_at=now if audit.any_granted and plan.account.granted_at is None else None,
        last_complete_read_at=now if audit.reading.complete and audit.verdict in (Verdict.PASS, Verdict.FAIL) else None,
    )


def _failure_code(audit: Audit, event: Event) -> str | None:
    return None if event in (Event.PASS, Event.NOTHING_GRANTED) else f"audit_{audit.verdict}"


def _why(audit: Audit) -> str:
    detail = "; ".join(audit.notes[:3])
    return f"audit: {audit.verdict}, {len(audit.findings)} findings" + (f" ({detail})" if detail else "")


def _sentence(finding: Finding) -> str:
    scope = "" if finding.scope == "regional" else f" ({finding.scope})"
    actual = finding.actual or "not readable"
    expected = f", {finding.expected} was expected" if finding.expected else ""
    return f"{finding.section} > {finding.permission}{scope} is {actual}{expected}. {finding.remedy}".strip()


def _remedies(audit: Audit, plan: Plan) -> str:
    step = next_step(State.FAILED, user_email=plan.account.user_email)
    named = [finding.remedy for finding in audit.findings[:_NAMED_REMEDIES] if finding.remedy]
    return " ".join([step, *named])


async def keep_pictures(visit: Visit, reading: AuditReading, document: AuditDocument, directory: Path) -> None:
    """Save a picture of each row with a finding and name it in the document.

    A row that cannot be pictured costs nothing.
    """
    if reading.grid is None:
        _say_why_not(document, rows={}, whole=False)
        return
    pictured = [
        row for row in reading.grid.rows if row.permission != UNIVERSAL_ADMIN
    ]  # a switch, and no row to be looked for
    rows = {(r.scope, r.section, r.permission, r.occurrence): r for r in pictured}
    places = {
        (f["scope"], f["section"], f["permission"], f["occurrence"]): f["id"] for f in document["findings"][:_PICTURES]
    }
    wanted = {rows[place]: directory / f"{name}.png" for place, name in places.items() if place in rows}
    in_time = not wanted or await _take_pictures(visit, wanted, pages=reading.grid.pages, directory=directory)
    taken = {path.stem: str(Path("evidence", *path.parts[-3:])) for path in wanted.values() if path.exists()}
    for finding in document["findings"]:
        if finding["id"] in taken:
            finding["evidence"] = [taken[finding["id"]]]
            document["evidence"].append(taken[finding["id"]])
    _say_why_not(document, rows=rows, whole=in_time)


async def _take_pictures(
    visit: Visit, wanted: Mapping[PermissionRow, Path], *, pages: tuple[str, ...], directory: Path
) -> bool:
    """Picture rows; False when the time was over first."""
    make_private(directory)
    try:
        async with asyncio.timeout(_PICTURES_TIME):
            await capture_rows(PageReader.of(visit), wanted, pages=pages)
    except TimeoutError:
        return False
    return True


def _say_why_not(document: AuditDocument, *, rows: Mapping[tuple[str, str, str, int], object], whole: bool) -> None:
    """Say of each finding without a picture of its row why it has none."""
    for number, finding in enumerate(document["findings"]):
        if "evidence" in finding:
            continue
        if finding["permission"] == UNIVERSAL_ADMIN:
            why = "it is a switch above the rows, and no row"
        elif (finding["scope"], finding["section"], finding["permission"], finding["occurrence"]) not in rows:
            why = "the row is not on the page"
        elif number >= _PICTURES:
            why = f"only the first {_PICTURES} findings are pictured"
        else:
            why = "the row could not be brought to sight again" if whole else "the time for pictures was over"
        finding["no_picture"] = why


def make_private(directory: Path) -> None:
    """Make a directory that only we may enter."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
