"""How errors become answers, in the API and outside of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from agent.observe import events
from agent.store.database.handles import SQLAlchemyError
from agent.web.http.problems import Code, Problem

_PLAIN = {404: Code.NOT_FOUND, 405: Code.METHOD_NOT_ALLOWED}
_WORDS = {
    Code.NOT_FOUND: "There is nothing at this path.",
    Code.METHOD_NOT_ALLOWED: "This path has other methods; the header Allow names them.",
}

log = structlog.get_logger(__name__)


async def _problem(_request: Request, err: Exception) -> Response:
    assert isinstance(err, Problem)  # noqa: S101 - registered for it
    return err.response()


async def _plain(request: Request, err: Exception) -> Response:
    assert isinstance(err, HTTPException)  # noqa: S101
    if err.status_code == HTTPStatus.BAD_REQUEST:  # a body that is nested too deep, a number without end
        return Problem(422, Code.INVALID, "Expected a JSON body, found one that cannot be read as JSON.").response()
    code = _PLAIN.get(err.status_code, Code.INVALID)
    detail = _WORDS.get(code, "The request cannot be understood; docs/openapi.json describes what each path takes.")
    headers = {"Allow": _allowed(request)} if code is Code.METHOD_NOT_ALLOWED else err.headers
    return Problem(err.status_code, code, detail, headers=headers).response()


def _allowed(request: Request) -> str:
    """Every method of the path (RFC 9110).

    Not only those of the first route that has it.
    """
    every = getattr(request.app.state, "described", request.app.routes)
    routes = [route for route in every if route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in routes for method in getattr(route, "methods", None) or ()}))


async def database_is_away(_request: Request, err: Exception) -> Response:
    """Answer that it is away, and log why."""
    log.warning(events.WEB_DATABASE_AWAY, error=type(err).__name__)
    return database_away().response()


async def _internal(_request: Request, _err: Exception) -> Response:
    """The door logs it: the error goes on to there."""
    return internal().response()


def database_away() -> Problem:
    """503: nothing was written."""
    return Problem(503, Code.DATABASE_AWAY, "The database does not answer; try again.", headers={"Retry-After": "5"})


def internal() -> Problem:
    """500: a mistake of ours."""
    return Problem(500, Code.INTERNAL, "Something unexpected happened; the log has it under this Request-Id.")


HANDLERS: dict[Any, Any] = {
    Problem: _problem,
    HTTPException: _plain,
    SQLAlchemyError: database_is_away,
    Exception: _internal,
}
