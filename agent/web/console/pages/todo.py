"""`/todo`: everything that waits for a person.

With the runbook's words and the one act that is next.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import quote

from starlette.responses import Response

from agent.actions import fields, lifecycle
from agent.actions.registration import order_anew
from agent.actions.rotations import confirm_removed
from agent.actions.takeovers import may_help
from agent.store.console.people import Role
from agent.store.people import tasks
from agent.store.people.tasks import Task, TaskKind
from agent.store.sign_in import login_orders
from agent.web.console import render, runbook
from agent.web.console.entry.access import Visitor
from agent.web.console.handle import Done, acts
from agent.web.http.problems import Code, Problem, invalid, not_found

_MOST = 200
_PATIENT = (TaskKind.ENDPOINT, TaskKind.INCOMPLETE, TaskKind.STALE, TaskKind.AUTHENTICATOR)
_WORDS = {  # what waits, and the one button that is next
    TaskKind.REQUEST: ("A visit waits for an answer", "Open the account"),
    TaskKind.RELEASE: ("The account waits for a release", "Open the account"),
    TaskKind.MERCHANT: ("A merchant waits to be confirmed", "Look at the mail"),
    TaskKind.MAIL: ("A mail is held", "Look at the mail"),
    TaskKind.ENDPOINT: ("A webhook endpoint is disabled", "Open the webhooks"),
    TaskKind.INCOMPLETE: ("Audits do not read everything", "Open the findings"),
    TaskKind.STALE: ("It was not read completely", "Open the account"),
    TaskKind.STORE: ("The store refuses its secrets", "Open the account"),
    TaskKind.AUTHENTICATOR: ("An old authenticator is still enrolled", "Open the account"),
}
_ELSE = {
    TaskKind.MAIL: "mail_held",
    TaskKind.RELEASE: "unexpected",
}  # the paragraph of a reason that has none of its own
_PHONE = ("phone_needed", "phone_refused")
_SPENT = ("registration_unanswered", "registration_refused")  # a person may order the login anew
_WITHIN = timedelta(hours=1)  # the promise: an invitation is accepted within the hour


def show(visit: Visitor) -> Response:
    """Render the queue, the longest waiting first."""
    found = tasks.list_all(visit.conn, now=visit.now, limit=_MOST)
    rows = [
        {
            "task": task,
            "deadline": deadline(task),
            "is_late": (by := deadline(task)) is not None and visit.now > by,
            "runbook": runbook.paragraphs(task.reason) or runbook.paragraphs(_ELSE.get(task.kind)),
            "place": _place(task),
            "words": _WORDS[task.kind],
            "takes_over": task.kind is TaskKind.REQUEST or (task.kind is TaskKind.RELEASE and may_help(task.reason)),
            "wants_phone": task.kind is TaskKind.RELEASE and task.reason in _PHONE,
            "wants_order": _is_order_spent(visit, task),
            "is_mine": task.claimed_by == visit.person.name,
        }
        for task in found
    ]
    return render.page(visit, "pages/todo.html.j2", {"rows": rows, "most": _MOST})


def deadline(task: Task) -> datetime | None:
    """When it is too late: its own time, else the promise to customers.

    None: no deadline.
    """
    if task.kind in _PATIENT:
        return None
    return task.deadline or task.since + _WITHIN


def _place(task: Task) -> str:
    match task.kind:
        case TaskKind.MAIL | TaskKind.MERCHANT:
            return f"/mails/{task.name}"
        case TaskKind.ENDPOINT:
            return "/webhooks"
        case TaskKind.INCOMPLETE:
            return f"/accounts/{quote(str(task.account_id), safe='')}/findings"
        case _:
            return f"/accounts/{quote(str(task.account_id), safe='')}"


def _claim(visit: Visitor, form: Mapping[str, str]) -> Done:
    task = _open(visit, form)
    if task.claimed_by not in (None, visit.person.name):
        raise Problem(409, Code.CLAIMED_BY_OTHER, f"{task.claimed_by} has taken this on.")
    tasks.claim(visit.conn, task.id, who=visit.person.name, now=visit.now)
    return Done(act="claim", subject=task.account_id or task.id, to="/todo")


def _unclaim(visit: Visitor, form: Mapping[str, str]) -> Done:
    task = _open(visit, form)
    tasks.unclaim(visit.conn, task.id)
    return Done(act="unclaim", subject=task.account_id or task.id, to="/todo")


def _removed(visit: Visitor, form: Mapping[str, str]) -> Done:
    """A person says that the old authenticator is enrolled no more."""
    task = _open(visit, form)
    if task.kind is not TaskKind.AUTHENTICATOR or task.account_id is None:
        raise not_found("task; it may be done by now")
    confirm_removed(visit.conn, task.account_id, who=visit.person.name, now=visit.now)
    return Done(act="authenticator_removed", subject=task.account_id, to="/todo")


def _phone(visit: Visitor, form: Mapping[str, str]) -> Done:
    """A person gives the order another number, and the visit goes on."""
    task = _open(visit, form)
    if task.kind is not TaskKind.RELEASE or task.account_id is None or task.reason not in _PHONE:
        raise not_found("task; it may be done by now")
    try:
        phone = fields.parse_phone(form.get("phone", "").strip())
    except fields.FieldError as err:
        raise invalid(f"The number is not taken: {err.expected}.") from err
    if not login_orders.set_phone(visit.conn, task.account_id, phone, now=visit.now):
        raise not_found("open order of a login")
    lifecycle.release(visit.conn, task.account_id, now=visit.now, reason="another phone number was given")
    return Done(act="phone_given", subject=task.account_id, to="/todo", wake=True)


def _order(visit: Visitor, form: Mapping[str, str]) -> Done:
    """A person accepts Amazon's conditions for another order, and the visit goes on.

    Its one form is sent only where the site still does not know the address.
    """
    task = _open(visit, form)
    if task.account_id is None or not _is_order_spent(visit, task):
        raise not_found("task; it may be done by now")
    if form.get("agreed") != "yes":
        raise invalid("Nothing was ordered: Amazon's conditions have to be accepted for the new login.")
    order_anew(visit.conn, task.account_id, agreed_by=visit.person.name, now=visit.now)
    lifecycle.release(visit.conn, task.account_id, now=visit.now, reason="the login was ordered anew")
    return Done(act="login_ordered", subject=task.account_id, to="/todo", wake=True)


def _open(visit: Visitor, form: Mapping[str, str]) -> Task:
    found = tasks.get(visit.conn, form.get("task", "").replace("\x00", ""), now=visit.now)
    if found is None:
        raise not_found("task; it may be done by now")
    return found


claim = acts(_claim, role=Role.OPERATOR)
unclaim = acts(_unclaim, role=Role.OPERATOR)
phone = acts(_phone, role=Role.OPERATOR)


def _is_order_spent(visit: Visitor, task: Task) -> bool:
    """Whether nothing came of an order's one form, and the order is over."""
    if task.kind is not TaskKind.RELEASE or task.account_id is None or task.reason not in _SPENT:
        return False
    placed = login_orders.get(visit.conn, task.account_id)
    return placed is not None and not placed.is_open


order = acts(_order, role=Role.OPERATOR)
removed = acts(_removed, role=Role.OPERATOR)
