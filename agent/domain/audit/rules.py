"""The rules for one row: what is expected, and what its level means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from agent.domain.audit.findings import Finding, FindingKind, finding_id
from agent.domain.audit.level import Level, by_rank
from agent.domain.audit.reading import Row, Trouble
from agent.domain.policy.model import Policy, is_above

UNIVERSAL_ADMIN = "Universal Site Admin Access"
_TROUBLES = {
    Trouble.UNREAD: FindingKind.UNREAD,
    Trouble.UNKNOWN_LEVEL: FindingKind.UNKNOWN_LEVEL,
    Trouble.UNKNOWN_PERMISSION: FindingKind.UNKNOWN_PERMISSION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRow:
    """A row with what was expected of it.

    `expected` is None when the rule cannot tell.
    """

    row: Row
    expected: Level | None
    finding: Finding | None
    excepted_until: date | None = None

    @property
    def as_expected(self) -> bool:
        """Whether the row is read, and is what it should be."""
        return self.finding is None and self.row.level is not None


def judge_row(row: Row, policy: Policy, *, account: str, today: date) -> JudgedRow:
    """Judge one row; an exception excuses the level it names and no other."""
    expected = _expected(row, policy)
    exception = next(
        (
            item
            for item in policy.exceptions
            if item.level is row.level is not expected and item.applies_to(account, row, today=today)
        ),
        None,
    )
    if exception is not None:
        expected = exception.level
    kind = _kind(row, policy, expected)
    finding = None if kind is None else _finding(kind, row, expected, account=account)
    return JudgedRow(row=row, expected=expected, finding=finding, excepted_until=exception.ends if exception else None)


def _expected(row: Row, policy: Policy) -> Level | None:
    """What the rules ask of the row.

    None when the page does not show what is offered and no row on record says it.
    """
    if policy.is_none_row(row):
        return Level.NONE
    if row.offered:
        return policy.general(row.offered)
    if row.level is None:
        return None
    if row.level in (policy.preferred[0], Level.ADMIN):
        return policy.preferred[0]
    documented = policy.known_offer(row)
    if documented:
        return policy.general(documented)
    return policy.preferred[0] if row.level is Level.NONE else None


def _kind(row: Row, policy: Policy, expected: Level | None) -> FindingKind | None:
    if row.trouble is not None:
        return _TROUBLES[row.trouble]
    if row.level is None:
        return FindingKind.UNREAD
    if policy.is_none_row(row) and row.level is not expected:
        return FindingKind.MUST_BE_NONE
    if row.offered and row.level not in row.offered:
        return FindingKind.UNKNOWN_LEVEL
    if row.level is Level.ADMIN and expected is not Level.ADMIN:
        return FindingKind.EXCESS
    if expected is None:
        return FindingKind.UNKNOWN_PERMISSION
    if row.level is expected:
        return None
    return FindingKind.EXCESS if is_above(row.level, expected) else FindingKind.SHORTFALL


def _finding(kind: FindingKind, row: Row, expected: Level | None, *, account: str) -> Finding:
    return Finding(
        id=finding_id(account, kind, row.scope, row.section, row.permission, row.occurrence),
        kind=kind,
        scope=row.scope,
        section=row.section,
        permission=row.permission,
        occurrence=row.occurrence,
        expected=expected,
        actual=row.level,
        offered=by_rank(row.offered),
        remedy=_remedy(kind, row, expected),
        raw=row.raw,
    )


def _remedy(kind: FindingKind, row: Row, expected: Level | None) -> str:
    if kind is FindingKind.EXCESS and row.permission == UNIVERSAL_ADMIN:
        return f"Switch {UNIVERSAL_ADMIN} off; it overrides every row."
    place = f"{row.section} > {row.permission}"
    if row.occurrence > 1:
        place = f"{place} (number {row.occurrence} of that name)"
    if row.scope != "regional":
        place = f"{place} ({row.scope})"
    match kind:
        case FindingKind.EXCESS | FindingKind.SHORTFALL | FindingKind.MUST_BE_NONE:
            return f"Set {place} to {expected}."
        case FindingKind.UNKNOWN_LEVEL:
            return f"The level of {place} is not one we know{_quoted(row.raw)}: {row.detail or 'read it by hand'}."
        case FindingKind.UNKNOWN_PERMISSION:
            return (
                f"{place} is set to {row.level or 'an unknown level'}, but the page does not show what it offers; "
                "look at it by hand."
            )
        case FindingKind.UNREAD:
            return (
                f"{place} could not be read: {row.detail or 'no level is marked'}. Open the page and look at it by "
                "hand."
            )


def _quoted(raw: str) -> str:
    return f" ({raw!r})" if raw else ""
