"""`/search`: one field for accounts, mails, visits, failure codes and events."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from agent.store import fleet
from agent.store.inbox import messages
from agent.store.outbox.read import find_event
from agent.store.visits import find_account_of
from agent.web.console import render, runbook
from agent.web.console.entry.access import Visitor

_MOST = 50
_LONGEST = 200


def show(visit: Visitor) -> Response:
    """Render what was found; one account with exactly this id is opened at once."""
    text = visit.request.query_params.get("q", "").strip()[:_LONGEST].replace("\x00", "")
    found = fleet.page(visit.conn, fleet.Filter(text=text), after=None, limit=_MOST)[0] if text else []
    if len(found) == 1 and found[0].id == text:
        return RedirectResponse(f"/accounts/{found[0].id}", 303)
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
    values = {
        "q": text,
        "accounts": found,
        "message": messages.get(visit.conn, number) if number is not None else None,
        "visit_account": find_account_of(visit.conn, text) if text else None,
        "event": find_event(visit.conn, text) if text.startswith("evt_") else None,
        "runbook": runbook.paragraphs(text),
        "by_code": fleet.with_failure(visit.conn, text, limit=_MOST) if text else [],
    }
    return render.page(visit, "pages/search.html.j2", values)
