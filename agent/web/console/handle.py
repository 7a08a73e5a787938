"""How a page or an act of the console is carried out.

Who asks, in which transaction, and how errors are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from agent.errors import AgentError
from agent.observe import events
from agent.store.accounts import UnknownAccountError
from agent.store.console import operator_log, sessions
from agent.store.console.people import Role
from agent.store.database.engine import reading, writing
from agent.store.database.handles import Connection, SQLAlchemyError
from agent.web.console import render
from agent.web.console.entry.access import NobodySignedInError, Visitor, require_own_form, require_role, visitor
from agent.web.http.problems import Code, Problem, not_found
from agent.web.parts import WebParts

LONGEST_REASON = 500
Endpoint = Callable[[Request], Any]
Build = Callable[[Visitor], Response]
Effect = Callable[[Visitor, Mapping[str, str]], Any]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an act did: what the log says of it, and where the browser goes next."""

    act: str
    subject: str
    to: str
    wake: bool = False  # something is due now
    response: Response | None = None  # instead of sending the browser on


def shows(build: Build, *, role: Role = Role.VIEWER) -> Endpoint:
    """Make the endpoint of a page that only reads."""

    def work(request: Request) -> Response:
        parts: WebParts = request.app.state.parts
        with _errors(request, parts) as answers, reading(parts.engine) as conn:
            visit = visitor(request, parts, conn)
            require_role(visit, role)
            answers.append(build(visit))
        note_seen(parts, request)
        return answers[0]

    return _threaded(work)


def acts(effect: Effect, *, role: Role, fresh: bool = False, first: Effect | None = None) -> Endpoint:
    """Make the endpoint of a form.

    Checked, done and logged in one transaction, then the browser is sent on.

    `fresh`: the act cannot be undone, and asks for a sign-in younger than five minutes. `first` is done before that
    transaction, for acts that open one of their own.
    """

    def work(request: Request) -> Response:
        parts: WebParts = request.app.state.parts
        wake = False
        with _errors(request, parts) as answers:
            if first is not None:
                with reading(parts.engine) as conn:
                    visit, form = _admitted(request, parts, conn, role=role, fresh=fresh)
                    first(visit, form)
            with writing(parts.engine) as conn:
                visit, form = _admitted(request, parts, conn, role=role, fresh=fresh)
                done = effect(visit, form)
                told = {"act": done.act, "subject": done.subject, "reason": form["reason"].strip()}
                operator_log.append(conn, person=visit.person.name, source=visit.source, now=visit.now, **told)
                answers.append(done.response or RedirectResponse(done.to, 303))
                wake = done.wake
        if wake:
            parts.wake()
        return answers[0]

    return _threaded(work)


def _admitted(
    request: Request, parts: WebParts, conn: Connection, *, role: Role, fresh: bool
) -> tuple[Visitor, dict[str, str]]:
    """Who sends a form, and what is in it, once everything about it was checked."""
    visit, form = visitor(request, parts, conn), form_of(request)
    require_own_form(visit, form.get("form_token", ""))
    require_role(visit, role)
    if fresh and not visit.session.is_fresh(visit.now):
        detail = "This cannot be undone and needs a sign-in younger than five minutes; sign in again."
        raise Problem(403, Code.TOKEN_REFUSED, detail)
    reason = form.get("reason", "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Problem(422, Code.INVALID, f"Give a reason of 1 to {LONGEST_REASON} characters.")
    return visit, form


def reason_of(visit: Visitor, form: Mapping[str, str], done: str) -> str:
    """How an act is told in an account's journal."""
    return f"{done} by {visit.person.name}: {form['reason'].strip()}"


def _threaded(work: Callable[[Request], Response]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(work, request)

    return endpoint


def form_of(request: Request) -> dict[str, str]:
    """The fields of a form that was sent.

    Raises:
        Problem: 422.
    """
    body: bytes = request.scope["state"]["body"]
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=50))
    except ValueError as err:
        raise Problem(422, Code.INVALID, "The form cannot be read.") from err


@contextmanager
def _errors(request: Request, parts: WebParts) -> Iterator[list[Response]]:
    """Turn what goes wrong into a page; the transaction inside is rolled back."""
    answers: list[Response] = []
    to = request.url.path if request.method == "GET" else ""
    try:
        yield answers
    except NobodySignedInError:
        answers[:] = [render.signed_out(parts, to=to)]
    except Problem as problem:
        answers[:] = [problem_page(problem, request)]
    except UnknownAccountError:
        answers[:] = [problem_page(not_found("account"), request)]
    except AgentError as err:
        answers[:] = [problem_page(Problem(409, Code.INVALID, parts.redaction.redact(str(err))), request)]
    except SQLAlchemyError as err:
        log.warning(events.WEB_DATABASE_AWAY, error=type(err).__name__)
        detail = "The database does not answer. Nothing was changed; load the page again."
        answers[:] = [problem_page(Problem(503, Code.DATABASE_AWAY, detail), request)]


def problem_page(problem: Problem, request: Request) -> Response:
    """Render what went wrong.

    With the way on and the banners, as far as the database tells them.
    """
    parts: WebParts = request.app.state.parts
    again = parts.provider is not None and problem.code is Code.TOKEN_REFUSED
    values = {"status": problem.status, "detail": problem.detail, "code": str(problem.code), "again": again}
    if problem.code is not Code.DATABASE_AWAY:
        with suppress(NobodySignedInError, SQLAlchemyError), reading(parts.engine) as conn:
            return render.page(visitor(request, parts, conn), "problem.html.j2", values, status=problem.status)
    return render.plain(parts, "problem.html.j2", values, status=problem.status)


def note_seen(parts: WebParts, request: Request) -> None:
    """Note the use of the session, in a transaction of its own that may fail."""
    try:
        with writing(parts.engine) as conn:
            sessions.seen(conn, visitor(request, parts, conn).session, now=parts.clock.now())
    except (NobodySignedInError, SQLAlchemyError):
        return
