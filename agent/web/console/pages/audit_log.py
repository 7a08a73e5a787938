"""`/audit-log`: who did what, from where.

The chain is verified at each look; export as JSON lines.
"""

from __future__ import annotations

import json

from starlette.responses import Response

from agent.store.console import operator_log
from agent.store.console.operator_log import LogEntry
from agent.web.console import render
from agent.web.console.entry.access import Visitor

_PAGE = 100
_EXPORTED = 100_000
_MOST_DIGITS = 12


def show(visit: Visitor) -> Response:
    """Render the newest entries."""
    before = _number(visit.request.query_params.get("before"))
    entries = operator_log.page(visit.conn, before=before, limit=_PAGE)
    values = {
        "entries": entries,
        "older": entries[-1].number if len(entries) == _PAGE else None,
        "broken": operator_log.first_broken(visit.conn),
    }
    return render.page(visit, "pages/audit_log.html.j2", values)


def export(visit: Visitor) -> Response:
    """Send every entry, the newest first, one JSON object a line."""
    entries = operator_log.page(visit.conn, before=None, limit=_EXPORTED)
    body = "".join(json.dumps(_document(entry), ensure_ascii=False) + "\n" for entry in entries)
    headers = {"Content-Disposition": 'attachment; filename="audit-log.jsonl"', "Cache-Control": "no-store"}
    return Response(body, media_type="application/x-ndjson", headers=headers)


def _document(entry: LogEntry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "person": entry.person,
        "source": entry.source,
        "act": entry.act,
        "subject": entry.subject,
        "reason": entry.reason,
        "previous": entry.previous,
        "digest": entry.digest,
    }


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
