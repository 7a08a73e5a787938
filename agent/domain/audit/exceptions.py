"""Exceptions that have outlived their use are findings of their own."""

from __future__ import annotations

from datetime import date

from agent.domain.audit.findings import Finding, FindingKind, finding_id
from agent.domain.audit.rules import JudgedRow
from agent.domain.policy.model import PolicyException


def judge_exceptions(
    exceptions: tuple[PolicyException, ...], rows: tuple[JudgedRow, ...], *, account: str, today: date, complete: bool
) -> list[Finding]:
    """Report expired, unused and over-wide exceptions.

    Unused is only known when everything was read.
    """
    found = []
    for item in exceptions:
        why = _what_is_wrong(item, rows, today=today, complete=complete)
        if why is not None:
            found.append(_finding(item, why, account=account))
    return found


def _what_is_wrong(item: PolicyException, rows: tuple[JudgedRow, ...], *, today: date, complete: bool) -> str | None:
    if item.is_too_wide:
        return "names more than one row of one account and was not applied; name the exact row"
    if item.ends < today:
        return f"ended on {item.ends.isoformat()} and was not applied; remove it, or renew it with a new end date"
    if complete and rows and not any(_uses(item, judged) for judged in rows):
        return "is not used: no such row differs from the general rule; remove it"
    return None


def _uses(item: PolicyException, judged: JudgedRow) -> bool:
    """Whether the row needs the exception.

    It is the one named, and holds the level excused.
    """
    return judged.excepted_until is not None and item.row.names(judged.row) and judged.row.level is item.level


def _finding(item: PolicyException, why: str, *, account: str) -> Finding:
    """A permanent exception that no row needs is an excess."""
    scope = item.scope or "regional"
    return Finding(
        id=finding_id(
            account,
            FindingKind.EXCESS,
            scope,
            item.row.section,
            item.row.permission,
            1,
            f"exception:{item.account}:{item.level}",
        ),
        kind=FindingKind.EXCESS,
        scope=scope,
        section=item.row.section,
        permission=item.row.permission,
        expected=None,
        actual=None,
        remedy=f"The policy's exception for {item.row.text} ({item.level}, owner {item.owner}) {why}.",
    )
