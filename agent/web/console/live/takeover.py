"""`/takeover/{id}`: asking for an account's page, claiming it, the live page."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent.actions import takeovers as actions
from agent.actions.takeovers import NotOfferedError
from agent.domain.account import Account
from agent.domain.takeover import TakeoverState
from agent.store import accounts
from agent.store.accounts import UnknownAccountError
from agent.store.console.people import Role
from agent.store.database.engine import writing
from agent.store.people import line_tickets, takeovers
from agent.store.people.line_tickets import LinePurpose
from agent.store.people.takeovers import Takeover
from agent.web.console import render
from agent.web.console.entry.access import NobodySignedInError, Visitor, require_own_form, require_role, visitor
from agent.web.console.handle import Done, acts, form_of
from agent.web.http.problems import Code, Problem, not_found
from agent.web.parts import WebParts

_PAST = 10
_ID = re.compile(r"[0-9a-f]{32}")


def show(visit: Visitor) -> Response:
    """Render the account's take-over, or how to begin one."""
    account, open_one = _subject(visit)
    newest = takeovers.newest_of(visit.conn, account.id)
    mine = open_one is not None and open_one.state is TakeoverState.CLAIMED and open_one.person == visit.person.name
    values = {
        "account": account,
        "takeover": open_one,
        "goes_on": open_one is None and newest is not None and newest.state is TakeoverState.RETURNED,
        "is_mine": mine,
        "may_claim": visit.may(Role.DRIVER),
        "refusal": None if open_one else actions.refusal(visit.conn, account, settings=visit.parts.settings),
        "past": takeovers.list_of(visit.conn, account.id, limit=_PAST),
    }
    return render.page(visit, "live/takeover.html.j2", values)


def _subject(visit: Visitor) -> tuple[Account, Takeover | None]:
    """The account of the address, and what is open for it.

    The address may name a take-over, too.
    """
    given = str(visit.request.path_params["id"])
    try:
        account = accounts.get(visit.conn, given)
    except UnknownAccountError:
        named = takeovers.find(visit.conn, given) if _ID.fullmatch(given) else None
        if named is None:
            raise
        account = accounts.get(visit.conn, named.account_id)
    newest = takeovers.newest_of(visit.conn, account.id)
    return account, newest if newest is not None and newest.is_open else None


def _ask(visit: Visitor, form: Mapping[str, str]) -> Done:
    account, _ = _subject(visit)
    try:
        actions.ask(
            visit.conn,
            account.id,
            settings=visit.parts.settings,
            person=visit.person.name,
            reason=form["reason"].strip(),
            now=visit.now,
        )
    except NotOfferedError as err:
        raise Problem(409, Code.NEEDS_PERSON, str(err)) from err
    return Done(act="take over", subject=account.id, to=f"/takeover/{account.id}", wake=True)


def _claim(visit: Visitor, form: Mapping[str, str]) -> Done:
    account, open_one = _subject(visit)
    if open_one is None or open_one.id != form.get("takeover"):
        raise not_found("open take-over; it may be over by now")
    allows = form.get("allow_unknown") == "yes"
    if allows and not visit.may(Role.ADMIN):
        raise Problem(403, Code.SCOPE_MISSING, "Only an admin may let an unknown sign-in page be used.")
    if not takeovers.claim(visit.conn, open_one.id, person=visit.person.name, allows_unknown=allows, now=visit.now):
        raise Problem(
            409, Code.CLAIMED_BY_OTHER, f"{open_one.person or 'Nobody'} has the page, or it is not ready yet."
        )
    act = "claim take-over, unknown page allowed" if allows else "claim take-over"
    return Done(act=act, subject=account.id, to=f"/takeover/{account.id}")


async def ticket(request: Request) -> Response:
    """Make the ticket of one line for the person who has claimed the page.

    Half a minute, one use.
    """
    return await run_in_threadpool(_ticket, request)


def _ticket(request: Request) -> Response:
    parts: WebParts = request.app.state.parts
    headers = {"Cache-Control": "no-store"}
    try:
        with writing(parts.engine) as conn:
            visit = visitor(request, parts, conn)
            require_own_form(visit, form_of(request).get("form_token", ""))
            require_role(visit, Role.DRIVER)
            _, open_one = _subject(visit)
            if open_one is None or open_one.state is not TakeoverState.CLAIMED:
                raise Problem(409, Code.NO_OPEN_REQUEST, "The page is not yours now.")
            if open_one.person != visit.person.name:
                raise Problem(409, Code.CLAIMED_BY_OTHER, f"{open_one.person} has the page.")
            whose = {"person": visit.person.name, "session": visit.session.id}
            made = line_tickets.make(conn, open_one.id, LinePurpose.VIEW, now=visit.now, **whose)
    except NobodySignedInError:
        return JSONResponse({"problem": "Sign in again."}, 401, headers=headers)
    except UnknownAccountError:
        return JSONResponse({"problem": "There is no such account."}, 404, headers=headers)
    except Problem as problem:
        return JSONResponse({"problem": problem.detail}, problem.status, headers=headers)
    return JSONResponse({"ticket": made, "takeover": open_one.id}, headers=headers)


ask = acts(_ask, role=Role.DRIVER, fresh=True)
claim = acts(_claim, role=Role.DRIVER, fresh=True)
