"""`/access`: people, sessions and API keys; ending sessions. Signing in and out."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.store.api import api_keys
from agent.store.console import operator_log, people, sessions
from agent.store.console.people import Role
from agent.store.database.engine import writing
from agent.web.console import render
from agent.web.console.entry import access
from agent.web.console.entry.access import Visitor
from agent.web.console.handle import Done, acts
from agent.web.http.admission import require_rate
from agent.web.http.problems import not_found
from agent.web.parts import WebParts

_LONGEST_TICKET = 100
_GUESS_COSTS = 20.0


def show(visit: Visitor) -> Response:
    """Render who may come in."""
    values = {
        "people": people.list_all(visit.conn),
        "sessions": sessions.list_all(visit.conn, now=visit.now),
        "keys": api_keys.list_all(visit.conn),
        "roles": list(Role),
    }
    return render.page(visit, "entry/access.html.j2", values)


async def sign_in(request: Request) -> Response:
    """Turn a ticket of `sc-agent console` into a session; each opens once."""
    return await run_in_threadpool(_sign_in, request)


def _sign_in(request: Request) -> Response:
    parts: WebParts = request.app.state.parts
    require_rate(parts, "console sign-in", cost=_GUESS_COSTS)
    ticket, now = request.query_params.get("ticket", "")[:_LONGEST_TICKET], parts.clock.now()
    source = request.client.host if request.client else "unknown"
    with writing(parts.engine) as conn:
        name = sessions.spend_ticket(conn, parts.web_key, ticket, now=now) if ticket else None
        person = people.find(conn, name) if name else None
        secret = sessions.start(conn, parts.web_key, person.name, source=source, now=now) if person else None
        if person is not None:
            told = {"act": "sign in", "subject": person.name, "reason": "with an address of sc-agent console"}
            operator_log.append(conn, person=person.name, source=source, now=now, **told)
    if secret is None:
        return render.signed_out(parts)
    response = RedirectResponse("/", 303, headers=render.HEADERS)
    access.set_cookie(response, parts.settings, secret)
    return response


def _end(visit: Visitor, form: Mapping[str, str]) -> Done:
    session_id = form.get("session", "")
    if session_id != visit.session.id:
        access.require_role(visit, Role.ADMIN)
    if not sessions.end(visit.conn, session_id):
        raise not_found("session")
    return Done(act="end session", subject=session_id, to="/access")


end_session = acts(_end, role=Role.VIEWER)
