"""The answer at an address without a route: HTML for browsers."""

from __future__ import annotations

from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from agent.web.console.handle import problem_page
from agent.web.http.handlers import HANDLERS
from agent.web.http.problems import Code, Problem

_WORDS = "There is no page at this address."


async def answer(request: Request, err: Exception) -> Response:
    """Answer for an address without a route; a browser says that it takes HTML."""
    missing = isinstance(err, HTTPException) and err.status_code == HTTPStatus.NOT_FOUND
    if missing and "text/html" in request.headers.get("accept", ""):
        return await run_in_threadpool(problem_page, Problem(404, Code.NOT_FOUND, _WORDS), request)
    problem: Response = await HANDLERS[HTTPException](request, err)
    return problem
