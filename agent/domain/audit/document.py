"""One audit as the contract's JSON element.

What is stored, and what every report is written from.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NotRequired, TypedDict

from agent.domain.audit.findings import Finding
from agent.domain.audit.judge import Audit, source_of
from agent.domain.audit.level import Level, by_rank
from agent.domain.audit.reading import Reading
from agent.domain.audit.rules import JudgedRow
from flows import PageGap, PageGapKind

SCHEMA = 1


class CountsDocument(TypedDict):
    """How many rows, and how many as they should be."""

    permissions: int
    as_expected: int
    findings: int


class FindingDocument(TypedDict):
    """One finding."""

    id: str
    kind: str
    scope: str
    section: str
    permission: str
    occurrence: int
    expected: str | None
    actual: str | None
    offered: list[str]
    remedy: str
    evidence: NotRequired[list[str]]
    no_picture: NotRequired[str]  # why there is none of the row


class PermissionDocument(TypedDict):
    """One row as read and judged."""

    scope: str
    section: str
    permission: str
    occurrence: int
    offered: list[str]
    expected: str | None
    actual: str | None
    as_expected: bool


class ProbeDocument(TypedDict):
    """One probed page."""

    path: str
    permission: str
    answer: str
    detail: str


class FeatureDocument(TypedDict):
    """One feature and whether it can be served."""

    name: str
    served: str
    because: str
    read: NotRequired[str | None]  # when its data was read last, by a visit of insights; None: never


class GapDocument(TypedDict):
    """What kept the reading from being whole."""

    kind: str
    words: str
    where: str
    picture: str | None


class PictureDocument(TypedDict):
    """One picture of a view of a page, each piece coloured by what claimed it.

    `counts`: pieces by kind of claim.
    """

    picture: str
    name: str
    alt: str
    counts: dict[str, int]


class MarkDocument(TypedDict):
    """A gap, or a row that could not be read, as it is numbered in the pictures.

    `next`: what a person may do. `box`: left, top, width, height in pixels of the page; None where it has no place.
    """

    number: int
    kind: str
    words: str
    where: str
    next: str
    picture: str | None
    box: list[int] | None


class ExplainedDocument(TypedDict):
    """What was drawn of an audit, as paths relative to the data directory.

    `legend`: what each kind of claim is called and how it is drawn. `page`: everything as one HTML file.
    `marks`: the gaps numbered as in `gaps`, then the unread rows. `why_not`: why
    nothing, or not everything, could be drawn.
    """

    legend: dict[str, str]
    pictures: list[PictureDocument]
    page: str | None
    marks: list[MarkDocument]
    why_not: str | None


class RowDocument(TypedDict):
    """The place of one row."""

    scope: str
    section: str
    permission: str
    occurrence: NotRequired[int]  # not in documents of 0.1


class AuditDocument(TypedDict):
    """One element of `audits`."""

    account: str
    user_email: str
    audited_at: str
    verdict: str
    source: str
    layout: str
    language: str
    counts: CountsDocument
    findings: list[FindingDocument]
    permissions: list[PermissionDocument]
    gaps: NotRequired[list[GapDocument]]  # not in documents of 0.1
    lost_rows: NotRequired[list[RowDocument]]
    second_look_s: NotRequired[float]
    explained: NotRequired[ExplainedDocument]  # where it was asked for, and where there are gaps
    policy: NotRequired[str]  # the version of the policy that judged it, as `sc-agent policy show` says it
    evidence: list[str]
    notes: list[str]
    probes: list[ProbeDocument]
    features: list[FeatureDocument]
    drift: str | None
    changes: NotRequired[dict[str, list[FindingDocument]] | None]
    error: NotRequired[str]


def document(audit: Audit) -> AuditDocument:
    """Write one audit as the contract has it."""
    return AuditDocument(
        account=audit.account,
        user_email=audit.user_email,
        audited_at=_instant(audit.audited_at),
        verdict=audit.verdict.value,
        source=source_of(audit.reading).value,
        layout=audit.reading.layout,
        language=audit.reading.language,
        counts=CountsDocument(
            permissions=len(audit.rows),
            as_expected=sum(judged.as_expected for judged in audit.rows),
            findings=len(audit.findings),
        ),
        findings=[_finding(finding) for finding in audit.findings],
        permissions=[_permission(judged) for judged in audit.rows],
        gaps=gaps_of(audit.reading),
        lost_rows=[],
        second_look_s=round(audit.reading.second_look_s, 1),
        evidence=list(audit.reading.evidence),
        notes=list(audit.notes),
        probes=[
            ProbeDocument(path=p.path, permission=p.permission, answer=p.answer.value, detail=p.detail)
            for p in audit.reading.probes
        ],
        features=[
            FeatureDocument(name=f.name, served=f.served.value, because=f.because, read=None) for f in audit.features
        ],
        drift=audit.reading.drift,
        policy=audit.policy,
    )


def gaps_of(reading: Reading) -> list[GapDocument]:
    """Every gap with its kind; one that was told as a sentence alone is `unexplained`."""
    named = reading.named_gaps or tuple(PageGap(kind=PageGapKind.UNEXPLAINED, words=words) for words in reading.gaps)
    return [
        GapDocument(
            kind="unexplained" if gap.kind is PageGapKind.DISAGREEMENT else gap.kind.value,
            words=gap.words,
            where=gap.where,
            picture=gap.picture,
        )
        for gap in named
    ]


def unread_document(*, account: str, user_email: str, now: datetime, reason: str) -> AuditDocument:
    """An account whose audit ended before anything was read."""
    return AuditDocument(
        account=account,
        user_email=user_email,
        audited_at=_instant(now),
        verdict="incomplete",
        source="none",
        layout="",
        language="",
        counts=CountsDocument(permissions=0, as_expected=0, findings=0),
        findings=[],
        permissions=[],
        gaps=[],
        lost_rows=[],
        second_look_s=0.0,
        evidence=[],
        notes=[reason],
        probes=[],
        features=[],
        drift=None,
        error=reason,
    )


def _finding(finding: Finding) -> FindingDocument:
    return FindingDocument(
        id=finding.id,
        kind=finding.kind.value,
        scope=finding.scope,
        section=finding.section,
        permission=finding.permission,
        occurrence=finding.occurrence,
        expected=_word(finding.expected),
        actual=_word(finding.actual),
        offered=_words(finding.offered),
        remedy=finding.remedy,
    )


def _permission(judged: JudgedRow) -> PermissionDocument:
    row = judged.row
    return PermissionDocument(
        scope=row.scope,
        section=row.section,
        permission=row.permission,
        occurrence=row.occurrence,
        offered=_words(row.offered),
        expected=_word(judged.expected),
        actual=_word(row.level),
        as_expected=judged.as_expected,
    )


def _word(level: Level | None) -> str | None:
    return None if level is None else level.value


def _words(levels: Iterable[Level]) -> list[str]:
    return [level.value for level in by_rank(levels)]


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
