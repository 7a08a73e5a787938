"""The judgement of one reading against the policy.

What is wrong, and what may be said about the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from agent.domain.audit.exceptions import judge_exceptions
from agent.domain.audit.features import ServedFeature, served_features
from agent.domain.audit.findings import Finding, FindingKind, finding_id
from agent.domain.audit.level import Level
from agent.domain.audit.reading import Reading, Row, Source
from agent.domain.audit.rules import JudgedRow, judge_row
from agent.domain.policy.model import Policy, RowName, WhenMissing
from flows import PageGapKind, PageProbe, ProbeAnswer

MARKETPLACE_FREE = frozenset({"regional", "global"})
USER_PERMISSIONS = RowName(section="Settings", permission="User Permissions", legacy_id="account_manager_role")


class Verdict(StrEnum):
    """The sum of one audit."""

    PASS = "pass"  # noqa: S105 - a verdict; every row was read and every row is as expected
    FAIL = "fail"  # something that was read is wrong, whatever else could not be read
    INCOMPLETE = "incomplete"  # something could not be read, and nothing that was read is wrong
    NOT_PERMITTED = "not_permitted"  # the site refused the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """One judged reading.

    `all_none`: rows were read and every one is None, which before the first grant means that the seller has not begun
    (decision 2).
    """

    account: str
    user_email: str
    audited_at: datetime
    verdict: Verdict
    reading: Reading
    findings: tuple[Finding, ...]
    rows: tuple[JudgedRow, ...]
    notes: tuple[str, ...] = ()
    features: tuple[ServedFeature, ...] = ()
    policy: str = ""  # the version of the policy that judged it

    @property
    def all_none(self) -> bool:
        """Whether rows were read and none of them is above None."""
        return bool(self.rows) and all(judged.row.level is Level.NONE for judged in self.rows)

    @property
    def any_granted(self) -> bool:
        """Whether any row is above None."""
        return any(judged.row.level not in (None, Level.NONE) for judged in self.rows)


def judge(reading: Reading, policy: Policy, *, account: str, user_email: str, now: datetime) -> Audit:
    """Judge one reading.

    Pure, and never `pass` for anything that was not read to its end.
    """
    today = now.date()
    rows = tuple(judge_row(row, policy, account=account, today=today) for row in reading.rows)
    findings = [finding for judged in rows if (finding := judged.finding) is not None]
    findings += _missing_none_rows(reading, policy, account=account)
    findings += _editable_own_grid(reading, findings, account=account)
    mine = tuple(item for item in policy.exceptions if item.account == account or item.is_too_wide)
    findings += judge_exceptions(mine, rows, account=account, today=today, complete=reading.complete)
    verdict = _verdict(reading, policy, user_email=user_email, rows=rows, findings=findings)
    return Audit(
        account=account,
        user_email=user_email,
        audited_at=now,
        verdict=verdict,
        reading=reading,
        findings=tuple(findings),
        rows=rows,
        notes=_notes(reading, policy, rows, user_email=user_email),
        features=served_features(
            policy, replace(reading, rows=()) if _may_be_anothers(reading, user_email) else reading
        ),
        policy=policy.version,
    )


def _verdict(
    reading: Reading, policy: Policy, *, user_email: str, rows: tuple[JudgedRow, ...], findings: list[Finding]
) -> Verdict:
    if reading.refusal is not None:
        return Verdict.PASS if _probes_pass(reading.probes, policy) and not reading.rows else Verdict.NOT_PERMITTED
    if _violates(reading, rows, user_email=user_email):
        return Verdict.FAIL
    if not _is_whole(reading, user_email=user_email) or any(not finding.kind.is_violation for finding in findings):
        return Verdict.INCOMPLETE
    return Verdict.FAIL if findings else Verdict.PASS


def _violates(reading: Reading, rows: tuple[JudgedRow, ...], *, user_email: str) -> bool:
    """Whether a violation was read in a row proven to be the subject's.

    That stands, whatever else was not read.
    """
    doubtful = {PageGapKind.SUBJECT, PageGapKind.DISAGREEMENT}
    if _may_be_anothers(reading, user_email) or any(gap.kind in doubtful for gap in reading.named_gaps):
        return False
    return any(judged.finding is not None and judged.finding.kind.is_violation for judged in rows)


def _is_whole(reading: Reading, *, user_email: str) -> bool:
    """Whether the reading may carry a verdict at all.

    Complete, with rows, and of the right user.
    """
    return reading.complete and bool(reading.rows) and not reading.gaps and not _may_be_anothers(reading, user_email)


def _may_be_anothers(reading: Reading, user_email: str) -> bool:
    """Whether the rows are another user's, or may be another user's."""
    if reading.subject is None:
        return not reading.own
    return reading.subject.casefold() != user_email.casefold()


def _probes_pass(probes: tuple[PageProbe, ...], policy: Policy) -> bool:
    return policy.probes_enough and bool(probes) and all(probe.answer is ProbeAnswer.REACHED for probe in probes)


def _missing_none_rows(reading: Reading, policy: Policy, *, account: str) -> list[Finding]:
    """A must-be-None row that is not on a page that was read.

    Once a marketplace where rights go by marketplace.
    """
    if not reading.rows or policy.when_missing is WhenMissing.ACCEPT:
        return []
    kind = FindingKind.UNREAD if policy.when_missing is WhenMissing.INCOMPLETE else FindingKind.MUST_BE_NONE
    return [
        Finding(
            id=finding_id(account, kind, scope, name.section, name.permission, 1),
            kind=kind,
            scope=scope,
            section=name.section,
            permission=name.permission,
            expected=Level.NONE,
            remedy=f"{name.text} is not on the page, so it could not be confirmed as None. Check it on the User "
            "Permissions page by hand.",
        )
        for name in policy.must_be_none
        for scope in _scopes_that_need(name, reading.rows)
        if not any(row.scope == scope and name.names(row) for row in reading.rows)
    ]


def _scopes_that_need(name: RowName, rows: tuple[Row, ...]) -> tuple[str, ...]:
    """Every marketplace of the page for a row for all, else the regional page."""
    scopes = tuple(dict.fromkeys(row.scope for row in rows))
    marketplaces = tuple(scope for scope in scopes if scope not in MARKETPLACE_FREE)
    if not marketplaces:
        return () if any(name.names(row) for row in rows) else ("regional",)
    return () if any(row.scope in MARKETPLACE_FREE and name.names(row) for row in rows) else marketplaces


def _editable_own_grid(reading: Reading, findings: list[Finding], *, account: str) -> list[Finding]:
    """Rows that say less than the user holds.

    Who can change the own rights holds User Permissions, whatever the row says (decision 1).
    """
    if not (reading.own and reading.editable):
        return []
    if any(
        finding.kind is FindingKind.MUST_BE_NONE and finding.permission == USER_PERMISSIONS.permission
        for finding in findings
    ):
        return []
    return [
        Finding(
            id=finding_id(
                account,
                FindingKind.MUST_BE_NONE,
                "regional",
                USER_PERMISSIONS.section,
                USER_PERMISSIONS.permission,
                1,
                "editable",
            ),
            kind=FindingKind.MUST_BE_NONE,
            scope="regional",
            section=USER_PERMISSIONS.section,
            permission=USER_PERMISSIONS.permission,
            expected=Level.NONE,
            actual=Level.EDIT,
            remedy="The user can change its own permissions on the User Permissions page. Set Settings > User "
            "Permissions to None.",
        )
    ]


def _notes(reading: Reading, policy: Policy, rows: tuple[JudgedRow, ...], *, user_email: str) -> tuple[str, ...]:
    notes = [f"not read: {gap}" for gap in reading.gaps]
    if reading.refusal is not None:
        notes.append(
            f"the site refused the User Permissions page ({reading.refusal}); this proves that User "
            "Permissions is None, nothing else"
        )
    if reading.subject is not None and reading.subject.casefold() != user_email.casefold():
        notes.append(f"the page names another user than {user_email}")
    elif reading.subject is None and not reading.own and reading.rows:
        notes.append("the page does not say whose permissions it shows")
    if reading.rows and policy.when_missing is WhenMissing.ACCEPT:
        seen = reading.rows
        notes += [
            f"{name.text} is not on the page; the policy takes that for None"
            for name in policy.must_be_none
            if not _is_on(name, seen)
        ]
    notes += [
        f"new permission: {_title(judged.row)}"
        for judged in rows
        if not policy.is_known(judged.row) and judged.as_expected
    ]
    notes += [
        f"excepted until {judged.excepted_until}: {_title(judged.row)}" for judged in rows if judged.excepted_until
    ]
    notes += [f"stopped by the read-only guard: {request}" for request in reading.blocked]
    return tuple(notes)


def _is_on(name: RowName, rows: tuple[Row, ...]) -> bool:
    return any(name.names(row) for row in rows)


def _title(row: Row) -> str:
    again = f" ({row.occurrence})" if row.occurrence > 1 else ""
    return f"{row.scope} / {row.section} > {row.permission}{again}"


def source_of(reading: Reading) -> Source:
    """Where the verdict rests."""
    if reading.rows:
        return reading.source
    return Source.PROBE if reading.probes else Source.NONE
