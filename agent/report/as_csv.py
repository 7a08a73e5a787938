"""One line a permission, with the findings beside it; for spreadsheets."""

from __future__ import annotations

from typing import TextIO

from agent.domain.audit.document import AuditDocument, FindingDocument
from agent.table_file import TableFile

COLUMNS = (
    "account", "user_email", "audited_at", "verdict", "source", "layout", "scope", "section", "permission",
    "occurrence", "offered",
    "expected", "actual", "as_expected", "finding", "finding_id", "remedy",
)  # fmt: skip


class CsvReport:
    """Writes a line for each permission and each finding about no row.

    An audit without either has one line, too.
    """

    def __init__(self, out: TextIO) -> None:
        self._table = TableFile(out)

    def begin(self) -> None:
        self._table.row(COLUMNS)

    def add(self, document: AuditDocument) -> None:
        head = [document[key] for key in ("account", "user_email", "audited_at", "verdict", "source", "layout")]
        findings = {_key(finding): finding for finding in document["findings"]}
        for row in document["permissions"]:
            place = [row["scope"], row["section"], row["permission"], row["occurrence"], " | ".join(row["offered"])]
            self._write(
                [
                    *head,
                    *place,
                    row["expected"],
                    row["actual"],
                    row["as_expected"],
                    *_said(findings.pop(_key(row), None)),
                ]
            )
        for finding in findings.values():
            place = [
                finding["scope"],
                finding["section"],
                finding["permission"],
                finding["occurrence"],
                " | ".join(finding["offered"]),
            ]
            self._write([*head, *place, finding["expected"], finding["actual"], False, *_said(finding)])
        if not document["permissions"] and not document["findings"]:
            self._write([*head, *[""] * 10, "; ".join(document["notes"])])

    def end(self) -> None:
        """Nothing stands after the last line."""

    def _write(self, cells: list[object]) -> None:
        self._table.row(_word(cell) for cell in cells)


def _key(item: object) -> tuple[object, ...]:
    assert isinstance(item, dict)  # noqa: S101 - a TypedDict of the document
    return (item["scope"], item["section"], item["permission"], item["occurrence"])


def _said(finding: FindingDocument | None) -> list[str]:
    return ["", "", ""] if finding is None else [finding["kind"], finding["id"], finding["remedy"]]


def _word(value: object) -> object:
    return ("yes" if value else "no") if isinstance(value, bool) else value
