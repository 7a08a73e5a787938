"""`/drafts`: what people showed the agent, adopted or taken back by an admin."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from agent.store.console.people import Role
from agent.store.people import adopted, drafts
from agent.store.people.drafts import DraftState
from agent.web.console import render
from agent.web.console.entry.access import Visitor
from agent.web.console.handle import Done, acts
from agent.web.http.problems import not_found

_MOST_DIGITS = 9


def list_(visit: Visitor) -> Response:
    """Render every draft, those that are offered first, and what is adopted."""
    from agent.visits.shared.adopted_catalogue import overlaid

    rows = drafts.list_all(visit.conn)
    taken = adopted.list_all(visit.conn)
    unused = dict(overlaid(visit.parts.engine).refused) if taken else {}
    values = {
        "offered": [row for row in rows if row.state is DraftState.OFFERED],
        "refused": [row for row in rows if row.state is DraftState.REFUSED],
        "adopted": taken,
        "unused": unused,
    }
    return render.page(visit, "pages/drafts.html.j2", values)


def show(visit: Visitor) -> Response:
    """Render one draft: its picture, what was pressed, what came next, the file."""
    number = _number(visit)
    row = drafts.get(visit.conn, number)
    _page, picture = drafts.page_of(visit.conn, number)
    return render.page(visit, "pages/draft.html.j2", {"draft": row, "has_picture": picture is not None})


def picture_of(visit: Visitor) -> Response:
    """Send a draft's picture; it was masked when it was made."""
    number = _number(visit)
    drafts.get(visit.conn, number)
    _page, picture = drafts.page_of(visit.conn, number)
    if picture is None:
        raise not_found("picture")
    headers = {"Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "no-store"}
    return Response(picture, media_type="image/png", headers=headers)


def _check(visit: Visitor, _form: Mapping[str, str]) -> None:
    """Hold the draft against every recorded page, in a browser of its own."""
    from agent.actions import adoption

    adoption.check(visit.parts.engine, visit.parts.settings, _number(visit))


def _adopt(visit: Visitor, form: Mapping[str, str]) -> Done:
    from agent.actions import adoption

    draft = adoption.require_offered(visit.conn, _number(visit))
    checked = adoption.Checked(draft=draft, looked_at=0, unknown=())
    reason = form["reason"].strip()
    name = adoption.adopt(visit.conn, checked, person=visit.person.name, reason=reason, now=visit.now)
    return Done(act=f"adopt {draft.kind}", subject=name, to="/drafts")


def _withdraw(visit: Visitor, form: Mapping[str, str]) -> Done:
    from agent.actions import adoption

    row = adoption.withdraw(visit.conn, form.get("name", "").replace("\x00", ""))
    return Done(act=f"withdraw {row.kind}", subject=row.name, to="/drafts")


def _number(visit: Visitor) -> int:
    text = str(visit.request.path_params["number"])
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise not_found("draft")
    return int(text)


adopt = acts(_adopt, role=Role.ADMIN, first=_check)
withdraw = acts(_withdraw, role=Role.ADMIN)
