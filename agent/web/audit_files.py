"""One audit as a file, in each format of the contract that has a media type."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from starlette.responses import Response

from agent.domain.audit.document import AuditDocument
from agent.report.writer import Format, open_report

TYPES = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8",
    Format.SARIF: "application/sarif+json",
    Format.HTML: "text/html; charset=utf-8",
    Format.JUNIT: "application/xml",
    Format.OCSF: "application/x-ndjson",
}
SEALED = {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"}
_MOST_DIGITS = 9


def parse_name(name: str) -> tuple[int, Format] | None:
    """Read `{number}.{format}`; None for anything else."""
    number, _, kind = name.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS) or kind not in set(TYPES):
        return None
    return int(number), Format(kind)


def audit_file(document: AuditDocument, kind: Format, *, evidence: Path) -> Response:
    """Write it; a page is sealed, so that nothing in it runs."""
    out = StringIO()
    report = open_report(kind, out, evidence=evidence)
    report.begin()
    report.add(document)
    report.end()
    return Response(out.getvalue(), media_type=TYPES[kind], headers=SEALED if kind is Format.HTML else {})
