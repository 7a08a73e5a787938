"""`/`: the fleet at a glance, and the list of accounts with its filters."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from agent.domain.authorization import State
from agent.store import fleet
from agent.store.console.overview import HOURS, overview, trend
from agent.store.inbox import folders
from agent.store.people import tasks
from agent.store.processes.alarms import TableBoard
from agent.web.console import render
from agent.web.console.entry.access import Visitor
from agent.web.console.machines import machines
from agent.web.http import cursors
from agent.web.http.problems import Problem, invalid

_PAGE = 100
_TALLEST = 40  # pixels of the trend
_WIDE = 10
_SOME = 5


def show(visit: Visitor) -> Response:
    """Render the fleet."""
    conn, now, query = visit.conn, visit.now, visit.request.query_params
    wanted = _filter(query.get("state", ""), query.get("q", ""), query.get("needs_person", ""))
    place = cursors.decode(visit.parts.web_key, "fleet", query.get("cursor") or None)
    found, last = fleet.page(conn, wanted, after=place, limit=_PAGE)
    kept = {name: value for name in ("state", "q", "needs_person") if (value := query.get(name))}
    more = None
    if last is not None:
        more = "/?" + urlencode({**kept, "cursor": cursors.encode(visit.parts.web_key, "fleet", last)})
    return render.page(
        visit,
        "pages/fleet.html.j2",
        {
            "overview": overview(conn, now=now),
            "states": list(State),
            "bars": _bars(trend(conn, now=now)),
            "hours": HOURS,
            "accounts": found,
            "more": more,
            "filters": kept,
            "alarms": TableBoard(visit.parts.engine).list_open()[:_SOME],
            "waiting": tasks.list_all(conn, now=now, limit=_SOME + 1),
            "some": _SOME,
            "machines": machines(visit),
            "folders": folders.list_all(conn),
        },
    )


def _filter(state: str, text: str, needs_person: str) -> fleet.Filter:
    try:
        return fleet.Filter(
            state=State(state) if state else None, text=text or None, needs_person=True if needs_person else None
        )
    except ValueError:
        raise _no_state() from None


def _no_state() -> Problem:
    return invalid(f"The state is none of {', '.join(State)}.")


def _bars(hours: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """Rectangles of the trend: complete upwards in full, failed on top of them."""
    top = max((complete + failed for complete, failed in hours), default=0) or 1
    return [
        {
            "x": number * _WIDE,
            "complete": round(_TALLEST * complete / top),
            "failed": round(_TALLEST * failed / top),
            "counts": (complete, failed),
        }
        for number, (complete, failed) in enumerate(hours)
    ]
