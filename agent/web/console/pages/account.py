"""`/accounts/{id}`: what customer and on-call see, the story, and the acts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from starlette.responses import Response

from agent.actions import lifecycle
from agent.domain.authorization import State
from agent.domain.published.next_visit import why_due
from agent.domain.published.status_document import status_document
from agent.store import accounts, audits, journal, timeline
from agent.store.api import operations
from agent.store.api.operations import OperationKind
from agent.store.console import operator_log
from agent.store.console.people import Role
from agent.store.people import requests
from agent.store.processes import leases, switches
from agent.store.timeline import StoryPlace
from agent.web.console import render, runbook
from agent.web.console.entry.access import Visitor
from agent.web.console.handle import Done, acts, reason_of
from agent.web.http import cursors
from agent.web.http.problems import Code, Problem
from agent.web.http.startable import require_startable

_ENTRIES = 60
_FAILURES = frozenset({"failed", "needs_human", "held", "rejected"})


def show(visit: Visitor) -> Response:
    """Render one account."""
    account_id = str(visit.request.path_params["account"])
    account = accounts.get(visit.conn, account_id)
    after = _place(visit, account_id, visit.request.query_params.get("cursor"))
    only_failures = bool(visit.request.query_params.get("failures"))
    entries, last = timeline.page(visit.conn, account_id, after=after, limit=_ENTRIES)
    if only_failures:
        entries = [entry for entry in entries if _is_failure(entry)]
    values = {
        "account": account,
        "status": status_document(account),
        "asked": requests.open_of(visit.conn, account_id, now=visit.now),
        "runbook": runbook.paragraphs(account.failure_code),
        "since": journal.stands_since(visit.conn, account_id, account.authorization),
        "holder": leases.holder_of(visit.conn, account_id, now=visit.now),
        "entries": entries,
        "older": None if last is None else _cursor(visit, account_id, last),
        "only_failures": only_failures,
        "operators": operator_log.page(visit.conn, before=None, limit=20, subject=account_id),
        "audit": audits.newest_number(visit.conn, account_id),
        "why_due": why_due(account.authorization, account.due, now=visit.now, paused_by=switches.paused_by(visit.conn)),
    }
    return render.page(visit, "pages/account.html.j2", values)


def _is_failure(entry: Mapping[str, object]) -> bool:
    words = (entry.get("to"), entry.get("verdict"), entry.get("outcome"))
    good = ("pass", "accepted", "already_accepted", "ok", "read", None)
    return bool(_FAILURES & {str(word) for word in words}) or (
        entry["kind"] in ("visit", "act") and entry.get("outcome") not in good
    )


def _cursor(visit: Visitor, account_id: str, place: StoryPlace) -> str:
    return cursors.encode(visit.parts.web_key, f"story {account_id}", f"{place.at.isoformat()},{place.passed}")


def _place(visit: Visitor, account_id: str, cursor: str | None) -> StoryPlace | None:
    told = cursors.decode(visit.parts.web_key, f"story {account_id}", cursor or None)
    if told is None:
        return None
    at, _, passed = told.partition(",")
    return StoryPlace(at=datetime.fromisoformat(at), passed=int(passed))


def _pause(visit: Visitor, form: Mapping[str, str]) -> Done:
    account = _id(visit)
    lifecycle.pause(visit.conn, account, now=visit.now, reason=reason_of(visit, form, "paused"))
    return Done(act="pause", subject=account, to=f"/accounts/{account}")


def _resume(visit: Visitor, form: Mapping[str, str]) -> Done:
    account = _id(visit)
    lifecycle.resume(visit.conn, account, now=visit.now, reason=reason_of(visit, form, "resumed"))
    return Done(act="resume", subject=account, to=f"/accounts/{account}", wake=True)


def _release(visit: Visitor, form: Mapping[str, str]) -> Done:
    account = _id(visit)
    if accounts.get(visit.conn, account, lock=True).authorization is State.PAUSED:
        raise Problem(409, Code.PAUSED, "The account is paused; resume it first.")
    lifecycle.release(visit.conn, account, now=visit.now, reason=reason_of(visit, form, "released"))
    return Done(act="release", subject=account, to=f"/accounts/{account}", wake=True)


def _audit(visit: Visitor, _form: Mapping[str, str]) -> Done:
    account = accounts.get(visit.conn, _id(visit), lock=True)
    require_startable(visit.conn, account)
    operations.add(visit.conn, account.id, OperationKind.AUDIT, asked_by=visit.person.name, now=visit.now)
    return Done(act="audit", subject=account.id, to=f"/accounts/{account.id}", wake=True)


def _pause_all(visit: Visitor, form: Mapping[str, str]) -> Done:
    lifecycle.pause_all(visit.conn, now=visit.now, who=f"{visit.person.name}: {form['reason'].strip()}")
    return Done(act="pause all", subject="everything", to="/")


def _resume_all(visit: Visitor, _form: Mapping[str, str]) -> Done:
    lifecycle.resume_all(visit.conn, now=visit.now)
    return Done(act="resume all", subject="everything", to="/", wake=True)


def _id(visit: Visitor) -> str:
    return accounts.get(visit.conn, str(visit.request.path_params["account"]), lock=True).id


pause = acts(_pause, role=Role.OPERATOR)
resume = acts(_resume, role=Role.OPERATOR)
release = acts(_release, role=Role.OPERATOR)
audit = acts(_audit, role=Role.OPERATOR)
pause_all = acts(_pause_all, role=Role.OPERATOR)
resume_all = acts(_resume_all, role=Role.OPERATOR)
