"""`/webhooks`: endpoints, how they stand, their newest deliveries.

Replay and test.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from starlette.responses import Response

from agent.store.console.people import Role
from agent.store.webhooks import deliveries, endpoints
from agent.web.console import render
from agent.web.console.entry.access import Visitor
from agent.web.console.handle import Done, acts
from agent.web.http.problems import not_found

_SHOWN = 20
_MOST_DIGITS = 12


def show(visit: Visitor) -> Response:
    """Render every endpoint."""
    rows = [
        {
            "endpoint": one,
            "waiting": deliveries.count_waiting(visit.conn, one.id),
            "deliveries": deliveries.list_of(visit.conn, one.id, limit=_SHOWN),
        }
        for one in endpoints.list_all(visit.conn)
    ]
    return render.page(visit, "pages/webhooks.html.j2", {"rows": rows})


def _replay(visit: Visitor, form: Mapping[str, str]) -> Done:
    text = form.get("delivery", "")
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise not_found("delivery")
    deliveries.replay(visit.conn, int(text), now=visit.now)
    return Done(act="replay delivery", subject=text, to="/webhooks")


def _test(visit: Visitor, form: Mapping[str, str]) -> Done:
    endpoint = endpoints.get(visit.conn, form.get("endpoint", "").replace("\x00", ""))
    deliveries.ping(visit.conn, endpoint.id, now=visit.now, wait=timedelta())
    return Done(act="test endpoint", subject=endpoint.id, to="/webhooks")


replay = acts(_replay, role=Role.OPERATOR)
test = acts(_test, role=Role.OPERATOR)
