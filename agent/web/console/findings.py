"""`/accounts/{id}/findings`.

Every permission expected and read, and what differs from another audit.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from starlette.responses import Response

from agent.domain.audit.changes import changes_since
from agent.domain.audit.document import AuditDocument
from agent.store import accounts, audits
from agent.web.console import render
from agent.web.console.access import Visitor
from agent.web.problems import not_found

FORMATS = ("json", "csv", "html", "sarif", "junit", "ocsf")
_MOST_DIGITS = 9


def show(visit: Visitor) -> Response:
    """Render the matrix of one audit, by default the newest."""
    account = accounts.get(visit.conn, str(visit.request.path_params["account"]))
    query = visit.request.query_params
    number = _number(query.get("audit")) or audits.newest_number(visit.conn, account.id)
    document = None if number is None else audits.audit_by_number(visit.conn, account.id, number)
    if number is not None and document is None:
        raise not_found("audit")
    against = _number(query.get("against"))
    other = None if against is None else audits.audit_by_number(visit.conn, account.id, against)
    changes = changes_since(other, document) if other is not None and document is not None else None
    values = {
        "account": account,
        "number": number,
        "audit": document,
        "sections": _sections(document),
        "changes": changes,
        "against": against,
        "listed": audits.list_numbers(visit.conn, account.id, limit=20),
        "formats": FORMATS,
    }
    return render.page(visit, "findings.html.j2", values)


def _sections(document: AuditDocument | None) -> list[tuple[str, list[dict[str, Any]]]]:
    """Rows by scope and section, those with a finding first."""
    if document is None:
        return []
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in document["permissions"]:
        found[f"{row['section']} ({row['scope']})"].append(dict(row))
    for rows in found.values():
        rows.sort(key=lambda row: (bool(row["as_expected"]), str(row["permission"])))
    return sorted(found.items(), key=lambda item: (all(row["as_expected"] for row in item[1]), item[0]))


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise not_found("audit")
    return int(text)
