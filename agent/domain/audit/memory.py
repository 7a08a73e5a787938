"""What the last complete reading had and this one has not.

A row that is gone makes the audit incomplete, until a person says that it is gone for good.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

from agent.domain.audit.document import AuditDocument, PermissionDocument
from agent.domain.audit.reading import Reading
from flows import PageGap, PageGapKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A person's word that lost rows are gone.

    They were in the last complete audit. `fleet`: for every account of this
    marketplace, on pages of this layout.
    """

    person: str
    reason: str
    source: str  # where it was said
    fleet: bool = False

    def __str__(self) -> str:
        """Who and why."""
        return f"{self.person} ({self.reason})"


def is_complete(document: AuditDocument) -> bool:
    """Whether a stored audit read everything; one of 0.1 says so by its verdict alone."""
    return document["verdict"] in ("pass", "fail") and bool(document["permissions"]) and not document.get("gaps")


def lost_rows(before: AuditDocument | None, reading: Reading) -> tuple[PermissionDocument, ...]:
    """The rows of the last complete reading that this one no longer shows.

    Compared by scope, section, name and occurrence.

    Where the page speaks another language than before, names prove nothing: only a scope with fewer rows has lost some.
    """
    if before is None or not reading.complete or not reading.rows:
        return ()
    here = {row.key for row in reading.rows}
    gone = tuple(row for row in before["permissions"] if key_of(row) not in here)
    if before["language"] == reading.language:
        return gone
    had, has = (
        Counter(scopes)
        for scopes in ((row["scope"] for row in before["permissions"]), (row.scope for row in reading.rows))
    )
    return tuple(row for row in gone if has[row["scope"]] < had[row["scope"]])


def still_lost(
    lost: tuple[PermissionDocument, ...], gone: Collection[tuple[str, str, str, int]]
) -> tuple[PermissionDocument, ...]:
    """The lost rows that are not recorded as gone for every account."""
    return tuple(row for row in lost if key_of(row) not in gone)


def without_lost(reading: Reading, lost: tuple[PermissionDocument, ...]) -> Reading:
    """The same reading, not complete for want of these rows."""
    if not lost:
        return reading
    gaps = tuple(PageGap(kind=PageGapKind.LOST_ROW, words=place_of(row), where=row["scope"]) for row in lost)
    return replace(
        reading,
        complete=False,
        gaps=(*reading.gaps, f"{len(lost)} rows of the last complete reading are gone ({place_of(lost[0])})"),
        named_gaps=(*reading.named_gaps, *gaps),
    )


def place_of(row: PermissionDocument) -> str:
    """A row's place for people."""
    return f"{row['section']} > {row['permission']}"


def words_of_lost(document: AuditDocument, *, marketplace: str | None) -> str:
    """What the log says of lost rows that were confirmed.

    With `marketplace` for all of its accounts.
    """
    named = "; ".join(
        f"{row['section']} > {row['permission']} ({row['scope']})" for row in document.get("lost_rows", ())
    )
    whose = f" of every {marketplace} account, {document['layout']}" if marketplace else ""
    return f"confirm lost rows{whose}: {named}"[:1000]


def key_of(row: PermissionDocument) -> tuple[str, str, str, int]:
    return (row["scope"], row["section"], row["permission"], row["occurrence"])
