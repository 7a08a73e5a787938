"""SARIF 2.1.0: a finding is a result, its place a logical location.

For code-scanning dashboards.
"""

from __future__ import annotations

from typing import Any, TextIO

from agent.domain.audit.document import AuditDocument, FindingDocument
from agent.printable import json_text
from agent.version import own_version

SCHEMA_URI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RULES = {
    "excess": "More is allowed than the policy expects",
    "shortfall": "Less is allowed than the policy expects",
    "must_be_none": "A permission that must be None is not",
    "unknown_permission": "A permission the policy cannot judge",
    "unknown_level": "A level that is not known",
    "unread": "A permission that could not be read",
    "incomplete": "The permissions could not all be read",
    "not_permitted": "The permissions page was refused",
}
_ERRORS = ("excess", "shortfall", "must_be_none")


class SarifReport:
    """Writes one run; results come one after another."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._separator = ""

    def begin(self) -> None:
        rules = [{"id": key, "shortDescription": {"text": text}} for key, text in RULES.items()]
        driver = {
            "name": "sc-agent",
            "version": own_version(),
            "informationUri": "https://developer-docs.amazon.com/sp-api",
            "rules": rules,
        }
        head = json_text({"$schema": SCHEMA_URI, "version": "2.1.0"})[:-1]
        self._out.write(
            f'{head}, "runs": [{{"tool": {json_text({"driver": driver})}, "columnKind": "unicodeCodePoints", '
            '"results": ['
        )

    def add(self, document: AuditDocument) -> None:
        for finding in document["findings"]:
            self._write(_result(document, finding))
        if document["verdict"] in ("incomplete", "not_permitted"):
            self._write(_whole(document))

    def end(self) -> None:
        self._out.write("\n]}]}\n")

    def _write(self, result: dict[str, Any]) -> None:
        self._out.write(f"{self._separator}\n{json_text(result)}")
        self._separator = ","


def _result(document: AuditDocument, finding: FindingDocument) -> dict[str, Any]:
    account = document["account"]
    parts = (account, finding["scope"], finding["section"], finding["permission"])
    actual, expected = finding["actual"] or "not read", finding["expected"] or "unknown"
    return {
        "ruleId": finding["kind"],
        "level": "error" if finding["kind"] in _ERRORS else "warning",
        "message": {
            "text": (
                f"{account}: {finding['section']} > {finding['permission']} is {actual}, expected {expected}. "
                f"{finding['remedy']}"
            )
        },
        "locations": [_place(parts)],
        "partialFingerprints": {"findingId/v1": finding["id"]},
        "properties": {
            "offered": finding["offered"],
            "userEmail": document["user_email"],
            "auditedAt": document["audited_at"],
        },
    }


def _whole(document: AuditDocument) -> dict[str, Any]:
    """The reading as a whole, where nothing may be concluded from it."""
    account, verdict = document["account"], document["verdict"]
    return {
        "ruleId": verdict,
        "level": "warning",
        "message": {"text": f"{account}: {RULES[verdict]}. {'; '.join(document['notes'])}".strip()},
        "locations": [_place((account,))],
        "partialFingerprints": {"findingId/v1": f"{account}/{verdict}"},
        "properties": {
            "userEmail": document["user_email"],
            "auditedAt": document["audited_at"],
            "gaps": document.get("gaps", []),
            **({"explained": document["explained"]} if "explained" in document else {}),
        },
    }


def _place(parts: tuple[str, ...]) -> dict[str, Any]:
    name = {"name": parts[-1], "fullyQualifiedName": " > ".join(parts), "kind": "resource"}
    return {"logicalLocations": [name]}
