"""What is new, changed and resolved between two audits of one account."""

from __future__ import annotations

from typing import TypedDict

from agent.domain.audit.document import AuditDocument, FindingDocument


def changes_since(before: AuditDocument | None, now: AuditDocument) -> dict[str, list[FindingDocument]]:
    """Compare findings by place.

    New ones, those whose kind or levels differ, and those that are gone.

    A finding is resolved only where the new audit read its row (or everything); what was not read again is no news.
    """
    old = {_place(finding): finding for finding in (before["findings"] if before else [])}
    new = {_place(finding): finding for finding in now["findings"]}
    read = {_place(row) for row in now["permissions"]}
    settled = now["verdict"] in ("pass", "fail")
    return {
        "new": [finding for place, finding in new.items() if place not in old],
        "changed": [finding for place, finding in new.items() if place in old and _what(old[place]) != _what(finding)],
        "resolved": [finding for place, finding in old.items() if place not in new and (settled or place in read)],
    }


class MovedRow(TypedDict):
    """A row that reads otherwise than in the audit before.

    None: it was not there, or could not be read.
    """

    scope: str
    section: str
    permission: str
    before: str | None
    now: str | None


def moved_rows(before: AuditDocument, now: AuditDocument) -> list[MovedRow]:
    """Every row whose level differs between two audits, findings or not.

    In the order of the newer page.
    """
    old = {_place(row): row["actual"] for row in before["permissions"]}
    new = {_place(row): row["actual"] for row in now["permissions"]}
    return [
        MovedRow(scope=place[0], section=place[1], permission=place[2], before=old.get(place), now=new.get(place))
        for place in dict.fromkeys([*new, *old])
        if old.get(place) != new.get(place) or (place in old) != (place in new)
    ]


def tell_changes(before: AuditDocument | None, now: AuditDocument) -> None:
    """Write into the document what changed since the audit before.

    What was not read through is not compared.

    `changes` is null then: of rows that were not read, neither "resolved" nor "nothing new" may be said.
    """
    if now["verdict"] not in ("pass", "fail"):
        since = f" with the audit of {before['audited_at']}" if before else ""
        read = "not everything was read" if now["permissions"] else "nothing was read"
        now["changes"] = None
        now["notes"].append(f"cannot be compared{since}: {read}")
        return
    now["changes"] = changes = changes_since(before, now)
    now["notes"] += told_of(before, changes)
    now["notes"] += [f"no longer on the page: {row}" for row in vanished_rows(before, now)]


def told_of(before: AuditDocument | None, changes: dict[str, list[FindingDocument]]) -> list[str]:
    """What a list of changes does not say by itself.

    That there is none, or nothing to compare with.
    """
    if before is None:
        return ["there is no audit before this one: every finding counts as new"]
    return (
        [] if any(changes.values()) else [f"nothing new, changed or resolved since the audit of {before['audited_at']}"]
    )


def vanished_rows(before: AuditDocument | None, now: AuditDocument) -> list[str]:
    """Rows that the audit before read and this one did not, though it read to the end."""
    if before is None or now["verdict"] not in ("pass", "fail"):
        return []
    here = {_place(row) for row in now["permissions"]}
    return [f"{row['section']} > {row['permission']}" for row in before["permissions"] if _place(row) not in here]


def _place(item: object) -> tuple[str, str, str, int]:
    assert isinstance(item, dict)  # noqa: S101 - a TypedDict of the document
    return (item["scope"], item["section"], item["permission"], item.get("occurrence", 1))


def _what(finding: FindingDocument) -> tuple[str, str | None, str | None]:
    return (finding["kind"], finding["expected"], finding["actual"])
