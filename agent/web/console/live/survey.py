"""`/survey/{account}`: asking for a survey, and watching it.

Screen by screen.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from agent.actions import takeovers as actions
from agent.actions.takeovers import NotOfferedError
from agent.domain.takeover import TakeoverState
from agent.store import accounts
from agent.store.console.people import Role
from agent.store.people import takeovers
from agent.store.people.takeovers import Takeover
from agent.web.console import render
from agent.web.console.entry.access import Visitor
from agent.web.console.handle import Done, acts
from agent.web.http.problems import Code, Problem

_WAITING = (TakeoverState.OFFERED, TakeoverState.CLAIMED)


def show(visit: Visitor) -> Response:
    """Render the account's newest survey, and how to begin one."""
    account = accounts.get(visit.conn, _account(visit))
    newest = takeovers.newest_of(visit.conn, account.id)
    survey = takeovers.newest_survey(visit.conn, account.id)
    is_busy = newest is not None and newest.is_open
    values = {
        "account": account,
        "survey": survey,
        "goes_on": survey is not None and _goes_on(survey),
        "waits_for_person": survey is not None and survey.state in _WAITING,
        "may_ask": visit.may(Role.DRIVER) and not is_busy,
        "refusal": actions.survey_refusal(visit.conn, account, settings=visit.parts.settings),
    }
    return render.page(visit, "live/survey.html.j2", values)


def _goes_on(survey: Takeover) -> bool:
    """Whether there is more to come: what ended has a report, which is written last."""
    if survey.state is TakeoverState.DONE:
        return not (survey.report or {}).get("ended")
    return survey.is_open or survey.state is TakeoverState.RETURNED


def _ask(visit: Visitor, form: Mapping[str, str]) -> Done:
    account = accounts.get(visit.conn, _account(visit))
    settings, who = visit.parts.settings, visit.person.name
    try:
        actions.ask_survey(
            visit.conn, account.id, settings=settings, person=who, reason=form["reason"].strip(), now=visit.now
        )
    except NotOfferedError as err:
        raise Problem(409, Code.NEEDS_PERSON, str(err)) from err
    return Done(act="survey", subject=account.id, to=f"/survey/{account.id}", wake=True)


def _account(visit: Visitor) -> str:
    return str(visit.request.path_params["account"])


ask = acts(_ask, role=Role.DRIVER, fresh=True)
