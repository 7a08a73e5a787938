"""`/health`: workers, mailboxes, open alarms and what waits."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from agent.store.console.overview import overview
from agent.store.inbox import folders, messages
from agent.store.processes.alarms import TableBoard
from agent.web.console import render
from agent.web.console.entry.access import Visitor
from agent.web.console.machines import machines

_DAY = timedelta(days=1)


def show(visit: Visitor) -> Response:
    """Render the state of the machines."""
    conn, now = visit.conn, visit.now
    values = {
        "machines": machines(visit),
        "folders": folders.list_all(conn),
        "alarms": TableBoard(visit.parts.engine).list_open(),
        "mails": messages.count_by_verdict(conn, since=now - _DAY),
        "overview": overview(conn, now=now),
    }
    return render.page(visit, "pages/health.html.j2", values)
