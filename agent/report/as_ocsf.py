"""OCSF 1.3: a Compliance Finding (class 2003) for each finding, one a line.

An audit without findings, or that is incomplete, is one, too.

Source: the Open Cybersecurity Schema Framework's dictionary, version 1.3.0. What is not known is left out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, TextIO

from agent.domain.audit.document import AuditDocument, FindingDocument
from agent.printable import json_text
from agent.version import own_version

SCHEMA_VERSION = "1.3.0"
_CATEGORY, _CLASS, _CREATED = 2, 2003, 1
_SEVERITIES = {"excess": 4, "must_be_none": 4, "shortfall": 3}  # High, High, Medium
_UNREAD = 2  # Low: it could not be judged
_INFORMATIONAL = 1
_COMPLIANCE = {"pass": (1, "Pass"), "fail": (3, "Fail")}
_WARNING = (2, "Warning")


class OcsfReport:
    """Writes one line a finding."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def begin(self) -> None:
        """Lines need no head."""

    def add(self, document: AuditDocument) -> None:
        for finding in document["findings"]:
            self._write(_event(document, finding))
        if not document["findings"] or document["verdict"] in ("incomplete", "not_permitted"):
            self._write(_whole(document))

    def end(self) -> None:
        """Nor a foot."""

    def _write(self, event: dict[str, Any]) -> None:
        self._out.write(json_text(event) + "\n")


def _event(document: AuditDocument, finding: FindingDocument) -> dict[str, Any]:
    place = f"{finding['section']} > {finding['permission']}"
    actual, expected = finding["actual"] or "not read", finding["expected"] or "unknown"
    is_judged = finding["kind"] in _SEVERITIES
    return {
        **_frame(document, severity=_SEVERITIES.get(finding["kind"], _UNREAD)),
        "message": f"{document['account']}: {place} is {actual}, expected {expected}",
        "finding_info": {"uid": finding["id"], "title": place, "desc": finding["remedy"], "types": [finding["kind"]]},
        "compliance": _compliance(_COMPLIANCE["fail"] if is_judged else _WARNING, control=place),
        "remediation": {"desc": finding["remedy"]},
    }


def _whole(document: AuditDocument) -> dict[str, Any]:
    """An audit as one finding: everything is as expected, or it could not be read."""
    verdict = str(document.get("verdict", "not_read"))
    title = "Permissions of the user" if verdict == "pass" else f"The audit is {verdict.replace('_', ' ')}"
    return {
        **_frame(document, severity=_INFORMATIONAL if verdict == "pass" else _UNREAD),
        "message": f"{document['account']}: {verdict}",
        "finding_info": {"uid": f"{document['account']}:{document['audited_at']}", "title": title, "types": [verdict]},
        "compliance": _compliance(_COMPLIANCE.get(verdict, _WARNING), control="Permissions"),
        **({"status_detail": "; ".join(document["notes"])} if document["notes"] else {}),
    }


def _frame(document: AuditDocument, *, severity: int) -> dict[str, Any]:
    at = int(datetime.fromisoformat(document["audited_at"]).timestamp() * 1000)
    product = {"name": "secondary-user", "vendor_name": "ChannelAdvisor", "version": own_version()}
    return {
        "category_uid": _CATEGORY,
        "class_uid": _CLASS,
        "activity_id": _CREATED,
        "type_uid": _CLASS * 100 + _CREATED,
        "severity_id": severity,
        "time": at,
        "metadata": {"version": SCHEMA_VERSION, "product": product},
        "resources": [{"uid": document["account"], "type": "Seller Central account", "name": document["user_email"]}],
    }


def _compliance(status: tuple[int, str], *, control: str) -> dict[str, Any]:
    return {
        "status_id": status[0],
        "status": status[1],
        "control": control,
        "standards": ["ChannelAdvisor permissions"],
    }
